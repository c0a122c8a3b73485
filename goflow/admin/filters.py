"""
List filters that cost one cheap query, whatever the size of the tables.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from goflow.admin.bases import scoped
from goflow.journal import outbox
from goflow.journal.events import ACTIONS
from goflow.workflow.models import Process


class ByProcess(admin.SimpleListFilter):
    """
    By the code of the process, all versions together.
    """

    title = _("process")
    parameter_name = "process"
    path = "process__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """
        The codes of the reader's tenant.
        """
        codes = scoped(Process.objects.all(), request).order_by("code").values_list("code", flat=True)
        return [(code, code) for code in codes.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        The rows of that code.
        """
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class ByProcessOfInstance(ByProcess):
    """
    The same for rows that belong to an instance.
    """

    path = "instance__process__code"


class ByState(admin.SimpleListFilter):
    """
    Incidents: open or resolved.
    """

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """
        Two choices beside "all".
        """
        return [("open", _("open")), ("resolved", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        The rows in that state.
        """
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


class ByAction(admin.SimpleListFilter):
    """
    Audit rows by what happened.
    """

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """
        The catalogue of actions.
        """
        return [(action, action) for action in sorted(ACTIONS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        The rows of that action.
        """
        return queryset.filter(action=self.value()) if self.value() else queryset


KINDS = (
    outbox.EVENTS,
    outbox.MAIL,
    outbox.NOTIFICATION,
    outbox.DIGEST,
    outbox.WEBHOOK,
    outbox.JOB,
    outbox.RESULT,
    outbox.ACTION,
)


class ByKind(admin.SimpleListFilter):
    """
    Outbox messages by what they are.
    """

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """
        The kinds goflow writes; looking for others would read the whole table.
        """
        return [(kind, kind) for kind in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        The rows of that kind.
        """
        return queryset.filter(kind=self.value()) if self.value() else queryset
