"""
The audit trail and the outbox, read-only; messages that were given up can be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ReadOnlyAdmin, scoped, scoped_by
from goflow.admin.filters import ByAction, ByKind
from goflow.admin.operations import OperationsAdmin
from goflow.admin.verbs import Told, Verb
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.runtime.models import ProcessInstance
from goflow.workflow.models import Process


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """
    What happened, latest first.
    """

    list_display = ("id", "created_at", "stream", "seq", "action", "actor", "activity_key", "status_to")
    list_filter = (ByAction,)
    search_fields = ("stream__exact", "activity_key__exact")
    ordering = ("-id",)
    fields = (
        ("stream", "seq", "created_at"),
        ("action", "actor"),
        ("process_id", "instance_id", "workitem_id"),
        ("activity_key", "transition_key"),
        ("status_from", "status_to", "instance_version"),
        "metadata",
        "hash",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Rows about instances, or else processes, of the reader's tenant.
        """
        rows = super().get_queryset(request)
        if conf.TENANT_RESOLVER is None and conf.TENANT_FILTER is None:
            return rows
        own = scoped(ProcessInstance.objects.all(), request).order_by().values("pk")
        processes = scoped(Process.objects.all(), request).order_by().values("pk")
        return rows.filter(Q(instance_id__in=own) | Q(instance_id__isnull=True, process_id__in=processes))


JOBS = (outbox.JOB, outbox.RESULT)


def _is_given_up(row: OutboxMessage) -> bool:
    """
    Others come back with what they belong to: a job with its incident, a webhook with its delivery.
    """
    return row.status == outbox.DEAD and row.kind not in (*JOBS, outbox.WEBHOOK)


def _again(request: HttpRequest, row: OutboxMessage, answers: Mapping[str, Any]) -> Told:
    params = {"row": row}
    if row.kind in JOBS:
        text = _("“%(row)s” is the job of a work item. Retry its incident instead.")
        return Told(text % params, messages.ERROR)
    if row.kind == outbox.WEBHOOK:
        text = _("“%(row)s” belongs to a webhook delivery. Send that one again instead.")
        return Told(text % params, messages.ERROR)
    if not outbox.again([row.pk]):
        text = _("“%(row)s” was not given up, so there is nothing to try again.")
        return Told(text % params, messages.ERROR)
    return Told(_("“%(row)s” is due now; the next pass tries it.") % params)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(OperationsAdmin):
    """
    What the outside world is told.
    """

    list_display = ("id", "kind", "status", "due_at", "attempts", "instance_id", "workitem_id", "created_at")
    list_filter = ("status", ByKind)
    search_fields = ("kind__exact",)
    ordering = ("-id",)
    fields = (
        ("kind", "topic", "status"),
        ("due_at", "attempts", "lease_until", "worker"),
        "last_error",
        ("instance_id", "workitem_id", "created_at", "closed_at"),
        "payload",
    )
    verbs = (
        Verb(
            "again",
            gettext_lazy("Try again"),
            gettext_lazy("The message becomes due now, and its attempts are counted from the beginning."),
            _again,
            applies=_is_given_up,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Messages about instances of the reader's tenant.
        """
        return scoped_by(super().get_queryset(request), request, "instance_id", ProcessInstance.objects.all())
