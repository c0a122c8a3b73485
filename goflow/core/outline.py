"""
A definition as text: labels of transitions, rows that say what the drawing shows, and Graphviz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from goflow.core import lettering
from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError
from goflow.core.graph import ActivityDef, ProcessDef, SplitMode, TransitionDef

WORDS: Mapping[str, str] = {
    "otherwise": "otherwise",
    "after": "after {duration}",
    "not": "not {outcomes}",
    "done": "done",
    "current": "current",
    "waiting": "waiting",
    "failed": "failed",
    "added": "added",
    "removed": "removed",
    "changed": "changed",
    "moved": "moved",
}
"""The words a drawing uses; a door passes its own to translate them."""


class State(str, Enum):
    """
    What a drawing says about an activity: where an instance stands, or what differs between two versions.
    """

    DONE = "done"
    CURRENT = "current"
    WAITING = "waiting"
    FAILED = "failed"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Mark:
    """
    The state of one activity (or transition), and a short text beside it such as a count.
    """

    state: State
    badge: str = ""


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """
    One activity of the text twin of a drawing. ``leads_to`` pairs the labels of its ways out with the titles
    they lead to.
    """

    key: str
    title: str
    kind: str
    state: str
    badge: str
    leads_to: tuple[tuple[str, str], ...]


def outline(
    definition: ProcessDef, marks: Mapping[str, Mark] | None = None, *, words: Mapping[str, str] = WORDS
) -> list[OutlineRow]:
    """
    What the drawing shows as rows of text, in the order of the definition. States are named by ``words``.
    """
    found, texts = marks or {}, {**WORDS, **words}
    titles = {a.key: a.title or a.key for a in definition.activities}
    return [
        _row(definition, activity, found.get(activity.key), titles, texts)
        for activity in definition.activities
    ]


def dot(definition: ProcessDef) -> str:
    """
    The definition in the language of Graphviz.
    """
    lines = [f"digraph {_quoted(definition.code)} {{", "  rankdir=LR;"]
    lines += [
        f"  {_quoted(a.key)} [label={_quoted(a.title)}, shape={_shape(definition, a)}];"
        for a in definition.activities
    ]
    lines += [
        f"  {_quoted(t.source)} -> {_quoted(t.target)} [label={_quoted(label(definition, t))}];"
        for t in definition.transitions
    ]
    return "\n".join([*lines, "}", ""])


def label(definition: ProcessDef, transition: TransitionDef, words: Mapping[str, str] = WORDS) -> str:
    """
    What stands at a transition: its name, else what its condition asks for.
    """
    if transition.name:
        return transition.name
    if transition.is_blank:
        return words["otherwise"] if _is_otherwise(definition, transition) else ""
    try:
        stored = normalise(transition.condition)
    except ConditionError:
        return transition.condition
    return _summary(stored, words)


def _summary(stored: str, words: Mapping[str, str]) -> str:
    form, _, rest = stored.partition(":")
    texts = {
        "eq": rest,
        "ne": words["not"].format(outcomes=rest),
        "in": rest.replace(",", ", "),
        "notin": words["not"].format(outcomes=rest.replace(",", ", ")),
        "timeout": words["after"].format(duration=rest),
    }
    return texts.get(form, stored)


def _is_otherwise(definition: ProcessDef, transition: TransitionDef) -> bool:
    """
    Whether it is taken when no other way is: of several blank ones only the first is.
    """
    ways = definition.candidates(transition.source)
    if len(ways) < 2 or not _is_choice(definition, transition.source):
        return False
    return next(way for way in ways if way.is_blank).key == transition.key


def _is_choice(definition: ProcessDef, key: str) -> bool:
    return any(a.key == key and a.split_mode is SplitMode.XOR for a in definition.activities)


def _row(
    definition: ProcessDef,
    activity: ActivityDef,
    mark: Mark | None,
    titles: Mapping[str, str],
    words: Mapping[str, str],
) -> OutlineRow:
    ways = definition.outgoing(activity.key)
    return OutlineRow(
        key=activity.key,
        title=titles[activity.key],
        kind=kind_of(activity),
        state=words[mark.state.value] if mark else "",
        badge=mark.badge if mark else "",
        leads_to=tuple((label(definition, way, words), titles.get(way.target, way.target)) for way in ways),
    )


def kind_of(activity: ActivityDef) -> str:
    """
    Who moves a token on here: human, automatic, dummy or subflow.
    """
    return "automatic" if activity.is_automatic else "human" if activity.is_human else activity.kind.value


def _quoted(text: str) -> str:
    escaped = lettering.clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _shape(definition: ProcessDef, activity: ActivityDef) -> str:
    if definition.is_end(activity.key):
        return "oval"
    return "diamond" if activity.is_dummy else "box"
