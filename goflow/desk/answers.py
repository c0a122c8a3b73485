"""
The one door for answers: pages, REST and whatever comes later start and complete through here.

One rule for all of them. The form is the one that the process names; it is told who answers and with which
decision; what was left out is filled with what the form shows; then it is checked, on what the database holds
at this moment, inside the engine's unit: it is stored with the step or not at all. Whoever may not do the
step hears that first, and the same key again gets the first answer even when the form would not fit any more.

No door makes or checks a form of its own, and none stores answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.desk import starting
from goflow.desk.forms import FormClass, form_for, plain, reason_not_to_store, store
from goflow.desk.refusals import AnswersInvalid, ObjectChanged
from goflow.desk.sending import FromClient, FromPage, Maker, Sent, said, shown, shown_value
from goflow.errors import ContentObjectMissing, KeyTaken, MissingRegistration
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.runtime.results import Completion
from goflow.runtime.starting import Filled, require_start
from goflow.runtime.task import Task
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Process
from goflow.workflow.startforms import TITLE

__all__ = [
    "FromClient",
    "FromPage",
    "complete",
    "item_form",
    "require_own",
    "shown",
    "shown_value",
    "start",
    "start_form",
]

FILES = _("Files are not stored yet. Leave this empty, or tell an administrator.")
UNSTORABLE = _("This holds characters that cannot be stored. Take them out.")


def item_form(
    item: WorkItem,
    loaded: Loaded,
    actor: Any,
    *,
    sent: Sent | None = None,
    outcome: str | None = None,
    form_class: FormClass | None = None,
) -> forms.BaseForm:
    """
    The form of an item to be shown, with the answers in it when some were sent. ``shown(form)`` is what it
    shows of the request.

    Raises MissingRegistration, ContentObjectMissing.
    """
    make = _maker(item.instance, loaded, item.activity_key, actor, _decision(outcome), form_class)
    return make(None, None) if sent is None else sent.bind(make)


def complete(
    item: WorkItem,
    loaded: Loaded,
    *,
    actor: Any,
    sent: Sent,
    outcome: str | None = None,
    version: int | None = None,
    key: str | None = None,
    form_class: FormClass | None = None,
) -> Completion:
    """
    Complete an item with answers. ``form_class`` replaces the form of the activity.

    Raises AnswersInvalid and ObjectChanged, each with the bound ``form`` that tells what is wrong; what
    ``form_for`` raises, and what ``engine.complete`` raises.
    """
    outcome = _decision(outcome)

    def prepare(task: Task) -> None:
        make = _maker(task.instance, loaded, task.activity.key, actor, outcome, form_class)
        form = _checked(sent, make)
        _require_unchanged(form, sent)
        store(form, task)

    make = _maker(item.instance, loaded, item.activity_key, actor, outcome, form_class)
    return engine.complete(
        item.pk,
        actor=actor,
        outcome=outcome,
        version=version,
        key=key,
        answers=_said(sent, make),
        prepare=prepare,
    )


def start_form(process: Process, user: Any, *, sent: Sent | None = None) -> forms.BaseForm:
    """
    The form that starts a process, to be shown, with the answers in it when some were sent.
    """
    make = partial(starting.start_form, process, user)
    return make(None, None) if sent is None else sent.bind(make)


def start(
    process: Process,
    user: Any,
    sent: Sent,
    *,
    about: Model | None = None,
    title: str | None = None,
    priority: int | None = None,
    key: str | None = None,
) -> WorkItem:
    """
    Start a process with the answers to its start form.

    ``about`` is an object that is there already. In a process for such objects it carries the answers: the
    form is asked only when something was sent, and changes the object then. Any other start is one with the
    form. ``title`` is the answer to the form's own field of that name, or replaces what the form says.

    Raises AnswersInvalid with the bound ``form``, and what ``engine.start`` raises.
    """
    require_start(user, process)
    carries = about is not None and process.content_type_id is not None
    if carries and not (isinstance(sent, FromClient) and sent.answers):
        return engine.start(process.code, user, about, title, priority, key=key)
    make = partial(starting.start_form, process, user, about=about if carries else None)
    sent = sent if carries else _with_title(sent, make, title)

    def fill() -> Filled:
        return _filled(_checked(sent, make), about, title)

    return engine.start(
        process.code, user, about, title, priority, answers=_said(sent, make), key=key, fill=fill
    )


def _said(sent: Sent, make: Maker) -> dict[str, Any]:
    """
    Nothing where the form cannot be made: the engine tells first who may do what at all.
    """
    try:
        return said(sent, sent.bind(make))
    except (ContentObjectMissing, MissingRegistration):
        return {}


def require_own(item: WorkItem, loaded: Loaded, data: Mapping[str, Any]) -> None:
    """
    Raises KeyTaken when the result of outside work would stand where people answer another step.
    """
    for activity in loaded.graph.activities:
        if activity.key in data and activity.is_human and activity.key != item.activity_key:
            raise KeyTaken(key=activity.key, title=activity.title)


def _with_title(sent: Sent, make: Maker, title: str | None) -> Sent:
    if title is None or not isinstance(sent, FromClient) or TITLE not in make(None, None).fields:
        return sent
    return replace(sent, answers={TITLE: title, **sent.answers})


def _filled(form: forms.BaseForm, about: Model | None, title: str | None) -> Filled:
    if isinstance(form, forms.BaseModelForm):
        return Filled(item=form.save(), title=title)
    answers = starting.kept(form)
    own = str(answers.pop(TITLE, "") or "")
    named = own if TITLE in form.fields else title or own
    return Filled(item=about, title=named or None, data=answers)


def _decision(outcome: str | None) -> str | None:
    """
    As the engine takes it: a blank one is none.
    """
    return (outcome or "").strip() or None


def _maker(
    instance: Any,
    loaded: Loaded,
    activity_key: str,
    actor: Any,
    outcome: str | None,
    form_class: FormClass | None,
) -> Maker:
    def make(data: Any, files: Any) -> forms.BaseForm:
        return form_for(
            instance,
            loaded,
            activity_key,
            actor=actor,
            outcome=outcome,
            data=data,
            files=files,
            form_class=form_class,
        )

    return make


def _checked(sent: Sent, make: Maker) -> forms.BaseForm:
    """
    The bound form, valid and storable. Raises AnswersInvalid.
    """
    form = sent.bind(make)
    refused = {**sent.refused(form), **dict(_unstorable(form) if form.is_valid() else ())}
    for name, reason in refused.items():
        if name in form.fields:
            form.add_error(name, reason)
    errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
    errors |= {name: [reason] for name, reason in refused.items() if name not in form.fields}
    if errors:
        raise AnswersInvalid(form, fields=", ".join(errors), errors=errors)
    return form


def _unstorable(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """
    What is valid and would still fail when it is written.
    """
    is_saved = isinstance(form, forms.BaseModelForm)
    for name, value in form.cleaned_data.items():
        if isinstance(form.fields.get(name), forms.FileField):
            if value and not is_saved:
                yield name, str(FILES)
        elif reason_not_to_store(plain({name: value})) is not None:
            yield name, str(UNSTORABLE)


def _require_unchanged(form: forms.BaseForm, sent: Sent) -> None:
    """
    Raises ObjectChanged when an answer would replace a value that its sender has not seen.

    Asked of what branches share, the object and what forms store themselves; answers under a key of their own
    replace nobody's.
    """
    is_shared = isinstance(form, forms.BaseModelForm) or hasattr(form, "apply")
    if not is_shared or not sent.seen:
        return
    values = shown(form)
    errors = {
        name: [_both(form, name, value, sent.seen[name])]
        for name, value in values.items()
        if name in sent.seen and sent.seen[name] != value and _replaces(form, name)
    }
    if errors:
        for name, texts in errors.items():
            form.add_error(name, texts)
        labels = ", ".join(str(form[name].label) for name in errors)
        raise ObjectChanged(form, fields=labels, errors=errors, now=values)


def _replaces(form: forms.BaseForm, name: str) -> bool:
    asked = form.fields[name]
    return bool(asked.has_changed(form.get_initial_for_field(asked, name), form[name].data))


def _both(form: forms.BaseForm, name: str, value: Any, seen: Any) -> str:
    texts = {"now": _spoken(form.fields[name], value), "seen": _spoken(form.fields[name], seen)}
    told = gettext(
        "Somebody has changed this meanwhile: from “%(seen)s” to “%(now)s”. Send again to replace it."
    )
    return told % texts


def _spoken(asked: forms.Field, value: Any) -> str:
    """
    A value as people read it: the label of a choice, else the value itself.
    """
    labels = _labels(getattr(asked, "choices", ()))
    if isinstance(value, list):
        return ", ".join(labels.get(str(part)) or str(localize(part)) for part in value)
    return labels.get(str(value)) or str(localize("–" if value in (None, "") else value))


def _labels(choices: Any) -> dict[str, str]:  # pairs, or groups of pairs
    found: dict[str, str] = {}
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            found |= _labels(label)
        else:
            found[str(value)] = str(label)
    return found
