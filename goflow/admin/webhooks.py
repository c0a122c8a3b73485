"""
Webhook endpoints, and the log of what was delivered to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from goflow import tenancy
from goflow.admin.bases import ModelAdmin, ReadOnlyAdmin, link
from goflow.admin.filters import ByAction
from goflow.admin.verbs import Told, Verb, WithVerbs
from goflow.admin.webhook_forms import EndpointForm
from goflow.conf import conf
from goflow.desk.addresses import whole_number
from goflow.outbound import endpoints, replaying
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.runtime import policy

REPLAY = "goflow.change_delivery"
MOST_REPLAYED = 10_000
"""Deliveries that one request sends again."""


def _told_once(secret: str) -> str:
    text = _("The secret is %(secret)s. Give it to the receiver now: it is not shown again.")
    return text % {"secret": secret}


def _test(request: HttpRequest, row: WebhookEndpoint, answers: Mapping[str, Any]) -> Told:
    endpoints.ping(row, by=request.user)  # type: ignore[arg-type] # signed in
    text = _("A test is on its way to “%(row)s”. The deliveries show what it answers, after the next pass.")
    return Told(text % {"row": row})


def _rotate(request: HttpRequest, row: WebhookEndpoint, answers: Mapping[str, Any]) -> Told:
    secret = endpoints.rotate(row, by=request.user)  # type: ignore[arg-type] # signed in
    text = _("“%(row)s” has a new secret; for 24 hours both sign.") % {"row": row}
    return Told(f"{text} {_told_once(secret)}", messages.WARNING)


def _enable(request: HttpRequest, row: WebhookEndpoint, answers: Mapping[str, Any]) -> Told:
    endpoints.enable(row, by=request.user)  # type: ignore[arg-type] # signed in
    return Told(_("“%(row)s” hears of what happens from now on.") % {"row": row})


def _disable(request: HttpRequest, row: WebhookEndpoint, answers: Mapping[str, Any]) -> Told:
    endpoints.disable(row, by=request.user)  # type: ignore[arg-type] # signed in
    return Told(_("“%(row)s” hears nothing any more.") % {"row": row})


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(WithVerbs, ModelAdmin):
    """
    Where events are delivered to.
    """

    form = EndpointForm
    list_display = ("name", "url", "event_types", "enabled", "failures", "paused_until", "last_success_at")
    list_filter = ("enabled",)
    search_fields = ("name", "url")
    readonly_fields = (
        "enabled",
        "disabled_reason",
        "failures",
        "paused_until",
        "last_success_at",
        "secret_before_until",
        "created_at",
        "header_names",
        "see_also",
    )
    verbs = (
        Verb(
            "test",
            gettext_lazy("Send a test"),
            gettext_lazy("The endpoint gets a test.ping the way every event goes."),
            _test,
            applies=lambda row: True,
            is_direct=True,
        ),
        Verb(
            "rotate",
            gettext_lazy("Give it a new secret"),
            gettext_lazy("The secret of now goes on signing for 24 hours, beside the new one."),
            _rotate,
            applies=lambda row: True,
        ),
        Verb(
            "enable",
            gettext_lazy("Enable"),
            gettext_lazy(
                "What happens from now on is delivered. Send again what failed, if it is still needed."
            ),
            _enable,
            applies=lambda row: not row.enabled,
            is_direct=True,
        ),
        Verb(
            "disable",
            gettext_lazy("Disable"),
            gettext_lazy(
                "Nothing is delivered any more; what waits is given up and can be sent again later."
            ),
            _disable,
            applies=lambda row: row.enabled,
        ),
    )

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Whoever may change endpoints.
        """
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """
        Nobody makes what he could not see.
        """
        return super().has_add_permission(request) and endpoints.sees_any(request.user)  # type: ignore[arg-type] # signed in

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        The reader's tenant.
        """
        mine = endpoints.visible(request.user, request)  # type: ignore[arg-type] # signed in
        return super().get_queryset(request).filter(pk__in=mine.order_by().values("pk"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """
        A secret can be brought along once; values of headers may be secrets, so readers see their names only.
        """
        own = ["name", "url", "event_types", "headers", "timeout_seconds"]
        if obj is None:
            return [*own, "own_secret"]
        if not self.has_change_permission(request, obj):
            own[3] = "header_names"
        told = ("failures", "paused_until"), ("last_success_at", "secret_before_until", "created_at")
        return [*own, ("enabled", "disabled_reason"), *told, "see_also"]

    @admin.display(description=gettext_lazy("more headers"))
    def header_names(self, row: WebhookEndpoint) -> str:
        """
        Which headers are sent, without their values.
        """
        return ", ".join(row.headers) or "–"

    @admin.display(description=gettext_lazy("See also"))
    def see_also(self, row: WebhookEndpoint) -> SafeString:
        """
        What was delivered.
        """
        address = reverse("admin:goflow_delivery_changelist")
        return format_html('<a href="{}?endpoint={}">{}</a>', address, row.pk, _("Deliveries"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """
        By the verbs, so that it is checked and audited; the secret is told once.
        """
        values = {name: form.cleaned_data[name] for name in endpoints.CHANGEABLE}
        person: Any = request.user
        if change:
            endpoints.change(WebhookEndpoint.objects.get(pk=obj.pk), by=person, **values)
        else:
            tenant = tenancy.resolve(user=person, request=request).tenant_id
            own = form.cleaned_data["own_secret"]
            made = endpoints.create(by=person, tenant_id=tenant, secret=own, **values)
            obj.pk = made.endpoint.pk
            obj._state.adding = False
            messages.warning(request, _told_once(made.secret))
        if not conf.WEBHOOK_ENABLED:
            text = _("Nothing is delivered yet: set GOFLOW_WEBHOOK_ENABLED = True in the settings.")
            messages.warning(request, text)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """
        By the verb, which leaves an audit row.
        """
        endpoints.remove(obj, by=request.user)  # type: ignore[arg-type] # signed in

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """
        One by one, as above.
        """
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """
        The log of deliveries goes with its endpoint: it is counted, not listed.
        """
        rows = list(objs)
        count = Delivery.objects.filter(endpoint__in=[row.pk for row in rows]).count()
        counts = {
            WebhookEndpoint._meta.verbose_name_plural: len(rows),
            Delivery._meta.verbose_name_plural: count,
        }
        return [str(row) for row in rows], counts, set(), []


class ByEndpoint(admin.SimpleListFilter):
    """
    Deliveries by where they go.
    """

    title = gettext_lazy("endpoint")
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """
        The endpoints of the reader's tenant.
        """
        rows = endpoints.visible(request.user, request)  # type: ignore[arg-type] # signed in
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        The rows of that endpoint.
        """
        wanted = whole_number(str(self.value() or ""))
        return queryset if wanted is None else queryset.filter(endpoint_id=wanted)


