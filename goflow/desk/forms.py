"""
The form of a work item: the registered one of its activity, else a generic one with a comment.

A registered ModelForm is bound to the object of the instance and saved. A plain Form is stored in the data of
the instance under the key of the activity, unless it has a method ``apply(task)`` that stores its answers; it
begins with what is known: the earlier answers of the same activity, then those of the start.

What a form class may define, each called before anything is asked or checked:

``for_actor(actor)``
    who answers.
``for_outcome(outcome)``
    the decision that the answers go with, None for none. A form that is only shown is not told.
``remembers = False``
    an attribute: the form begins blank, whatever was answered before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from goflow.core.storing import require_storable
from goflow.errors import ContentObjectMissing
from goflow.runtime.models import ProcessInstance
from goflow.runtime.task import Task
from goflow.workflow.fields import SECRET_PARTS
from goflow.workflow.loader import Loaded
from goflow.workflow.registry import get_form
from goflow.workflow.startforms import FormClass

__all__ = ["CommentForm", "Fact", "FormClass", "facts", "form_for", "plain", "store"]


class CommentForm(forms.Form):
    """
    The generic form: nothing is asked, a remark is welcome. A remark of an earlier round is not made again.
    """

    remembers = False

    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One line of what is known: a label and a value to show.
    """

    label: str
    value: Any  # whatever the field holds; templates localise dates and numbers


def form_for(
    instance: ProcessInstance,
    loaded: Loaded,
    activity_key: str,
    *,
    actor: Any = None,
    outcome: str | None = None,
    data: Any = None,  # QueryDict or None
    files: MultiValueDict[str, Any] | None = None,
    form_class: FormClass | None = None,
) -> forms.BaseForm:
    """
    The form of an activity, bound when ``data`` is given. ``form_class`` replaces the activity's own.

    Raises MissingRegistration for a form that nobody registered, ContentObjectMissing for a ModelForm without
    its object.
    """
    name = loaded.graph.activity(activity_key).form_class
    made = form_class or (get_form(name) if name else CommentForm)
    form = _made(made, instance, activity_key, loaded, data, files)
    told = [("for_actor", actor)] if actor is not None else []
    told += [("for_outcome", outcome)] if form.is_bound else []
    for hook, value in told:
        if hasattr(form, hook):
            getattr(form, hook)(value)
    return form


def _made(
    made: Any,  # a form class
    instance: ProcessInstance,
    activity_key: str,
    loaded: Loaded,
    data: Any,  # QueryDict or None
    files: MultiValueDict[str, Any] | None,
) -> forms.BaseForm:
    if isinstance(made, type) and issubclass(made, forms.BaseModelForm):
        found = instance.wfobject()
        if not isinstance(found, made._meta.model):
            raise ContentObjectMissing(instance=instance.pk)
        return made(data, files, instance=found)
    known = _known(instance.data, activity_key, loaded) if getattr(made, "remembers", True) else {}
    form: forms.BaseForm = made(data, files, initial=known)
    _read_moments(form)
    return form


def _known(data: Mapping[str, Any], activity_key: str, loaded: Loaded) -> dict[str, Any]:
    """
    Answers given so far by name of field: those of this step before those of the start.
    """
    own = data.get(activity_key)
    asked = {key: value for key, value in data.items() if key not in loaded.titles}
    return {**asked, **own} if isinstance(own, dict) else asked


def _read_moments(form: forms.BaseForm) -> None:
    """
    Stored moments are text, and a field with an input for the day and one for the time cannot show that.
    """
    for name, asked in form.fields.items():
        if isinstance(asked, forms.SplitDateTimeField) and name in form.initial:
            form.initial[name] = _moment(form.initial[name])


def _moment(stored: object) -> object:
    try:
        return parse_datetime(stored) if isinstance(stored, str) else None
    except ValueError:
        return None


def store(form: forms.BaseForm, task: Task) -> None:
    """
    Store the answers of a valid form inside the engine's unit.

    Silence where only a remark is asked takes the place of an earlier remark, and leaves no trace otherwise.
    """
    key = task.activity.key
    if isinstance(form, forms.BaseModelForm):
        task.instance.content_object = form.save()
    elif hasattr(form, "apply"):
        form.apply(task)
    elif key in task.data or not isinstance(form, CommentForm) or form.cleaned_data["comment"]:
        task.data[key] = plain(form.cleaned_data)


def plain(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """
    Cleaned answers as JSON: dates and decimals become text, objects their primary key, files their name.
    """
    found: dict[str, Any] = json.loads(json.dumps(dict(cleaned), cls=_AnswerEncoder))
    return found


class _AnswerEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, models.Model):
            return o.pk
        if isinstance(o, models.QuerySet):
            return [found.pk for found in o]
        if isinstance(o, (set, frozenset)):
            return sorted(o, key=str)
        if isinstance(o, File):
            return o.name
        try:
            return super().default(o)
        except TypeError:  # a type of the host's own field: its text is how people know it
            return str(o)


def reason_not_to_store(answers: Mapping[str, Any]) -> str | None:
    """
    Why no database would keep these plain answers; None when every one does.
    """
    try:
        require_storable(answers)
    except TypeError as exc:
        return str(exc)
    return None


def facts(instance: ProcessInstance, loaded: Loaded) -> list[Fact]:
    """
    What is known about a request, to be read: the fields of its object, then the answers given so far.
    """
    found = instance.wfobject()
    own = list(_object_facts(found)) if found is not None else []
    return [*own, *_data_facts(instance.data, loaded)]


def _object_facts(found: models.Model) -> Iterator[Fact]:
    for field in found._meta.concrete_fields:
        if field.primary_key or any(part in field.name.lower() for part in SECRET_PARTS):
            continue
        value = _shown(found, field)
        if value not in (None, ""):
            yield Fact(capfirst(str(field.verbose_name)), value)


def _shown(found: models.Model, field: models.Field[Any, Any]) -> Any:
    display = getattr(found, f"get_{field.name}_display", None)
    value = display() if field.choices and display else getattr(found, field.name)
    return str(value) if isinstance(value, (models.Model, FieldFile)) else value


def _data_facts(data: Mapping[str, Any], loaded: Loaded) -> Iterator[Fact]:
    for key, value in data.items():
        own = capfirst(key.replace("_", " "))
        label = loaded.titles.get(key, own)
        if not isinstance(value, dict):
            yield Fact(own, value)
        elif list(value) == ["comment"]:
            yield from [Fact(label, value["comment"])] if value["comment"] else []
        else:
            yield from (
                Fact(f"{label} › {capfirst(name.replace('_', ' '))}", inner) for name, inner in value.items()
            )
