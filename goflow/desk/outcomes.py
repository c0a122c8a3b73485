"""
The buttons under a work item: which decisions it offers, and where each of them leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from goflow.core.conditions import Condition
from goflow.core.errors import ConditionError
from goflow.core.graph import ProcessDef, SplitMode, TransitionDef

OUTCOME_NAMES = frozenset({"outcome", "instance.condition"})
"""What a condition may read so that the outcome alone decides it."""


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """
    One decision. ``value`` None completes without an outcome; ``leads_to`` are titles of activities.
    """

    value: str | None
    label: str
    leads_to: tuple[str, ...] = ()


def buttons(
    graph: ProcessDef, activity_key: str, *, ok_values: Sequence[str] | None = None
) -> tuple[OutcomeButton, ...]:
    """
    The decisions an activity offers, in the order of its transitions; at least one.

    ``ok_values``, else those of the activity's parameters, replace what the conditions name. Timeouts are no
    decisions. Raises DefinitionError for an unknown activity.
    """
    wanted = ok_values or _parameter(graph.activity(activity_key).app_params)
    if wanted:
        return tuple(_button(graph, activity_key, value, value) for value in wanted)
    named = _named(graph.candidates(activity_key))
    found = [_button(graph, activity_key, value, label) for value, label in named.items()]
    free = [way for way in graph.candidates(activity_key) if not _values(way)]
    if free or not found:
        found.append(_button(graph, activity_key, None, _free_label(free)))
    return tuple(found)


def _parameter(params: Mapping[str, object]) -> tuple[str, ...]:
    stored = params.get("ok_values")
    if isinstance(stored, str):
        return (stored,) if stored else ()
    return tuple(str(value) for value in stored) if isinstance(stored, (list, tuple)) else ()


def _named(ways: Sequence[TransitionDef]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for way in ways:
        values = _values(way)
        for value in values:
            own = way.name if len(values) == 1 and value not in labels else ""
            labels[value] = own or value
    return labels


def _free_label(ways: Sequence[TransitionDef]) -> str:
    return (ways[0].name if len(ways) == 1 else "") or gettext("Done")


def _values(way: TransitionDef) -> tuple[str, ...]:
    parsed = way.parsed()
    return parsed.outcomes if parsed is not None else (way.condition,)


def _button(graph: ProcessDef, key: str, value: str | None, label: str) -> OutcomeButton:
    return OutcomeButton(value, label, tuple(dict.fromkeys(_reached(graph, key, value))))


def _reached(graph: ProcessDef, key: str, outcome: str | None) -> Iterator[str]:
    """
    Titles of the activities that may open next; routing activities pass the outcome on.
    """
    seen, waiting = {key}, [key]
    while waiting:
        for way in _taken(graph, waiting.pop(0), outcome):
            target = graph.activity(way.target)
            if not target.is_dummy or graph.is_end(target.key):
                yield target.title
            elif target.key not in seen:
                seen.add(target.key)
                waiting.append(target.key)


def _taken(graph: ProcessDef, key: str, outcome: str | None) -> Iterator[TransitionDef]:
    first_only = graph.activity(key).split_mode is SplitMode.XOR
    for way in graph.candidates(key):
        holds = _holds(way, outcome)
        if holds is not False:
            yield way
        if holds and first_only:
            return


def _holds(way: TransitionDef, outcome: str | None) -> bool | None:
    """
    Whether the outcome takes this way; None when more than the outcome decides.
    """
    parsed = way.parsed()
    if parsed is None:
        return way.condition == outcome
    if not parsed.names() <= OUTCOME_NAMES:
        return None
    return _evaluated(parsed, outcome)


def _evaluated(parsed: Condition, outcome: str | None) -> bool | None:
    try:
        return parsed.evaluate(
            {"outcome": outcome, "outcomes": [outcome], "instance": {"condition": outcome}}
        )
    except ConditionError:
        return None