def _replay(request: HttpRequest, row: Delivery, answers: Mapping[str, Any]) -> Told:
    if not replaying.replay(Delivery.objects.filter(pk=row.pk)):
        text = _("“%(row)s” cannot be sent: its endpoint is disabled, or it is being sent just now.")
        return Told(text % {"row": row}, messages.ERROR)
    return Told(_("“%(row)s” is sent again by the next pass.") % {"row": row})


@admin.action(permissions=["act"], description=gettext_lazy("Deliver again"))
def replay_chosen(page: DeliveryAdmin, request: HttpRequest, rows: QuerySet[Any]) -> None:
    """
    All chosen rows, also all that match the filters.
    """
    chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_REPLAYED])
    count = replaying.replay(Delivery.objects.filter(pk__in=chosen))
    text = ngettext(
        "%(count)s delivery is sent again by the next pass.",
        "%(count)s deliveries are sent again by the next pass.",
        count,
    )
    messages.success(request, text % {"count": count})
    if count < len(chosen):
        left = _("Those of disabled endpoints, and those that are being sent just now, were left alone.")
        messages.warning(request, left)


@admin.register(Delivery)
class DeliveryAdmin(WithVerbs, ReadOnlyAdmin):
    """
    What was delivered, what waits, and what failed.
    """

    list_display = (
        "id",
        "created_at",
        "action",
        "endpoint",
        "status",
        "attempts",
        "answer_status",
        "instance_id",
    )
    list_filter = ("status", ByEndpoint, ByAction)
    list_select_related = ("endpoint",)
    search_fields = ("event_id__exact", "last_error")
    ordering = ("-id",)
    fields = (
        ("endpoint_link", "action"),
        ("event_id", "instance_id"),
        ("status", "attempts", "answer_status"),
        ("created_at", "delivered_at"),
        "last_error",
        "attempts_table",
        "readable_body",
    )
    readonly_fields = ("endpoint_link", "attempts_table", "readable_body")
    verbs = (
        Verb(
            "replay",
            gettext_lazy("Deliver again"),
            gettext_lazy("The receiver gets the same event under the same id, with all attempts anew."),
            _replay,
            applies=lambda row: True,
        ),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # The list sends any number at once; the verb is for the page of a row.
        self.actions = [replay_chosen]

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Whoever may change deliveries: that is, send them again.
        """
        return self.has_view_permission(request, obj) and policy.holds(request.user, REPLAY)  # type: ignore[arg-type]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Deliveries to endpoints of the reader's tenant.
        """
        mine = endpoints.visible(request.user, request)  # type: ignore[arg-type] # signed in
        return super().get_queryset(request).filter(endpoint__in=mine.order_by().values("pk"))

    @admin.display(description=gettext_lazy("endpoint"))
    def endpoint_link(self, row: Delivery) -> SafeString | str:
        """
        Where it goes.
        """
        return link(row.endpoint)

    @admin.display(description=gettext_lazy("body"))
    def readable_body(self, row: Delivery) -> SafeString:
        """
        The JSON on lines of its own.
        """
        text = json.dumps(json.loads(row.body), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text)

    @admin.display(description=gettext_lazy("log of the attempts"))
    def attempts_table(self, row: Delivery) -> SafeString | str:
        """
        What each attempt has brought.
        """
        if not row.log:
            return "–"
        names = ("at", "status", "ms", "error", "answer")
        lines = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{} ms</td><td>{}</td><td><pre>{}</pre></td></tr>",
            (tuple("" if entry[name] is None else entry[name] for name in names) for entry in row.log),
        )
        return format_html("<table>{}</table>", lines)
