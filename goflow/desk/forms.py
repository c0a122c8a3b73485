"""
The form of a work item: the registered one of its activity, else a generic one with a comment.

A registered ModelForm is bound to the object of the instance and saved. A plain Form is stored in the data of
the instance under the key of the activity, unless it has a method ``apply(task)`` that stores its answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from goflow.errors import ContentObjectMissing, Invalid
from goflow.runtime.models import ProcessInstance
from goflow.runtime.task import Task
from goflow.workflow.fields import SECRET_PARTS
from goflow.workflow.loader import Loaded
from goflow.workflow.registry import get_form

FormClass = Callable[..., forms.BaseForm]


class FormOutdated(Invalid):
    """
    The object changed between the check of the form and its saving, so that the answers do not fit any more.
    """

    code = "form-outdated"
    template = _(
        "The request has changed while you filled in the form. Reload the page and check your answers."
    )


class CommentForm(forms.Form):
    """
    The generic form: nothing is asked, a remark is welcome.
    """

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
    return _bound(made, instance, activity_key, data, files)


def save(form: forms.BaseForm, task: Task) -> None:
    """
    Store the answers of a valid form inside the engine's unit, on what the database holds now.

    Raises FormOutdated when the form does not accept its answers any more.
    """
    fresh = _bound(type(form), task.instance, task.activity.key, form.data, form.files)
    if not fresh.is_valid():
        raise FormOutdated(workitem=task.workitem.pk)
    if isinstance(fresh, forms.BaseModelForm):
        task.instance.content_object = fresh.save()
    elif hasattr(fresh, "apply"):
        fresh.apply(task)
    else:
        task.data[task.activity.key] = plain(fresh.cleaned_data)


def _bound(
    made: Any,  # a form class
    instance: ProcessInstance,
    activity_key: str,
    data: Any,  # QueryDict or None
    files: MultiValueDict[str, Any] | None,
) -> forms.BaseForm:
    if isinstance(made, type) and issubclass(made, forms.BaseModelForm):
        found = instance.wfobject()
        if not isinstance(found, made._meta.model):
            raise ContentObjectMissing(instance=instance.pk)
        return made(data, files, instance=found)
    known = instance.data.get(activity_key)
    own = known if isinstance(known, dict) else {}
    form: forms.BaseForm = made(data, files, initial={**instance.data, **own})
    return form


def plain(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """
    Cleaned answers as JSON: dates and decimals become text, objects their primary key.
    """
    found: dict[str, Any] = json.loads(json.dumps(dict(cleaned), cls=_AnswerEncoder))
    return found


class _AnswerEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, models.Model):
            return o.pk
        if isinstance(o, models.QuerySet):
            return [found.pk for found in o]
        return super().default(o)


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
        label = loaded.titles.get(key, capfirst(key.replace("_", " ")))
        if not isinstance(value, dict):
            yield Fact(label, value)
        elif list(value) == ["comment"]:
            yield from [Fact(label, value["comment"])] if value["comment"] else []
        else:
            yield from (
                Fact(f"{label} › {capfirst(name.replace('_', ' '))}", inner) for name, inner in value.items()
            )
