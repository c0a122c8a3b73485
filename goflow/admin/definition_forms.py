"""
The forms of a draft: the process itself, and its activities and transitions as rows of its page.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from goflow.admin.bases import InlineFormSet, ModelForm
from goflow.core.exchange import slug
from goflow.errors import DraftConflict
from goflow.tenancy import Tenant
from goflow.workflow.models import Activity, Process

BLANK = ("", "---------")


class Stamp(forms.CharField):
    """
    What the page was made from; never an edit of the person.
    """

    widget = forms.HiddenInput

    def has_changed(self, initial: object, data: object) -> bool:
        """
        Never.
        """
        return False


class ProcessForm(ModelForm):
    """
    A process version. Refuses to save over what somebody else saved meanwhile.
    """

    tenant: Tenant = Tenant()
    seen = Stamp(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = _stamp(self.instance)
        for name in {"begin", "end"} & set(self.fields):
            end: Any = self.fields[name]
            end.queryset = Activity.objects.filter(process_id=self.instance.pk)

    def clean_code(self) -> str:
        """
        The code, made from the title when blank; refused when a process has it already.
        """
        code: str = self.cleaned_data["code"].lower() or slug(self.cleaned_data.get("title", "")) or "process"
        versions = Process.objects.filter(tenant_id=self.tenant.tenant_id, code=code)
        if versions.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _(
                    "There is a process with the code “%(code)s” already. Edit it as a new draft, or choose "
                    "another code."
                )
                % {"code": code}
            )
        return code

    def clean(self) -> dict[str, Any] | None:
        """
        Raises ValidationError when the version is not what the page showed.
        """
        seen = self.cleaned_data.get("seen")
        if self.instance.pk and seen and seen != _stamp(self.instance):
            raise forms.ValidationError(str(DraftConflict()))
        return super().clean()


def _stamp(process: Process) -> str:
    return f"{process.status}:{process.revision}" if process.pk else ""


class ActivityRows(InlineFormSet):
    """
    The activities of a draft. The choices are read once, not once per row.
    """

    @cached_property
    def groups(self) -> list[tuple[Any, str]]:
        """
        Every group, by name.
        """
        return list(Group.objects.order_by("name").values_list("pk", "name"))

    def add_fields(self, form: Any, index: int | None) -> None:
        """
        Give the row its choices.
        """
        super().add_fields(form, index)
        if "roles" in form.fields:
            form.fields["roles"].choices = self.groups

    def clean(self) -> None:
        """
        Raises ValidationError for titles that differ in upper and lower case only.
        """
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        titles = [
            form.cleaned_data.get("title", "").casefold() for form in kept if hasattr(form, "cleaned_data")
        ]
        doubled = [title for title, count in Counter(titles).items() if title and count > 1]
        if doubled:
            raise forms.ValidationError(
                _("Several activities are called “%(title)s”. Give each its own title.")
                % {"title": doubled[0]}
            )


class TransitionRows(InlineFormSet):
    """
    The transitions of a draft, between its own activities.
    """

    @cached_property
    def ends(self) -> list[tuple[Any, str]]:
        """
        The stored activities of the process.
        """
        rows = Activity.objects.filter(process_id=self.instance.pk).order_by("id")
        return [BLANK, *rows.values_list("pk", "title")]

    def add_fields(self, form: Any, index: int | None) -> None:
        """
        Limit both ends to this process.
        """
        super().add_fields(form, index)
        for name in {"input", "output"} & set(form.fields):
            form.fields[name].queryset = Activity.objects.filter(process_id=self.instance.pk)
            form.fields[name].choices = self.ends


class EndsForm(ModelForm):
    """
    A transition on its own page: both ends belong to its process.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"input", "output"} & set(self.fields):
            end: Any = self.fields[name]
            end.queryset = self._choices(end.queryset)
            end.label_from_instance = _with_process if self.instance.pk is None else str

    def _choices(self, activities: QuerySet[Any]) -> QuerySet[Any]:
        if self.instance.pk is not None:
            return activities.filter(process_id=self.instance.process_id)
        return activities.filter(process__status=Process.Status.DRAFT).select_related("process")


def _with_process(activity: Activity) -> str:
    return f"{activity.process}: {activity}"
