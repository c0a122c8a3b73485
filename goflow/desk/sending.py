"""
What comes through a door as answers to a form, and the form bound to it.

A page sends every field of the form as browsers do. A client sends JSON values by field name, and only those
it means to change: a field that is left out keeps the value the form would have shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, make_naive
from django.utils.translation import gettext_lazy as _

from goflow.core.storing import storable
from goflow.desk.forms import plain, reason_not_to_store

SHOWN = "goflow_shown"
"""The hidden field in which a page sends along what its form showed."""

Maker = Callable[[Any, Any], forms.BaseForm]
"""Makes the form: unbound of two None, bound to data and files."""

MANY = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
YES, NO = ("true", "on", "1"), ("false", "off", "0", "")


@dataclass(frozen=True, slots=True)
class FromPage:
    """
    The fields of a page, all of them.
    """

    data: QueryDict
    files: MultiValueDict[str, Any]

    @property
    def seen(self) -> Mapping[str, Any]:
        """
        What the form showed when the page was opened; nothing when the page does not say.
        """
        try:
            found = json.loads(self.data.get(SHOWN) or "{}")
            is_ours = isinstance(found, dict) and reason_not_to_store(found) is None
        except (ValueError, RecursionError):  # a page of ours never sends that
            return {}
        return found if is_ours else {}

    @property
    def resent(self) -> Mapping[str, Any]:
        """
        Values that say nothing when they come back as they are: every field of a page is sent.
        """
        return self.seen

    def bind(self, make: Maker) -> forms.BaseForm:
        """
        The form with these answers.
        """
        return make(self.data, self.files)

    def names(self, form: forms.BaseForm) -> list[str]:
        """
        The fields that were answered.
        """
        return [name for name, field in form.fields.items() if not field.disabled]

    def refused(self, form: forms.BaseForm) -> dict[str, str]:
        """
        What cannot even be read, by field.
        """
        return {}


@dataclass(frozen=True, slots=True)
class FromClient:
    """
    JSON values by field; ``seen`` is what the client had read as the fields' ``initial``, where that matters.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def resent(self) -> Mapping[str, Any]:
        """
        Nothing: a client sends only what it means to say.
        """
        return {}

    def bind(self, make: Maker) -> forms.BaseForm:
        """
        The form with these answers, everything else as it would be shown.
        """
        asked = make(MultiValueDict(), None)
        form = make(_encoded(asked, self.answers), None)
        for name, found in form.fields.items():
            if name not in self.answers and not isinstance(found, forms.FileField):
                # Django's own way to keep the value that is there: what is required is asked of that one.
                found.disabled = True
        return form

    def names(self, form: forms.BaseForm) -> list[str]:
        """
        The fields that were answered.
        """
        return [name for name, found in form.fields.items() if name in self.answers and not found.disabled]

    def refused(self, form: forms.BaseForm) -> dict[str, str]:
        """
        Answers to nothing that is asked, and values of the wrong kind.
        """
        return {name: reason for name, reason in self._reasons(form) if reason}

    def _reasons(self, form: forms.BaseForm) -> Iterator[tuple[str, str]]:
        for name, value in self.answers.items():
            found = form.fields.get(name)
            yield name, str(UNKNOWN) if found is None else _misfit(found, value)


Sent = FromPage | FromClient

UNKNOWN = _("Nothing of that name is asked here. Leave it out.")
FILE = _("Files cannot be sent here. Leave it out.")
ONE = _("Send one value, not a list or an object.")
BOOLEAN = _("Send true or false.")


def _misfit(found: forms.Field, value: Any) -> str:
    if isinstance(found, forms.FileField):
        return str(FILE)
    if isinstance(found, (forms.JSONField, forms.MultiValueField)):
        return ""
    if isinstance(value, dict) or (isinstance(value, list) and not _takes_many(found)):
        return str(ONE)
    is_tick = isinstance(found.widget, forms.CheckboxInput) or isinstance(found, forms.NullBooleanField)
    return str(BOOLEAN) if is_tick and _as_text(value).lower() not in (*YES, *NO) else ""


