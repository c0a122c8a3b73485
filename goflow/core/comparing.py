"""
What differs between two definitions, matched by their stable keys: as data, as text, and on one picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from goflow.core import drawing, layout
from goflow.core.exchange import plain, stored
from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.core.outline import WORDS as DRAWING_WORDS
from goflow.core.outline import Mark, State

WORDS: Mapping[str, str] = {
    "added": "added",
    "removed": "removed",
    "changed": "changed",
    "moved": "moved",
    "process": "process",
    "activity": "activity",
    "transition": "transition",
    "blank": "nothing",
    "same": "No differences.",
}
"""The words of the text; a door passes its own to translate them, and names of fields by the field."""

PROCESS = "process"
ACTIVITY = "activity"
TRANSITION = "transition"
HEAD = ("title", "description", "priority", "content_type", "begin", "end")
STATES = (State.ADDED, State.REMOVED, State.CHANGED, State.MOVED)


@dataclass(frozen=True, slots=True)
class Change:
    """
    One field with its JSON-serialisable values in both definitions.
    """

    field: str
    before: object
    after: object

    def as_dict(self) -> dict[str, object]:
        """
        The change as JSON-serialisable data.
        """
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One element that is not the same in both: ``kind`` is process, activity or transition.

    An activity is ``moved`` when nothing but its position differs.
    """

    kind: str
    key: str
    title: str
    state: State
    changes: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """
        The difference as JSON-serialisable data.
        """
        changes = [change.as_dict() for change in self.changes]
        return {"kind": self.kind, "key": self.key, "title": self.title, "changes": changes}


@dataclass(frozen=True, slots=True)
class Diff:
    """
    Every difference: the process itself, then activities, then transitions, as the definitions list them.
    """

    differences: tuple[Difference, ...] = ()

    @property
    def added(self) -> tuple[Difference, ...]:
        """
        What only the second definition has.
        """
        return self._of(State.ADDED)

    @property
    def removed(self) -> tuple[Difference, ...]:
        """
        What only the first definition has.
        """
        return self._of(State.REMOVED)

    @property
    def changed(self) -> tuple[Difference, ...]:
        """
        What both have, with different content.
        """
        return self._of(State.CHANGED)

    @property
    def moved(self) -> tuple[Difference, ...]:
        """
        Activities that are the same but stand elsewhere in the drawing.
        """
        return self._of(State.MOVED)

    def as_dict(self) -> dict[str, list[dict[str, object]]]:
        """
        The differences as JSON-serialisable data, by what happened to them.
        """
        return {state.value: [d.as_dict() for d in self._of(state)] for state in STATES}

    def as_text(self, words: Mapping[str, str] = WORDS) -> str:
        """
        The differences as lines of text: one per element, its changed fields indented below.
        """
        texts = {**WORDS, **words}
        lines = [line for difference in self.differences for line in _lines(difference, texts)]
        return "\n".join(lines or [texts["same"]])

    def _of(self, state: State) -> tuple[Difference, ...]:
        return tuple(d for d in self.differences if d.state is state)


def diff(base: ProcessDef, other: ProcessDef) -> Diff:
    """
    What has to happen to ``base`` to get ``other``. Versions and codes are not compared.
    """
    return Diff(
        (
            *_head(base, other),
            *_elements(ACTIVITY, base.activities, other.activities),
            *_elements(TRANSITION, base.transitions, other.transitions),
        )
    )


def diff_svg(
    base: ProcessDef, other: ProcessDef, *, title: str = "", words: Mapping[str, str] = DRAWING_WORDS
) -> str:
    """
    Both definitions on one picture: ``other``, with what was removed still in its old place, or below what
    took it.

    Args:
        base: the definition before.
        other: the definition after; where both have an element its form is drawn.
        title: name of the picture, else the title of ``other``.
        words: replacements for the words of ``drawing``.
    """
    marks = {_mark_key(d.kind, d.key): Mark(d.state) for d in diff(base, other).differences}
    return drawing.svg(_both(base, other), marks=marks, title=title, words=words)


# Comparing


def _head(base: ProcessDef, other: ProcessDef) -> Iterator[Difference]:
    changes = tuple(_changes(base, other, HEAD))
    if changes:
        yield Difference(PROCESS, other.code, other.title, State.CHANGED, changes)


def _elements(
    kind: str,
    base: Sequence[ActivityDef] | Sequence[TransitionDef],
    other: Sequence[ActivityDef] | Sequence[TransitionDef],
) -> Iterator[Difference]:
    before = {element.key: element for element in base}
    after = {element.key: element for element in other}
    for key, element in after.items():
        if key not in before:
            yield Difference(kind, key, _title(element), State.ADDED)
        elif changes := tuple(_changes(before[key], element, _names(element))):
            is_moved = [change.field for change in changes] == ["position"]
            state = State.MOVED if is_moved else State.CHANGED
            yield Difference(kind, key, _title(element), state, changes)
    for key, element in before.items():
        if key not in after:
            yield Difference(kind, key, _title(element), State.REMOVED)


def _changes(base: object, other: object, names: Iterable[str]) -> Iterator[Change]:
    for name in names:
        before, after = _value(base, name), _value(other, name)
        if before != after:
            yield Change(name, before, after)


def _value(element: object, name: str) -> object:
    value = getattr(element, name)
    return stored(value) if name == "condition" else plain(value)


def _names(element: ActivityDef | TransitionDef) -> list[str]:
    return [field.name for field in fields(element) if field.name != "key"]


def _title(element: ActivityDef | TransitionDef) -> str:
    if isinstance(element, ActivityDef):
        return element.title or element.key
    return element.name or f"{element.source} → {element.target}"


# Text


def _lines(difference: Difference, words: Mapping[str, str]) -> Iterator[str]:
    yield f"{words[difference.state.value]}: {words[difference.kind]} “{difference.title}”"
    for change in difference.changes:
        before, after = _shown(change.before, words), _shown(change.after, words)
        yield f"  {words.get(change.field, change.field)}: {before} → {after}"


def _shown(value: object, words: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_part(part) for part in value) or words["blank"]
    return words["blank"] if value in ("", None, {}) else str(value)


def _part(value: object) -> str:
    """
    A name, or an escalation step as its values in a row.
    """
    if not isinstance(value, dict):
        return str(value)
    return " ".join(
        _part(each) for part in value.values() for each in (part if isinstance(part, list) else [part])
    )


# The picture


def _mark_key(kind: str, key: str) -> str:
    # An activity and a transition may have the same key; a colon is in no key.
    return f"{TRANSITION}:{key}" if kind == TRANSITION else key


def _both(base: ProcessDef, other: ProcessDef) -> ProcessDef:
    kept = {a.key for a in other.activities}
    old = _besides(other, [a for a in base.activities if a.key not in kept])
    ways = {t.key: t for t in (*other.transitions, *base.transitions)} | {t.key: t for t in other.transitions}
    return replace(
        other,
        activities=(*other.activities, *old),
        transitions=tuple(replace(t, key=_mark_key(TRANSITION, t.key)) for t in ways.values()),
        begin=other.begin or base.begin,
    )


def _besides(other: ProcessDef, gone: Iterable[ActivityDef]) -> list[ActivityDef]:
    """
    Activities that are gone, where they cover none that is there.
    """
    taken = list(layout.positions(other).values())
    found = []
    for activity in gone:
        place = activity.position and layout.free_place(taken, activity.position)
        taken += [place] if place else []
        found.append(replace(activity, position=place))
    return found
