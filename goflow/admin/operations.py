"""
What is running: instances, work items and incidents, read-only, with the engine's verbs as actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ReadOnlyAdmin, link, scoped, scoped_by
from goflow.admin.filters import ByProcess, ByProcessOfInstance, ByState
from goflow.admin.verbs import ReasonForm, Told, Verb, WithVerbs
from goflow.admin.widgets import SuggestingInput
from goflow.desk.incidents import told
from goflow.runtime import engine, policy
from goflow.runtime.models import DataRevision, Incident, ProcessInstance, WorkItem
from goflow.runtime.permissions import permissions_on
from goflow.workflow.loader import definition

SUGGESTED_PEOPLE = 200
"""User names that the reassign page offers; any other may be typed."""


def _names() -> Iterable[str]:
    model = get_user_model()
    rows = model._default_manager.filter(is_active=True).order_by(model.USERNAME_FIELD)
    return rows.values_list(model.USERNAME_FIELD, flat=True)[:SUGGESTED_PEOPLE]


class ReassignForm(ReasonForm):
    """
    To whom, and why.
    """

    to = forms.CharField(label=gettext_lazy("User name"), max_length=254, widget=SuggestingInput(_names))
    field_order = ("to", "reason")

    def clean_to(self) -> Any:
        """
        The active user of that name.
        """
        model = get_user_model()
        wanted = {model.USERNAME_FIELD: self.cleaned_data["to"], "is_active": True}
        user = model._default_manager.filter(**wanted).first()
        if user is None:
            raise forms.ValidationError(_("There is no active user of that name. Choose one from the list."))
        return user


def _cancel(request: HttpRequest, row: ProcessInstance, answers: Mapping[str, Any]) -> Told:
    engine.cancel(row.pk, actor=request.user, reason=answers["reason"])
    return Told(_("“%(row)s” was cancelled.") % {"row": row})


def _suspend(request: HttpRequest, row: ProcessInstance, answers: Mapping[str, Any]) -> Told:
    engine.suspend(row.pk, actor=request.user, reason=answers["reason"])
    return Told(_("“%(row)s” stands still.") % {"row": row})


def _resume(request: HttpRequest, row: ProcessInstance, answers: Mapping[str, Any]) -> Told:
    engine.resume(row.pk, actor=request.user, reason=answers["reason"])
    return Told(_("“%(row)s” goes on.") % {"row": row})


def _reassign(request: HttpRequest, row: WorkItem, answers: Mapping[str, Any]) -> Told:
    engine.reassign(row.pk, actor=request.user, to=answers["to"], reason=answers["reason"])
    person = answers["to"].get_username()
    return Told(_("“%(row)s” was given to %(person)s.") % {"row": row, "person": person})


def _release(request: HttpRequest, row: WorkItem, answers: Mapping[str, Any]) -> Told:
    engine.release(row.pk, actor=request.user)
    return Told(_("“%(row)s” was put back.") % {"row": row})


def _retry(request: HttpRequest, row: Incident, answers: Mapping[str, Any]) -> Told:
    done = engine.retry(row.pk, actor=request.user)
    row.refresh_from_db()
    if row.resolved_at is None:
        params = {"row": row, "attempts": row.attempts, "problem": told(row)}
        text = _("“%(row)s” failed again (attempt %(attempts)s): %(problem)s")
        return Told(text % params, messages.ERROR)
    if done.incidents:
        params = {"row": row, "other": done.incidents[0], "problem": told(done.incidents[0])}
        text = _("“%(row)s” is resolved, but the request stopped again (%(other)s): %(problem)s")
        return Told(text % params, messages.WARNING)
    return Told(_("“%(row)s” is resolved; the request went on.") % {"row": row})


class OperationsAdmin(WithVerbs, ReadOnlyAdmin):
    """
    Rows of the engine; its verbs are for administrators of instances.
    """

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        The engine's own rule; it asks again for each row.
        """
        return self.has_view_permission(request, obj) and policy.may_administer(request.user)


def _list_link(model: str, text: Any, **lookup: object) -> SafeString:
    query = "&".join(f"{name}={value}" for name, value in lookup.items())
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:goflow_{model}_changelist"), query, text)


