"""
Activities and transitions on their own pages, with every field.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import DefinitionAdmin, scoped, scoped_by
from goflow.admin.definition_forms import EndsForm
from goflow.admin.filters import ByProcess
from goflow.admin.steps import ActivityForm
from goflow.admin.widgets import SuggestingInput
from goflow.workflow import registry
from goflow.workflow.models import Activity, Process, Transition


class PartAdmin(DefinitionAdmin):
    """
    Parts of a draft are edited; those of published and retired versions are shown.
    """

    list_filter = ("process__status", ByProcess)
    related: ClassVar[tuple[str, ...]] = ("process",)
    suggestions: ClassVar[dict[str, str]] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Parts of the processes of the reader's tenant, with what names them.
        """
        rows = super().get_queryset(request).select_related(*self.related)
        return scoped_by(rows, request, "process", Process.objects.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """
        A part stays in its process and keeps its key.
        """
        return () if obj is None else ("process", "key")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Only drafts take new parts; only processes and activities of the tenant are offered.
        """
        if db_field.name == "process":
            kwargs["queryset"] = scoped(Process.objects.filter(status=Process.Status.DRAFT), request)
        elif db_field.related_model is Process:
            kwargs["queryset"] = scoped(Process.objects.all(), request)
        elif db_field.related_model is Activity:
            kwargs["queryset"] = scoped_by(Activity.objects.all(), request, "process", Process.objects.all())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Names of registered code are suggested.
        """
        kind = self.suggestions.get(db_field.name)
        if kind is not None:
            kwargs["widget"] = SuggestingInput(lambda: sorted(registry.names(kind)))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return (obj is None or not self.is_kept(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return (obj is None or not self.is_kept(obj)) and super().has_delete_permission(request, obj)

    def is_kept(self, obj: Any) -> bool:
        """
        Parts of what was published stay.
        """
        return not obj.process.is_draft

    def why_kept(self, obj: Any) -> str:
        """
        What to do instead.
        """
        text = _("“%(part)s” belongs to “%(process)s”, which is %(status)s. Edit the process as a new draft.")
        return text % {"part": obj, "process": obj.process, "status": obj.process.get_status_display()}


@admin.register(Activity)
class ActivityAdmin(PartAdmin):
    """
    Activities.
    """

    form = ActivityForm
    list_display = ("title", "process", "kind", "application", "autostart", "join_mode", "split_mode")
    related = ("process", "application")
    search_fields = ("title", "key", "process__title")
    filter_horizontal = ("roles", "allowed_groups", "allowed_users", "sla_roles")
    suggestions = {"form_class": registry.FORM, "compensation_handler": registry.APPLICATION}
    fieldsets = (
        (None, {"fields": ("process", ("title", "key"), ("kind", "node_type"), "description")}),
        (
            gettext_lazy("Who does it"),
            {"fields": ("roles", "allowed_groups", "allowed_users", "push_application", "pushapp_param")},
        ),
        (
            gettext_lazy("What is done"),
            {
                "fields": (
                    ("application", "autostart"),
                    "app_param",
                    ("form_class", "form_template"),
                    "subflow",
                    "compensation_handler",
                )
            },
        ),
        (
            gettext_lazy("Ways in and out"),
            {"fields": (("join_mode", "split_mode"), "autofinish", "terminate")},
        ),
        (gettext_lazy("Time limits"), {"fields": (("sla_duration", "sla_warn"), "sla_roles", "escalations")}),
    )


@admin.register(Transition)
class TransitionAdmin(PartAdmin):
    """
    Transitions.
    """

    form = EndsForm
    list_display = ("__str__", "process", "input", "output", "condition", "ordering")
    related = ("process", "input", "output")
    search_fields = ("name", "condition", "process__title")
    suggestions = {"pre_hook": registry.HOOK, "post_hook": registry.HOOK}
    fieldsets = (
        (None, {"fields": ("process", ("name", "key"), ("input", "output"), "condition", "ordering")}),
        (gettext_lazy("Hooks"), {"fields": (("pre_hook", "post_hook"), "description")}),
    )
