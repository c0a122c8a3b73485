"""
A definition as plain data (for JSON files) and back.

Reading is strict: whatever is not understood is refused with its path, nothing is dropped silently. Files
written by hand may be short: keys come from titles, orderings from positions, everything else has a default.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from types import MappingProxyType
from typing import Any

from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError, DefinitionError
from goflow.core.graph import ActivityDef, JoinMode, Kind, NodeType, ProcessDef, SplitMode, TransitionDef

FORMAT = "goflow-process"
FORMAT_VERSION = 1

MAX_ACTIVITIES = 1_000
MAX_TRANSITIONS = 5_000
MAX_TITLE = 100
MAX_NAME = 255
MAX_KEY = 220
MAX_CONDITION = 2_000
MAX_DESCRIPTION = 10_000
MAX_PARAMS = 10_000
MAX_DEPTH = 5
MAX_NAMES = 100
LARGEST_NUMBER = 2**31 - 1
ORDERING_STEP = 10
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")

Data = dict[str, object]
Reader = Callable[[object, str], object]


class ExchangeError(DefinitionError):
    """
    Data is no definition; the message names the path of the offending value, such as ``activities[3].title``.
    """

    code = "exchange-error"

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"{path}: {problem}" if path else problem, details={"path": path, "problem": problem}
        )
        self.path = path
        self.problem = problem

    def __reduce__(self) -> tuple[type[ExchangeError], tuple[str, str]]:
        # Exceptions unpickle from ``args``, which hold the message only.
        return type(self), (self.path, self.problem)


UPGRADERS: Mapping[int, Callable[[Data], Data]] = MappingProxyType({})
"""By format version: the function that turns data of that version into data of the next one."""


def slug(text: str) -> str:
    """
    The text as a lower-case ASCII key. Empty when it has no Latin letter or digit: the caller names a stand-in.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:MAX_TITLE].rstrip("-")


def to_dict(definition: ProcessDef) -> Data:
    """
    The definition as JSON-serialisable data, the same for equal definitions; defaults are left out.
    """
    head: Data = {"format": FORMAT, "format_version": FORMAT_VERSION}
    body = _written(definition, ("code", "title"), {})
    body["activities"] = [_written(a, ("key", "title"), {}) for a in definition.activities]
    body["transitions"] = [
        _written(t, ("key", "source", "target", "ordering"), {"condition": _stored(t.condition)})
        for t in definition.transitions
    ]
    return head | body


def from_dict(data: object) -> ProcessDef:
    """
    The definition that the data describes. Conditions are brought into their stored form.

    Raises ExchangeError for anything unknown, of a wrong type, too large, doubled or dangling.
    """
    body = _upgraded(_mapping(data, ""))
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
            written[part.name] = _plain(content)
    return written


def _plain(content: object) -> object:
    if isinstance(content, Enum):
        return content.value
    if isinstance(content, Mapping):
        return {key: _plain(content[key]) for key in sorted(content)}
    if isinstance(content, (list, tuple)):
        return [_plain(part) for part in content]
    return content


def _stored(condition: str) -> str:
    try:
        return normalise(condition)
    except ConditionError:
        # Rows written by old code are exported as they are; reading them back says what is wrong.
        return condition


# Reading


def _upgraded(data: Data) -> Data:
    if data.get("format") != FORMAT:
        raise ExchangeError("format", f"expected {FORMAT!r}; this is no goflow process")
    version = _whole(data.get("format_version"), "format_version")
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
    for index, entry in enumerate(_listing(data, "activities", MAX_ACTIVITIES)):
        path = f"activities[{index}]"
        values = _entry(entry, ACTIVITY_READERS, path)
        if "key" not in values:
            values["key"] = _unique(slug(str(values["title"])) or "activity", used)
        found.append(_built(ActivityDef, values))
    _refuse_doubled([a.key for a in found], "activities")
    return tuple(found)


def _transitions(data: object, known: Collection[str]) -> tuple[TransitionDef, ...]:
    found: list[TransitionDef] = []
    used: set[str] = _given_keys(data)
    for index, entry in enumerate(_listing(data, "transitions", MAX_TRANSITIONS)):
        path = f"transitions[{index}]"
        values = _entry(entry, TRANSITION_READERS, path)
        for end in ("source", "target"):
            if values[end] not in known:
                raise ExchangeError(
                    f"{path}.{end}", f"there is no activity {values[end]!r}; use the key of one"
                )
        if "key" not in values:
            values["key"] = _unique(f"{values['source']}-{values['target']}", used)
        values.setdefault("ordering", ORDERING_STEP * (index + 1))
        found.append(_built(TransitionDef, values))
    _refuse_doubled([t.key for t in found], "transitions")
    return tuple(found)


def _entry(data: object, readers: Mapping[str, Reader], path: str) -> Data:
    entry = _mapping(data, path)
    _refuse_unknown(entry, readers.keys(), f"{path}.")
    return _read(entry, readers, f"{path}.")


def _read(entry: Data, readers: Mapping[str, Reader], prefix: str) -> Data:
    for name in REQUIRED & readers.keys() - entry.keys():
        raise ExchangeError(f"{prefix}{name}", "is missing")
    return {name: readers[name](value, f"{prefix}{name}") for name, value in entry.items() if name in readers}