@admin.register(ProcessInstance)
class InstanceAdmin(OperationsAdmin):
    """
    Process instances.
    """

    list_display = ("id", "title", "process", "status", "user", "open_items", "created_at", "finished_at")
    list_display_links = ("id", "title")
    list_filter = ("status", ByProcess)
    list_select_related = ("process", "user")
    search_fields = ("title",)
    fields = (
        ("title", "status"),
        ("process", "user"),
        ("content_type", "object_id"),
        ("created_at", "finished_at", "suspended_at"),
        ("priority", "condition", "open_items", "version"),
        "data",
        "parent_item",
        "see_also",
    )
    readonly_fields = ("see_also",)
    verbs = (
        Verb(
            "cancel",
            gettext_lazy("Cancel the request"),
            gettext_lazy("Every open work item is withdrawn and the request ends for good."),
            _cancel,
            applies=lambda row: not row.is_closed,
            form=ReasonForm,
        ),
        Verb(
            "suspend",
            gettext_lazy("Suspend the request"),
            gettext_lazy("Nobody can work on it until it is resumed, and the time does not count meanwhile."),
            _suspend,
            applies=lambda row: row.status == ProcessInstance.Status.RUNNING,
            form=ReasonForm,
        ),
        Verb(
            "resume",
            gettext_lazy("Resume the request"),
            gettext_lazy("What was to be due is due later by the time it stood still."),
            _resume,
            applies=lambda row: row.status == ProcessInstance.Status.SUSPENDED,
            form=ReasonForm,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        The reader's tenant.
        """
        return scoped(super().get_queryset(request), request)

    @admin.display(description=gettext_lazy("See also"))
    def see_also(self, row: ProcessInstance) -> SafeString:
        """
        Links to what belongs to the instance.
        """
        return format_html(
            "{} · {} · {} · {} · {}",
            _list_link("workitem", _("Work items"), instance__id__exact=row.pk),
            _list_link("datarevision", _("Answers and remarks"), instance__id__exact=row.pk),
            _list_link("incident", _("Incidents"), instance__id__exact=row.pk),
            _list_link("outboxmessage", _("Outbox messages"), instance_id__exact=row.pk),
            _list_link("auditevent", _("Audit events"), instance_id__exact=row.pk),
        )


@admin.register(WorkItem)
class WorkItemAdmin(OperationsAdmin):
    """
    Work items.
    """

    list_display = ("id", "activity", "instance", "process", "status", "user", "due_at", "created_at")
    list_display_links = ("id", "activity")
    list_filter = ("status", ByProcessOfInstance)
    list_select_related = ("instance__process", "activity", "user")
    search_fields = ("instance__title", "activity_key")
    ordering = ("-id",)
    fields = (
        ("instance", "activity"),
        ("status", "user", "queue"),
        ("condition", "outcomes"),
        ("priority", "due_at", "version"),
        ("created_at", "opened_at", "activated_at", "completed_at"),
        "workitem_from",
        "see_also",
    )
    readonly_fields = ("see_also",)
    verbs = (
        Verb(
            "reassign",
            gettext_lazy("Reassign"),
            gettext_lazy("The work item is taken from whoever has it and given to this person."),
            _reassign,
            form=ReassignForm,
        ),
        Verb(
            "release",
            gettext_lazy("Put back"),
            gettext_lazy("The work item goes back to everybody who may take it."),
            _release,
            is_direct=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        The reader's tenant.
        """
        return scoped(super().get_queryset(request), request)

    def offered(self, request: HttpRequest, row: WorkItem) -> list[Verb]:
        """
        What the engine lets this person do to the item.
        """
        loaded = definition(row.instance.process_id, row.instance.fingerprint)
        may = permissions_on(request.user, row, loaded)
        return [verb for verb in self.verbs if getattr(may, verb.name)]

    def named(self, row: WorkItem) -> str:
        """
        The activity and the request.
        """
        return f"{row.activity} #{row.pk} – {row.instance}"

    @admin.display(description=gettext_lazy("process"), ordering="instance__process__title")
    def process(self, row: WorkItem) -> str:
        """
        The process version the item belongs to.
        """
        return str(row.instance.process)

    @admin.display(description=gettext_lazy("See also"))
    def see_also(self, row: WorkItem) -> SafeString:
        """
        Links to what belongs to the item.
        """
        return format_html(
            "{} · {} · {} · {}",
            _list_link("datarevision", _("Answers and remarks"), workitem__id__exact=row.pk),
            _list_link("incident", _("Incidents"), workitem__id__exact=row.pk),
            _list_link("outboxmessage", _("Outbox messages"), workitem_id__exact=row.pk),
            _list_link("auditevent", _("Audit events"), workitem_id__exact=row.pk),
        )


@admin.register(Incident)
class IncidentAdmin(OperationsAdmin):
    """
    Incidents.
    """

    list_display = (
        "id",
        "code",
        "what_happened",
        "about",
        "workitem",
        "attempts",
        "created_at",
        "resolved_at",
    )
    list_display_links = ("id", "code")
    list_filter = (ByState, ByProcessOfInstance)
    list_select_related = ("instance__process", "workitem", "resolved_by")
    search_fields = ("instance__title", "code")
    fields = (
        ("code", "attempts"),
        "what_happened",
        "params",
        ("instance", "workitem"),
        ("created_at", "resolved_at", "resolved_by"),
    )
    readonly_fields = ("what_happened",)
    verbs = (
        Verb(
            "retry",
            gettext_lazy("Try again"),
            gettext_lazy("The engine repeats the step where it stopped."),
            _retry,
            applies=lambda row: row.resolved_at is None,
            is_direct=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        Incidents of the reader's tenant.
        """
        return scoped_by(super().get_queryset(request), request, "instance", ProcessInstance.objects.all())

    def named(self, row: Incident) -> str:
        """
        The incident and the request.
        """
        return f"{row} – {row.instance}"

    @admin.display(description=gettext_lazy("what happened"), ordering="message")
    def what_happened(self, row: Incident) -> str:
        """
        What happened, in the reader's language.
        """
        return told(row)

    @admin.display(description=gettext_lazy("process instance"), ordering="instance")
    def about(self, row: Incident) -> SafeString | str:
        """
        A link to the instance.
        """
        return link(row.instance)


@admin.register(DataRevision)
class DataRevisionAdmin(ReadOnlyAdmin):
    """
    What people said, latest first.
    """

    list_display = ("id", "created_at", "actor", "action", "activity_key", "about", "reason")
    list_filter = (ByProcessOfInstance,)
    list_select_related = ("instance__process", "workitem", "actor")
    search_fields = ("instance__title", "activity_key__exact")
    ordering = ("-id",)
    fields = (
        ("created_at", "actor", "action"),
        ("instance", "instance_version"),
        ("workitem", "activity_key"),
        "said",
        "reason",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """
        What was said about instances of the reader's tenant.
        """
        return scoped_by(super().get_queryset(request), request, "instance", ProcessInstance.objects.all())

    @admin.display(description=gettext_lazy("process instance"), ordering="instance")
    def about(self, row: DataRevision) -> SafeString | str:
        """
        A link to the instance.
        """
        return link(row.instance)
