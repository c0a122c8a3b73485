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

    SLA_ENABLED: bool = True
    """Whether items get timers for warning, breach and escalation."""

    SLA_NOTIFY: bool = True
    """Whether performers and the SLA roles are told of warnings and breaches."""

    SLA_AUTO_ASSIGN: bool = False
    """Whether a breached item goes to the first active member of the activity's SLA roles."""

    NOTIFICATIONS_ENABLED: bool = True
    """Whether people are told what concerns them: in the bell, and by mail as each has chosen."""

    BASE_URL: str = ""
    """Scheme and host that links in mails begin with, such as ``https://flow.example.com``."""

    WEBHOOK_ENABLED: bool = False
    """Whether events are delivered to webhook endpoints."""

    WEBHOOK_TIMEOUT: int = 5
    """Seconds to connect and to wait for each answer, where an endpoint names none; 15 for all of it."""

    WEBHOOK_ALLOWED_SCHEMES: Sequence[str] = ("https",)
    """Schemes that endpoints may use; add ``http`` for receivers inside your own network."""

    WEBHOOK_ALLOWED_PORTS: Sequence[int] = (443,)
    """Ports that endpoints may use."""

    WEBHOOK_ALLOWED_NETWORKS: Sequence[str] = ()
    """Networks (``10.1.0.0/16``) that may be reached although they are not public."""

    WEBHOOK_PROXY: str = ""
    """Proxy that every delivery goes through; it then decides which addresses may be reached."""

    WEBHOOK_KEYS: Sequence[str] = ()
    """Texts that encrypt the endpoints' secrets, the newest first; empty uses Django's ``SECRET_KEY``."""

    JOB_ATTEMPTS: int = 5
    """How often a job of an external application is tried before its item gets an incident."""

    JOB_LEASE: int = 60
    """Seconds a worker holds a job before another one may take it over; a heartbeat extends it."""

    OUTBOX_KEEP_DAYS: int = 30
    """Days that sent messages, deliveries and read notifications are kept."""

    READY_HEARTBEAT_AGE: int = 300
    """Seconds since the last scheduler pass after which ``/readyz`` reports a problem; 0 never does."""

    READY_OUTBOX_AGE: int = 900
    """Seconds that the oldest due message may wait before ``/readyz`` reports a problem; 0 never does."""

    METRICS_TOKEN: str = ""
    """Bearer token that ``/metrics`` asks for; blank lets superusers only see it."""

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
