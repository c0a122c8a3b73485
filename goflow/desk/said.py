"""
What people said about an instance in all its rounds, to be read beside their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import capfirst

from goflow.desk import starting
from goflow.desk.forms import CommentForm, Fact
from goflow.errors import GoflowError
from goflow.runtime.models import DataRevision, ProcessInstance
from goflow.workflow.loader import Loaded
from goflow.workflow.registry import get_form
from goflow.workflow.startforms import fields_of

LONGEST = 200
"""How many of the latest steps in which something was said one page tells."""

REMARK = "comment"
"""The answer that is a remark: it needs no label."""

Step = tuple[int, str, int | None]
"""The change of the instance, the action, and the item: what an audit row and a revision have in common."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """
    What one person said in one step.

    Attributes:
        who: their name; blank when nobody's is known.
        remarks: the reason and the remark, which need no labels.
        answers: all other answers, with the labels of their form.
    """

    step: Step
    at: datetime
    activity_key: str
    who: str
    remarks: tuple[str, ...]
    answers: tuple[Fact, ...]


def of(instance: ProcessInstance, loaded: Loaded) -> list[Spoken]:
    """
    The latest that was said, in order. One query, and one for the model of the process.

    For whoever may see the instance or one of its items.
    """
    rows = DataRevision.objects.filter(instance=instance).select_related("actor")
    latest = list(rows.order_by("-instance_version")[:LONGEST])
    asked = {row.activity_key for row in latest if row.said}
    fields = {key: _fields(instance, loaded, key) for key in asked}
    return [_spoken(row, fields.get(row.activity_key, {})) for row in reversed(latest)]


def step(row: Any) -> Step:  # an audit row or a revision
    """
    Where in the story of its instance a row belongs.
    """
    return row.instance_version, row.action, row.workitem_id


def _fields(instance: ProcessInstance, loaded: Loaded, activity_key: str) -> Mapping[str, forms.Field]:
    """
    The fields of the form that a step asks with; none of a form that is not registered any more.
    """
    try:
        if not activity_key:
            return fields_of(starting.form_class_of(instance.process))
        name = loaded.graph.activity(activity_key).form_class
        return fields_of(get_form(name) if name else CommentForm)
    except GoflowError:
        return {}


def _spoken(row: DataRevision, fields: Mapping[str, forms.Field]) -> Spoken:
    said = dict(row.said)
    remark = said.pop(REMARK, "") if isinstance(said.get(REMARK), str) else ""
    return Spoken(
        step=step(row),
        at=row.created_at,
        activity_key=row.activity_key,
        who="" if row.actor is None else name_of(row.actor),
        remarks=tuple(text for text in (row.reason, remark.strip()) if text),
        answers=tuple(_facts(said, fields)),
    )


def name_of(user: Any) -> str:
    """
    A person's name: the full one if known.
    """
    return str(user.get_full_name() or user.get_username())


def _facts(said: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> Iterator[Fact]:
    for name, value in said.items():
        field = fields.get(name)
        label = str((field and field.label) or capfirst(name.replace("_", " ")))
        if isinstance(value, dict):
            yield from (Fact(f"{label} › {fact.label}", fact.value) for fact in _facts(value, {}))
        else:
            yield Fact(label, _shown(value, field))


def _shown(value: Any, field: forms.Field | None) -> Any:
    """
    The labels of fixed choices instead of their values.
    """
    choices = getattr(field, "choices", None)
    if not isinstance(choices, (list, tuple)):
        return value
    labels = dict(_flat(choices))
    if isinstance(value, list):
        return [labels.get(str(part), part) for part in value]
    return labels.get(str(value), value)


def _flat(choices: Any) -> Iterator[tuple[str, str]]:  # pairs, or groups of pairs
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield str(value), str(label)
