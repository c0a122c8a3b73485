"""
The audit trail and the outbox, read-only.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from goflow.admin.bases import ReadOnlyAdmin, scoped, scoped_by
from goflow.admin.filters import ByAction
from goflow.conf import conf
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


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """
    What the outside world is told.
    """

    list_display = ("id", "kind", "status", "due_at", "attempts", "instance_id", "workitem_id", "created_at")
    list_filter = ("status",)
    search_fields = ("kind__exact",)
    ordering = ("-id",)
    fields = (
        ("kind", "status"),
        ("due_at", "attempts", "lease_until"),
        "last_error",
        ("instance_id", "workitem_id", "created_at"),
        "payload",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Messages about instances of the reader's tenant.
        """
        return scoped_by(super().get_queryset(request), request, "instance_id", ProcessInstance.objects.all())
