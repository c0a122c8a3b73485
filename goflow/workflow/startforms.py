"""
The form that starts a process: which class it is, and what its fields are.

A start form is registered as ``<process code>.start``, ``<app label>.<model>.start`` or
``<app label>.start``; the first that fits the model of the process is taken. Without one a process for a
model gets the fields of the model, any other process asks for a subject and a remark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow.workflow import registry

FormClass = Callable[..., forms.BaseForm]

START = ".start"
"""What the names of start forms end with."""

TITLE = "title"
"""The answer that becomes the title of the instance and is no part of its data."""


class RequestForm(forms.Form):
    """
    Start without an object: what it is about, and a remark. Nothing of it has to be said.
    """

    title = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=200,
        help_text=_("Empty for the name of the process."),
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


def start_class(code: str, model: type[models.Model] | None) -> FormClass:
    """
    The form class that starts a process of that code, for objects of ``model`` or for none.
    """
    known = registry.names(registry.FORM)
    for name in (name for name in _names(code, model) if name in known):
        found = registry.get_form(name)
        if getattr(getattr(found, "_meta", None), "model", None) is model:
            return found
    return RequestForm if model is None else _generated(model)


def _names(code: str, model: type[models.Model] | None) -> list[str]:
    meta = None if model is None else model._meta
    named = [] if meta is None else [meta.label_lower, meta.app_label]
    return [f"{name}{START}" for name in (code, *named)]


def _generated(model: type[models.Model]) -> FormClass:
    names = [field.name for field in model._meta.concrete_fields if _is_asked(field)]
    return forms.modelform_factory(model, fields=[n for n in names if not is_for_people(model, n)])


def _is_asked(field: models.Field[Any, Any]) -> bool:
    is_left_out = isinstance(field, models.FileField) and field.blank
    return field.editable and not field.primary_key and not is_left_out


def is_for_people(model: type[models.Model], name: str) -> bool:
    """
    Whether a field of the model names a user.
    """
    found = {field.name: field for field in model._meta.concrete_fields}.get(name)
    return found is not None and found.related_model is get_user_model()


def fields_of(form_class: object) -> dict[str, forms.Field]:
    """
    The fields that a form class declares; none for a function that makes forms, which tells nothing.
    """
    found: dict[str, forms.Field] = getattr(form_class, "base_fields", {})
    return found


def file_fields(form_class: object) -> tuple[str, ...]:
    """
    The names of the fields that take files.
    """
    return tuple(name for name, field in fields_of(form_class).items() if isinstance(field, forms.FileField))


def data_fields(form_class: object) -> frozenset[str]:
    """
    The keys that the answers of a start form have in the data; a ModelForm's are stored in its object.
    """
    if isinstance(form_class, type) and issubclass(form_class, forms.BaseModelForm):
        return frozenset()
    return frozenset(fields_of(form_class)) - {TITLE}
