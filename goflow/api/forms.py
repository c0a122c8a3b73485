"""
Forms for clients: the fields of a Django form as data.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType

from goflow.desk.answers import shown_value

TYPES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.ModelMultipleChoiceField, "choices"),
    (forms.MultipleChoiceField, "choices"),
    (forms.ChoiceField, "choice"),
    (forms.ModelChoiceField, "choice"),
    (forms.NullBooleanField, "boolean"),
    (forms.BooleanField, "boolean"),
    (forms.DateTimeField, "datetime"),
    (forms.SplitDateTimeField, "datetime"),
    (forms.DateField, "date"),
    (forms.TimeField, "time"),
    (forms.DurationField, "duration"),
    (forms.DecimalField, "decimal"),
    (forms.FloatField, "number"),
    (forms.IntegerField, "integer"),
    (forms.EmailField, "email"),
    (forms.URLField, "url"),
    (forms.FileField, "file"),
    (forms.JSONField, "json"),
)
"""What kinds of fields are called; everything else is text. The first that fits counts."""

MOST_CHOICES = 500


def label_of(kind: ContentType | None) -> str | None:
    """
    A content type as ``app_label.model``.
    """
    return None if kind is None else f"{kind.app_label}.{kind.model}"


def fields(form: forms.BaseForm) -> list[dict[str, Any]]:
    """
    What the form asks for, in its order.
    """
    return [_field(form, name, field) for name, field in form.fields.items()]


def _field(form: forms.BaseForm, name: str, field: forms.Field) -> dict[str, Any]:
    return {
        "name": name,
        "label": str(form[name].label),
        "type": next((word for kind, word in TYPES if isinstance(field, kind)), "text"),
        "required": field.required,
        "help_text": str(field.help_text),
        "initial": shown_value(form, name),
        "choices": _choices(field),
        "max_length": getattr(field, "max_length", None),
    }


def _choices(field: forms.Field) -> list[list[str]] | None:
    if isinstance(field, forms.ModelChoiceField):
        shown = field.queryset[:MOST_CHOICES] if field.queryset is not None else ()
        return [[str(field.prepare_value(row)), field.label_from_instance(row)] for row in shown]
    choices = getattr(field, "choices", None)
    return None if choices is None else list(_flat(choices))


def _flat(choices: Any) -> Any:  # pairs, or groups of pairs
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield ["" if value is None else str(value), str(label)]
