"""
Process versions: their list, and a draft on one page with its activities and transitions.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow import tenancy
from goflow.admin import links
from goflow.admin.bases import DefinitionAdmin, TabularInline, scoped
from goflow.admin.definition_forms import ActivityRows, ProcessForm, TransitionRows
from goflow.admin.verbs import WithVerbs
from goflow.admin.versions import VERBS
from goflow.runtime.models import ProcessInstance
from goflow.workflow import publishing
from goflow.workflow.models import Activity, Process, Transition

RELATED_LINKS = ("can_add_related", "can_change_related", "can_delete_related", "can_view_related")


class DraftRows(TabularInline):
    """
    Parts of a draft; those of other versions are shown only.
    """

    extra = 1
    fk_name = "process"
    show_change_link = True
    classes = ("goflow-rows",)

    class Media:
        css = {"all": ("goflow/css/admin.css",)}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return _is_editable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return _is_editable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return _is_editable(obj) and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Rows have no room for links that open other windows.
        """
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        return _without_links(field)


def _without_links(field: Any) -> Any:  # a form field, or None for fields without one
    for name in RELATED_LINKS:
        if hasattr(getattr(field, "widget", None), name):
            setattr(field.widget, name, False)
    return field


def _is_editable(process: Process | None) -> bool:
    return process is None or process.is_draft


class ActivityInline(DraftRows):
    """
    The activities, compact; the rest is on their own page.
    """

    model = Activity
    formset = ActivityRows
    fields = ("title", "kind", "roles", "autostart", "join_mode", "split_mode")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        With the roles, in one query.
        """
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("roles")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Small fields.
        """
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "title":
            field.widget.attrs["size"] = 24
        if db_field.name == "roles":
            field.widget.attrs["size"] = 3
            field.help_text = ""
        if db_field.name in {"join_mode", "split_mode"}:
            field.help_text = "; ".join(str(label) for _value, label in db_field.choices)
            field.choices = [(value, value) for value, _label in db_field.choices]
        return field


class TransitionInline(DraftRows):
    """
    The transitions between the stored activities.
    """

    model = Transition
    formset = TransitionRows
    fields = ("name", "input", "output", "condition", "ordering")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        With both ends, in one query.
        """
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("input", "output")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Small fields.
        """
        if isinstance(db_field, TextField):
            kwargs["widget"] = forms.Textarea(attrs={"rows": 1, "cols": 36})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "name":
            field.widget.attrs["size"] = 18
        if db_field.name in {"input", "output"}:
            field.help_text = gettext_lazy("New activities appear here once they are saved.")
        if db_field.name == "ordering":
            field.help_text = gettext_lazy("0 puts it after the others.")
        return field


def _running() -> QuerySet[Any]:
    running = ProcessInstance.objects.running().filter(process_id=OuterRef("pk")).order_by()
    counted: QuerySet[Any] = running.values("process_id").annotate(running=Count("pk")).values("running")
    return counted


