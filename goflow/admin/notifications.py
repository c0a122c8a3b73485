"""
What people were told, and which mails each of them wants.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from goflow.admin.bases import ModelAdmin, ReadOnlyAdmin, scoped, scoped_by
from goflow.conf import conf
from goflow.outbound import wording
from goflow.outbound.models import Notification, UserProfile
from goflow.runtime.models import ProcessInstance, WorkItem


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """
    What people were told, latest first.
    """

    list_display = ("id", "created_at", "user", "told", "mail", "read_at")
    list_filter = ("event", "mail")
    list_select_related = ("user",)
    ordering = ("-id",)
    fields = (
        ("user", "created_at", "read_at"),
        ("event", "mail"),
        ("instance_id", "workitem_id"),
        "told",
        "params",
    )
    readonly_fields = ("told",)

    @admin.display(description=_("text"))
    def told(self, row: Notification) -> str:
        """
        The sentence behind the bell, in the reader's language.
        """
        return wording.sentence(row.event, row.params)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Notifications about instances of the reader's tenant.
        """
        return scoped_by(super().get_queryset(request), request, "instance_id", ProcessInstance.objects.all())


@admin.register(UserProfile)
class UserProfileAdmin(ModelAdmin):
    """
    Language, digests and the host of links. What each event is worth, people choose on their own page.
    """

    show_full_result_count = False
    list_display = ("user", "notified", "language", "nb_wi_notif", "notif_delay", "last_notif")
    list_filter = ("notified", "language")
    list_select_related = ("user",)
    raw_id_fields = ("user",)
    readonly_fields = ("choices", "last_notif")
    fields = (
        "user",
        ("notified", "language"),
        ("nb_wi_notif", "notif_delay", "urgent_priority"),
        "web_host",
        "choices",
        "last_notif",
    )

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """
        The user name, whatever the project calls it.
        """
        return [f"user__{get_user_model().USERNAME_FIELD}"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Profiles of people who have to do with instances of the reader's tenant, and the reader's own.
        """
        rows = super().get_queryset(request)
        if conf.TENANT_RESOLVER is None and conf.TENANT_FILTER is None:
            return rows
        asked = scoped(ProcessInstance.objects.all(), request).order_by().values("user_id")
        worked = scoped(WorkItem.objects.filter(user__isnull=False), request).order_by().values("user_id")
        return rows.filter(Q(user=request.user) | Q(user__in=asked) | Q(user__in=worked))