def _built(
    kind: Callable[..., Any], values: Data
) -> Any:  # the readers checked every value against its field
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


# Readers of single values


def _mapping(value: object, path: str) -> Data:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ExchangeError(path, "expected an object")
    return value


def _listing(value: object, path: str, limit: int) -> list[object]:
    if not isinstance(value, list):
        raise ExchangeError(path, "expected a list")
    if len(value) > limit:
        raise ExchangeError(path, f"has {len(value)} entries, at most {limit} are read; split the process")
    return value


def _text(limit: int) -> Callable[[object, str], str]:
    def read(value: object, path: str) -> str:
        if not isinstance(value, str):
            raise ExchangeError(path, "expected a text")
        if len(value) > limit:
            raise ExchangeError(path, f"has {len(value)} characters, at most {limit} are allowed")
        if "\x00" in value:
            raise ExchangeError(path, "holds a null character, which no database stores; remove it")
        return value

    return read


def _filled(value: object, path: str) -> str:
    text = _text(MAX_TITLE)(value, path)
    if not text.strip():
        raise ExchangeError(path, "may not be blank")
    return text


def _key(value: object, path: str) -> str:
    text = _text(MAX_KEY)(value, path)
    if not KEY.fullmatch(text):
        raise ExchangeError(path, f"{text!r} is no key; use lower-case letters, digits, - and _")
    return text


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExchangeError(path, "expected a whole number")
    if abs(value) > LARGEST_NUMBER:
        raise ExchangeError(path, f"is out of range; at most {LARGEST_NUMBER}")
    return value


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise ExchangeError(path, "expected true or false")
    return value


def _choice(kind: type[Enum]) -> Reader:
    def read(value: object, path: str) -> object:
        if value not in [member.value for member in kind]:
            choices = ", ".join(str(member.value) for member in kind)
            raise ExchangeError(path, f"expected one of {choices}")
        return kind(value)

    return read


def _names(value: object, path: str) -> tuple[str, ...]:
    entries = _listing(value, path, MAX_NAMES)
    return tuple(_text(MAX_NAME)(entry, f"{path}[{index}]") for index, entry in enumerate(entries))


def _place(value: object, path: str) -> tuple[int, int]:
    entries = _listing(value, path, 2)
    if len(entries) != 2:
        raise ExchangeError(path, "expected two whole numbers, x and y")
    return _whole(entries[0], f"{path}[0]"), _whole(entries[1], f"{path}[1]")


def _condition(value: object, path: str) -> str:
    text = _text(MAX_CONDITION)(value, path)
    try:
        return normalise(text)
    except ConditionError as exc:
        raise ExchangeError(path, str(exc)) from exc


def _params(value: object, path: str) -> Data:
    params = _mapping(value, path)
    _check_depth(params, path)
    if len(json.dumps(params)) > MAX_PARAMS:
        raise ExchangeError(path, f"is longer than {MAX_PARAMS} characters as JSON")
    return params


def _check_depth(params: Data, path: str) -> None:
    waiting: list[tuple[object, str, int]] = [(params, path, 1)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > MAX_DEPTH and isinstance(value, (dict, list)):
            raise ExchangeError(place, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            waiting += [(part, f"{place}.{key}", depth + 1) for key, part in _mapping(value, place).items()]
        elif isinstance(value, list):
            waiting += [(part, f"{place}[{index}]", depth + 1) for index, part in enumerate(value)]
        elif not _is_scalar(value):
            raise ExchangeError(place, "expected a JSON value: text, finite number, true, false or null")


def _is_scalar(value: object) -> bool:
    is_finite = not isinstance(value, float) or abs(value) < float("inf")
    return is_finite and (value is None or isinstance(value, (str, int, float, bool)))


REQUIRED = frozenset({"title", "source", "target"})

_title, _name, _description = _filled, _text(MAX_NAME), _text(MAX_DESCRIPTION)

PROCESS_READERS: Mapping[str, Reader] = {
    "code": _key,
    "title": _title,
    "begin": _text(MAX_KEY),
    "end": _text(MAX_KEY),
    "version": _whole,
    "description": _description,
    "priority": _whole,
    "content_type": _name,
}
ACTIVITY_READERS: Mapping[str, Reader] = {
    "key": _key,
    "title": _title,
    "kind": _choice(Kind),
    "node_type": _choice(NodeType),
    "description": _description,
    "autostart": _flag,
    "autofinish": _flag,
    "terminate": _flag,
    "join_mode": _choice(JoinMode),
    "split_mode": _choice(SplitMode),
    "push_application": _name,
    "push_params": _params,
    "application": _name,
    "app_params": _params,
    "form_class": _name,
    "form_template": _name,
    "subflow": _name,
    "roles": _names,
    "allowed_groups": _names,
    "allowed_users": _names,
    "sla_duration": _name,
    "sla_warn": _name,
    "sla_roles": _names,
    "compensation_handler": _name,
    "position": _place,
}
TRANSITION_READERS: Mapping[str, Reader] = {
    "key": _key,
    "source": _text(MAX_KEY),
    "target": _text(MAX_KEY),
    "name": _text(MAX_TITLE),
    "condition": _condition,
    "ordering": _whole,
    "pre_hook": _name,
    "post_hook": _name,
    "description": _description,
}
