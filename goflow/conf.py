"""
The settings of goflow, read from Django's settings at call time.

Each attribute is one setting: its name with the prefix ``GOFLOW_`` (or as written, for the ``WF_`` ones), its
type, its default, and below it what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from goflow.core.conditions import Strategy


class Settings:
    """
    ``conf.settings.AUDIT_ENABLED`` reads ``GOFLOW_AUDIT_ENABLED`` now, so ``override_settings`` takes effect.
    """

    AUTO_CREATE_PROCESS_GROUPS: bool = True
    """Publishing makes a group named as the process; only its members may start it (see rights)."""

    CONDITION_STRATEGY: Strategy = "compatible"
    """An unreadable condition: ``compatible`` compares its text with the outcome, ``strict`` is false."""

    CONDITION_FIELDS: Mapping[str, Sequence[str]] = {}
    """Per model label, the field names that conditions may read instead of all plain fields."""

    AUDIT_ENABLED: bool = True
    """Whether audit rows are written; signals and the outbox work either way."""

    LOCK_STRATEGY: str = "optimistic"
    """``optimistic`` refuses a change based on a stale read; ``pessimistic`` goes on with the fresh row."""

    SCHEDULER_BACKEND: str = "goflow.runtime.scheduler.CronSchedulerBackend"
    """Dotted path of the class that carries background jobs."""

    TENANT_RESOLVER: Callable[..., Mapping[str, str]] | None = None
    """``f(request, user) -> {"tenant_id": ..., "org_id": ...}``, stamped on instances and items."""

    TENANT_FILTER: Callable[..., QuerySet[Model]] | None = None
    """``f(queryset, request, user) -> queryset``, applied to every list."""

    API_ALLOWED_PROCESS_TITLES: Sequence[str] | None = None
    """Titles or codes of the processes that the API starts; None lets it start every one."""

    API_ALLOWED_CONTENT_TYPES: Sequence[str] | None = None
    """``app_label.model`` names of the objects that the API starts with; None allows every model."""

    API_REQUIRE_OBJECT_OWNERSHIP: bool = True
    """Whether the API starts only with objects that name the caller as their owner."""

    API_OBJECT_OWNER_FIELDS: Sequence[str] = ("requester", "owner", "user", "created_by")
    """Fields of objects that name their owner; one of those the model has must name the caller."""

    WF_APPS_PREFIX: str = ""
    """URL prefix of the host project's own work item pages, for applications named by a path."""

    WF_USER_AUTO: str = ""
    """User name shown as the performer of automatic activities; blank shows "the system"."""

    TEST_USERS: Sequence[tuple[str, str]] = ()
    """(user name, password) pairs that the sign-in page of a demo lists; never set it in production."""

    def __getattribute__(self, name: str) -> Any:  # a setting may be of any type
        if name.startswith("_"):
            return super().__getattribute__(name)
        full = name if name.startswith(("WF_", "TEST_")) else f"GOFLOW_{name}"
        return getattr(settings, full, super().__getattribute__(name))


conf = Settings()