def _takes_many(found: forms.Field) -> bool:
    return isinstance(found, MANY) or getattr(found.widget, "allow_multiple_selected", False)


def _encoded(form: forms.BaseForm, answers: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """
    The answers as a browser would send them. What does not fit its field is left to ``refused``.
    """
    data: MultiValueDict[str, Any] = MultiValueDict()
    for name in answers.keys() & form.fields.keys():
        found = form.fields[name]
        if not _misfit(found, answers[name]):
            _put(data, form.add_prefix(name), found, answers[name])
    return data


def _put(data: MultiValueDict[str, Any], name: str, found: forms.Field, value: Any) -> None:
    widget = found.widget
    if isinstance(found, forms.JSONField):
        data[name] = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    elif isinstance(widget, forms.MultiWidget):
        names: list[str] = widget.widgets_names  # type: ignore[attr-defined] # missing in the stubs
        for suffix, part in zip(names, _parts(found, value), strict=False):
            data[f"{name}{suffix}"] = _as_text(part)
    elif isinstance(widget, forms.CheckboxInput):
        data[name] = "true" if _as_text(value).lower() in YES else "false"
    elif isinstance(found, forms.NullBooleanField):
        data[name] = _yes_or_no(value)
    elif isinstance(value, list):
        data.setlist(name, [_as_text(part) for part in value])
    elif value is not None or not _takes_many(found):
        data[name] = _as_text(value)


def _yes_or_no(value: Any) -> str:
    text = _as_text(value).lower()
    return ("true" if text in YES else "false") if text else ""


def _as_text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else str(value)


def _parts(found: forms.Field, value: Any) -> list[Any]:
    """
    The parts of an answer whose field has several inputs: a date and a time may come as one text.
    """
    if isinstance(value, list):
        return value
    if isinstance(found, forms.SplitDateTimeField):
        return _date_and_time(_as_text(value))
    return [value]


def _date_and_time(text: str) -> list[Any]:
    try:
        when = parse_datetime(text)
        when = make_naive(when) if when is not None and is_aware(when) else when
    except (ValueError, OverflowError):  # no such day, here or anywhere
        when = None
    if when is None:
        return [text, ""]
    return [when.date(), when.time()]


def said(sent: Sent, form: forms.BaseForm) -> dict[str, Any]:
    """
    What was answered, field by field and as plain JSON, whether the whole fits or not.

    The same answers give the same again, whatever has become of the request meanwhile. What a page showed and
    got back as it was is nobody's answer, and what is hidden while it is typed is not repeated.
    """
    found: dict[str, Any] = {}
    for name in sent.names(form):
        asked = form.fields[name]
        if not isinstance(asked, forms.FileField) and not isinstance(asked.widget, forms.PasswordInput):
            found.update(_clean(asked, name, form[name].data))
    resent = sent.resent
    return {name: value for name, value in found.items() if name not in resent or resent[name] != value}


def _clean(asked: forms.Field, name: str, raw: Any) -> dict[str, Any]:
    try:
        found = plain({name: asked.clean(raw)})
    except forms.ValidationError:
        found = plain({name: raw})
    return found if reason_not_to_store(found) is None else {name: storable(str(found[name]))}


def shown(form: forms.BaseForm) -> dict[str, Any]:
    """
    What the form shows of the request, as plain JSON: values that others may have changed when it is sent.
    """
    return {
        name: shown_value(form, name)
        for name, asked in form.fields.items()
        if name in form.initial and not asked.disabled and not isinstance(asked, forms.FileField)
    }


def shown_value(form: forms.BaseForm, name: str) -> Any:
    """
    The value that a field shows before it is answered, as plain JSON.
    """
    asked = form.fields[name]
    if isinstance(asked.widget, forms.PasswordInput) and not asked.widget.render_value:
        return None
    value = plain({name: form.get_initial_for_field(asked, name)})[name]
    is_set = isinstance(asked, forms.ModelMultipleChoiceField) and isinstance(value, list)
    return sorted(value, key=str) if is_set else value
