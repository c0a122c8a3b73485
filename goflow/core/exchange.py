"""
A definition as plain data (for JSON files) and back.

Reading is strict: whatever is not understood is refused with its path, nothing is dropped silently. Files
written by hand may be short: keys come from titles, orderings from positions, everything else has a default.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from types import MappingProxyType
from typing import Any

from goflow.core import escalating, readers
from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError
from goflow.core.graph import (
    ActivityDef,
    EscalationDef,
    JoinMode,
    Kind,
    NodeType,
    ProcessDef,
    SplitMode,
    TransitionDef,
)
from goflow.core.readers import Data, ExchangeError, Reader

__all__ = ["ExchangeError", "from_dict", "plain", "slug", "stored", "to_dict"]

FORMAT = "goflow-process"
FORMAT_VERSION = 1

MAX_ACTIVITIES = 1_000
MAX_TRANSITIONS = 5_000
ORDERING_STEP = 10
LONGEST_DERIVED = readers.MAX_KEY - 10
LONGEST_OF_TITLE = readers.MAX_TITLE - 10
"""Keys of activities are stored in as many characters as titles, with room for a number."""


UPGRADERS: Mapping[int, Callable[[Data], Data]] = MappingProxyType({})
"""By format version: the function that turns data of that version into data of the next one."""


def slug(title: str) -> str:
    """
    A lower-case ASCII key. Empty when the text has no Latin letter or digit: the caller names a stand-in.
    """
    ascii_text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[: readers.MAX_TITLE].rstrip("-")


def to_dict(definition: ProcessDef) -> Data:
    """
    The definition as JSON-serialisable data, the same for equal definitions; defaults are left out.
    """
    head: Data = {"format": FORMAT, "format_version": FORMAT_VERSION}
    body = _written(definition, ("code", "title"), {})
    body["activities"] = [_written(a, ("key", "title"), {}) for a in definition.activities]
    body["transitions"] = [
        _written(t, ("key", "source", "target", "ordering"), {"condition": stored(t.condition)})
        for t in definition.transitions
    ]
    return head | body


def from_dict(data: object) -> ProcessDef:
    """
    The definition that the data describes. Conditions are brought into their stored form.

    Raises ExchangeError for anything unknown, of a wrong type, too large, doubled or dangling.
    """
    body = _upgraded(readers.mapping(data, ""))
    _refuse_unknown(body, PROCESS_READERS.keys() | {"activities", "transitions"}, "")
    values = _read(body, PROCESS_READERS, "")
    activities = _activities(body.get("activities", []))
    transitions = _transitions(body.get("transitions", []), {a.key for a in activities})
    values["code"] = values.get("code") or slug(str(values["title"])) or "process"
    definition: ProcessDef = _built(
        ProcessDef, values | {"activities": activities, "transitions": transitions}
    )
    for end in ("begin", "end"):
        key = getattr(definition, end)
        if key and key not in {a.key for a in activities}:
            raise ExchangeError(end, f"there is no activity {key!r}; name one of the activities by its key")
    return definition


# Writing


def _written(
    value: ActivityDef | TransitionDef | ProcessDef, always: Collection[str], replaced: Data
) -> Data:
    written: Data = {}
    for part in fields(value):
        if part.name in ("activities", "transitions"):
            continue
        content = replaced.get(part.name, getattr(value, part.name))
        default = part.default_factory() if part.default_factory is not MISSING else part.default
        if part.name in always or content != default:
            written[part.name] = plain(content)
    return written


def plain(content: object) -> object:
    """
    A value of a definition as JSON-serialisable data.
    """
    if isinstance(content, Enum):
        return content.value
    if isinstance(content, EscalationDef):
        return escalating.as_data(content)
    if isinstance(content, Mapping):
        return {key: plain(content[key]) for key in sorted(content)}
    if isinstance(content, (list, tuple)):
        return [plain(part) for part in content]
    return content


def stored(condition: str) -> str:
    """
    The condition as it is stored; one that does not parse stays as it is.
    """
    try:
        return normalise(condition)
    except ConditionError:
        # Rows written by old code are exported as they are; reading them back says what is wrong.
        return condition


# Reading


def _upgraded(data: Data) -> Data:
    if data.get("format") != FORMAT:
        raise ExchangeError("format", f"expected {FORMAT!r}; this is no goflow process")
    version = readers.whole(data.get("format_version"), "format_version")
    if version > FORMAT_VERSION:
        raise ExchangeError(
            "format_version", f"{version} is newer than {FORMAT_VERSION}; update goflow to read it"
        )
    body = {key: value for key, value in data.items() if key not in ("format", "format_version")}
    for step in range(version, FORMAT_VERSION):
        if step not in UPGRADERS:
            raise ExchangeError("format_version", f"{version} is no known version; expected {FORMAT_VERSION}")
        body = UPGRADERS[step](body)
    return body


def _activities(data: object) -> tuple[ActivityDef, ...]:
    found: list[ActivityDef] = []
    used: set[str] = _given_keys(data)
    for index, entry in enumerate(readers.listing(data, "activities", MAX_ACTIVITIES)):
        path = f"activities[{index}]"
        values = _entry(entry, ACTIVITY_READERS, path)
        if "key" not in values:
            values["key"] = _unique(slug(str(values["title"]))[:LONGEST_OF_TITLE] or "activity", used)
        found.append(_built(ActivityDef, values))
    _refuse_doubled([a.key for a in found], "activities")
    return tuple(found)


def _transitions(data: object, known: Collection[str]) -> tuple[TransitionDef, ...]:
    found: list[TransitionDef] = []
    used: set[str] = _given_keys(data)
    for index, entry in enumerate(readers.listing(data, "transitions", MAX_TRANSITIONS)):
        path = f"transitions[{index}]"
        values = _entry(entry, TRANSITION_READERS, path)
        for end in ("source", "target"):
            if values[end] not in known:
                raise ExchangeError(
                    f"{path}.{end}", f"there is no activity {values[end]!r}; use the key of one"
                )
        if "key" not in values:
            values["key"] = _unique(f"{values['source']}-{values['target']}"[:LONGEST_DERIVED], used)
        values.setdefault("ordering", ORDERING_STEP * (index + 1))
        found.append(_built(TransitionDef, values))
    _refuse_doubled([t.key for t in found], "transitions")
    return tuple(found)


def _entry(data: object, table: Mapping[str, Reader], path: str) -> Data:
    entry = readers.mapping(data, path)
    _refuse_unknown(entry, table.keys(), f"{path}.")
    return _read(entry, table, f"{path}.")


def _read(entry: Data, table: Mapping[str, Reader], prefix: str) -> Data:
    for name in sorted(REQUIRED & table.keys() - entry.keys()):
        raise ExchangeError(f"{prefix}{name}", "is missing")
    return {name: table[name](value, f"{prefix}{name}") for name, value in entry.items() if name in table}


def _built(kind: Callable[..., Any], values: Data) -> Any:  # each reader has checked its value
    return kind(**values)


def _given_keys(data: object) -> set[str]:
    entries = data if isinstance(data, list) else []
    return {str(entry["key"]) for entry in entries if isinstance(entry, dict) and "key" in entry}


def _unique(wanted: str, used: set[str]) -> str:
    key, number = wanted, 1
    while key in used:
        number += 1
        key = f"{wanted}-{number}"
    used.add(key)
    return key


def _refuse_doubled(keys: Iterable[str], path: str) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise ExchangeError(
                f"{path}[{index}].key", f"{key!r} is used twice; give every entry its own key"
            )
        seen.add(key)


def _refuse_unknown(entry: Data, known: Collection[str], prefix: str) -> None:
    for name in entry:
        if name not in known:
            raise ExchangeError(f"{prefix}{name}", f"is unknown; expected one of {', '.join(sorted(known))}")


REQUIRED = frozenset({"title", "source", "target"})

_name, _description = readers.text(readers.MAX_NAME), readers.text(readers.MAX_DESCRIPTION)

PROCESS_READERS: Mapping[str, Reader] = {
    "code": readers.code,
    "title": readers.filled,
    "begin": readers.text(readers.MAX_KEY),
    "end": readers.text(readers.MAX_KEY),
    "version": readers.whole,
    "description": _description,
    "priority": readers.whole,
    "content_type": _name,
}
ACTIVITY_READERS: Mapping[str, Reader] = {
    "key": readers.key,
    "title": readers.filled,
    "kind": readers.choice(Kind),
    "node_type": readers.choice(NodeType),
    "description": _description,
    "autostart": readers.flag,
    "autofinish": readers.flag,
    "terminate": readers.flag,
    "join_mode": readers.choice(JoinMode),
    "split_mode": readers.choice(SplitMode),
    "push_application": _name,
    "push_params": readers.params,
    "application": _name,
    "app_params": readers.params,
    "form_class": _name,
    "form_template": _name,
    "subflow": _name,
    "roles": readers.names,
    "allowed_groups": readers.names,
    "allowed_users": readers.names,
    "sla_duration": _name,
    "sla_warn": _name,
    "sla_roles": readers.names,
    "escalations": escalating.steps,
    "compensation_handler": _name,
    "position": readers.place,
}
TRANSITION_READERS: Mapping[str, Reader] = {
    "key": readers.key,
    "source": readers.text(readers.MAX_KEY),
    "target": readers.text(readers.MAX_KEY),
    "name": readers.text(readers.MAX_TITLE),
    "condition": readers.condition,
    "ordering": readers.whole,
    "pre_hook": _name,
    "post_hook": _name,
    "description": _description,
}