@admin.register(Process)
class ProcessAdmin(WithVerbs, DefinitionAdmin):
    """
    One row per version.
    """

    form = ProcessForm
    verbs = VERBS
    list_display = (
        "title",
        "code",
        "version",
        "status",
        "enabled",
        "running",
        "published_at",
        "published_by",
    )
    list_filter = ("status", "enabled")
    list_select_related = ("published_by",)
    search_fields = ("title", "code")
    raw_id_fields = ("published_by",)
    fieldsets = (
        (None, {"fields": (("title", "code"), "description", "seen")}),
        (
            gettext_lazy("Starting"),
            {"fields": (("enabled", "priority"), ("begin", "end"), "content_type")},
        ),
        (
            gettext_lazy("Version"),
            {"fields": (("version", "status"), ("published_at", "published_by"), "version_note")},
        ),
    )
    ALWAYS_READ_ONLY = ("version", "status", "published_at", "published_by")

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Who may change a process may publish, clone and retire it.
        """
        return self.has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        The versions of the reader's tenant, each with its number of running instances.
        """
        rows: Any = scoped(super().get_queryset(request), request)
        counted: QuerySet[Any] = rows.annotate(running_instances=Coalesce(Subquery(_running()), 0))
        return counted

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """
        Transitions from the moment there is something to join.
        """
        return [ActivityInline] if obj is None else [ActivityInline, TransitionInline]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """
        On the way in only what a new draft needs; the stamp only when something can be saved.
        """
        if obj is None:
            fields = (("title", "code"), "description", ("enabled", "priority"), "content_type")
            return ((None, {"fields": fields, "description": ADDING}),)
        if self.has_change_permission(request, obj):
            return self._with_advice() if obj.is_draft else self.fieldsets
        (head, options), *rest = self.fieldsets
        return ((head, {**options, "fields": options["fields"][:-1]}), *rest)

    def _with_advice(self) -> Any:
        (head, options), *rest = self.fieldsets
        return ((head, {**options, "description": EDITING}), *rest)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Long texts are short on this page; begin and end are chosen, not edited.
        """
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, TextField):
            field.widget.attrs["rows"] = 3
        if db_field.name in {"begin", "end"}:
            _without_links(field)
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """
        Everything that publishing froze; in drafts, what only publishing sets.
        """
        if obj is None or not obj.pk:
            return ()
        if obj.is_draft:
            return ("code", *self.ALWAYS_READ_ONLY)
        return ("title", "code", "begin", "end", "content_type", "version_note", *self.ALWAYS_READ_ONLY)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """
        The form, told whose tenant's codes are taken.
        """
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.tenant = tenancy.resolve(user=_person(request), request=request)
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """
        With the way to the import of files.
        """
        more = {"import_page": links.import_page(request.user), **(extra_context or {})}
        return super().changelist_view(request, more)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """
        With the ways to the pages about the version.
        """
        row = context.get("original")
        if row is not None:
            context["pages"] = links.pages(request.user, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """
        A new draft belongs to the tenant of who makes it.
        """
        if not change:
            obj.tenant_id, obj.org_id = form.tenant.tenant_id, form.tenant.org_id
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """
        Transitions first: a deleted activity then takes its transitions along. The first activity begins.
        """
        super().save_related(request, form, list(reversed(formsets)), change)
        process = Process.objects.get(pk=form.instance.pk)
        if process.is_draft and process.begin_id is None:
            process.begin = Activity.objects.filter(process=process).order_by("pk").first()
            if process.begin is not None:
                process.save(update_fields=["begin"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Drafts only.
        """
        return (obj is None or not self.is_kept(obj)) and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """
        Discard the draft, which is recorded.
        """
        publishing.discard(obj, by=_person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """
        Discard every draft, all or none.
        """
        with transaction.atomic(using=queryset.db):
            for obj in queryset:
                publishing.discard(obj, by=_person(request))

    def is_kept(self, obj: Any) -> bool:
        """
        Whatever was published stays, with its history.
        """
        return not obj.is_draft

    def why_kept(self, obj: Any) -> str:
        """
        What to do instead.
        """
        text = _("“%(process)s” is %(status)s and cannot be deleted. Retire it, or disable it.")
        return text % {"process": obj, "status": obj.get_status_display()}

    @admin.display(description=gettext_lazy("running"))
    def running(self, obj: Any) -> int:
        """
        How many instances of this version are not finished.
        """
        return int(obj.running_instances)


ADDING = gettext_lazy(
    "A new process is a draft. Add its activities below and save; the first one begins. Then connect them "
    "with transitions on the same page, and publish."
)

EDITING = gettext_lazy(
    "Add or change activities below and save; a transition joins activities that are saved already. Publish "
    "the draft when it is complete."
)


def _person(request: HttpRequest) -> Any:  # the host's user model
    return request.user
