"""
The buttons under a work item: which decisions it offers, and where each of them leads.

Which decisions there are is for the core to say; this adds the facts of the request and words for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext

from goflow.conf import conf
from goflow.core.branches import ROOTS
from goflow.core.conditions import UNDECIDED, Facts
from goflow.core.decisions import Choice, choices
from goflow.core.graph import ProcessDef
from goflow.core.leads import Outlook
from goflow.core.states import ItemStatus
from goflow.desk.wording import lead_text
from goflow.errors import ContentObjectMissing
from goflow.runtime import facts as gathering
from goflow.runtime.models import WorkItem
from goflow.runtime.task import Task
from goflow.workflow.loader import Loaded


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """
    One decision. ``value`` None completes without an outcome; ``leads_to`` are titles of activities, and
    ``leads_to_text`` says which of them open together and which are alternatives.
    """

    value: str | None
    label: str
    leads_to: tuple[str, ...] = ()
    leads_to_text: str = field(default="", compare=False)


def buttons(
    graph: ProcessDef,
    activity_key: str,
    *,
    ok_values: Sequence[str] | None = None,
    facts: Facts | None = None,
) -> tuple[OutcomeButton, ...]:
    """
    The decisions an activity offers, in the order of its transitions; at least one.

    ``ok_values`` replace what conditions name and are all offered, since a host's page may turn them into
    other outcomes. Those of the activity's parameters are left out when they surely lead nowhere. Timeouts
    are no decisions.
    Raises DefinitionError for an unknown activity.
    """
    wanted = ok_values or parameter(graph.activity(activity_key).app_params)
    found = choices(graph, activity_key, facts, strategy=conf.CONDITION_STRATEGY, wanted=wanted)
    if not ok_values:
        return tuple(map(_button, found))
    known = {choice.value: choice for choice in found}
    return tuple(_button(known.get(value, Choice(value, value))) for value in ok_values)


def offered(
    user: Any, item: WorkItem, loaded: Loaded, form: forms.BaseForm | None, *, ok_values: Sequence[str] = ()
) -> tuple[OutcomeButton, ...]:
    """
    The decisions that a person is offered on an item, over what is known before its form is sent.

    Without a form anything may still change. One query at most, for an object that conditions read.
    """
    facts = _still_open(_facts(user, item, loaded), form, item.activity_key)
    return buttons(loaded.graph, item.activity_key, ok_values=ok_values, facts=facts)


def leads_on(user: Any, item: WorkItem, loaded: Loaded) -> bool:
    """
    Whether the outcome that an item was decided with takes it on now, as far as conditions tell.
    """
    facts = _facts(user, item, loaded)
    ahead = Outlook(loaded.graph, facts, conf.CONDITION_STRATEGY)
    return ahead.lead(item.activity_key, item.condition, facts["outcomes"]) is not None


def parameter(params: Mapping[str, object]) -> tuple[str, ...]:
    """
    The outcomes that the parameters of an activity ask for.
    """
    stored = params.get("ok_values")
    if isinstance(stored, str):
        return (stored,) if stored else ()
    return tuple(str(value) for value in stored) if isinstance(stored, (list, tuple)) else ()


def _button(choice: Choice) -> OutcomeButton:
    titles = () if choice.lead is None else choice.lead.titles()
    return OutcomeButton(choice.value, choice.label or gettext("Done"), titles, lead_text(choice.lead))


def _facts(user: Any, item: WorkItem, loaded: Loaded) -> dict[str, object]:
    """
    What conditions will read when this person completes the item.
    """
    completed = copy(item)
    completed.status, completed.user = ItemStatus.COMPLETE.value, user
    activity = loaded.graph.activity(item.activity_key)
    task = Task(instance=item.instance, workitem=completed, activity=activity, actor=user)
    names = loaded.graph.names_needed(item.activity_key)
    try:
        found = gathering.gather(task, names)
    except ContentObjectMissing:
        # The page stays readable; completing says what is wrong.
        found = dict.fromkeys(ROOTS, UNDECIDED)
    return {**found, "outcomes": list(item.outcomes)}


def _still_open(facts: dict[str, object], form: forms.BaseForm | None, key: str) -> dict[str, object]:
    """
    The facts with ``UNDECIDED`` for whatever the answers on the page may still change.
    """
    if isinstance(form, forms.BaseModelForm):
        return {**facts, "wfobject": UNDECIDED}
    if form is None or hasattr(form, "apply"):
        return {**facts, "wfobject": UNDECIDED, "data": UNDECIDED, "instance": UNDECIDED}
    data = facts.get("data")
    return {**facts, "data": {**data, key: UNDECIDED} if isinstance(data, dict) else data}
