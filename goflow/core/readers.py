"""
Single values of exchanged data: each reader checks one kind of value and names its path when it refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import Enum

from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError, DefinitionError

MAX_TITLE = 100
MAX_NAME = 255
MAX_KEY = 220
MAX_CONDITION = 2_000
MAX_DESCRIPTION = 10_000
MAX_PARAMS = 10_000
MAX_DEPTH = 5
MAX_NAMES = 100
LARGEST_NUMBER = 2**31 - 1
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


def mapping(value: object, path: str) -> Data:
    """
    An object with text keys.
    """
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ExchangeError(path, "expected an object")
    return value


def listing(value: object, path: str, limit: int) -> list[object]:
    """
    A list of at most so many entries.
    """
    if not isinstance(value, list):
        raise ExchangeError(path, "expected a list")
    if len(value) > limit:
        raise ExchangeError(path, f"has {len(value)} entries, at most {limit} are read; split the process")
    return value


def text(limit: int) -> Callable[[object, str], str]:
    """
    A reader of texts of at most so many characters.
    """

    def read(value: object, path: str) -> str:
        if not isinstance(value, str):
            raise ExchangeError(path, "expected a text")
        if len(value) > limit:
            raise ExchangeError(path, f"has {len(value)} characters, at most {limit} are allowed")
        _check_characters(value, path)
        return value

    return read


def _check_characters(value: str, path: str) -> None:
    if "\x00" in value:
        raise ExchangeError(path, "holds a null character, which no database stores; remove it")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ExchangeError(path, "holds half of a character pair, which no database stores; correct it")


def filled(value: object, path: str) -> str:
    """
    A title: short and not blank.
    """
    title = text(MAX_TITLE)(value, path)
    if not title.strip():
        raise ExchangeError(path, "may not be blank")
    return title


def key(value: object, path: str) -> str:
    """
    A stable key: lower-case letters, digits, - and _.
    """
    given = text(MAX_KEY)(value, path)
    if not KEY.fullmatch(given):
        raise ExchangeError(path, f"{given!r} is no key; use lower-case letters, digits, - and _")
    return given


def code(value: object, path: str) -> str:
    """
    The code of a process: a key that is no longer than a title.
    """
    return key(text(MAX_TITLE)(value, path), path)


def whole(value: object, path: str) -> int:
    """
    A whole number a database column can hold.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExchangeError(path, "expected a whole number")
    if abs(value) > LARGEST_NUMBER:
        raise ExchangeError(path, f"is out of range; at most {LARGEST_NUMBER}")
    return value


def flag(value: object, path: str) -> bool:
    """
    True or false.
    """
    if not isinstance(value, bool):
        raise ExchangeError(path, "expected true or false")
    return value


def choice(kind: type[Enum]) -> Reader:
    """
    A reader of the values of an enumeration.
    """

    def read(value: object, path: str) -> object:
        if value not in [member.value for member in kind]:
            choices = ", ".join(str(member.value) for member in kind)
            raise ExchangeError(path, f"expected one of {choices}")
        return kind(value)

    return read


def names(value: object, path: str) -> tuple[str, ...]:
    """
    A list of names.
    """
    entries = listing(value, path, MAX_NAMES)
    return tuple(text(MAX_NAME)(entry, f"{path}[{index}]") for index, entry in enumerate(entries))


def place(value: object, path: str) -> tuple[int, int]:
    """
    A position: x and y.
    """
    entries = listing(value, path, 2)
    if len(entries) != 2:
        raise ExchangeError(path, "expected two whole numbers, x and y")
    return whole(entries[0], f"{path}[0]"), whole(entries[1], f"{path}[1]")


def condition(value: object, path: str) -> str:
    """
    A condition, in its stored form.
    """
    typed = text(MAX_CONDITION)(value, path)
    try:
        return normalise(typed)
    except ConditionError as exc:
        raise ExchangeError(path, str(exc)) from exc


def params(value: object, path: str) -> Data:
    """
    Parameters: JSON of limited size and depth.
    """
    given = mapping(value, path)
    _check_depth(given, path)
    if len(json.dumps(given)) > MAX_PARAMS:
        raise ExchangeError(path, f"is longer than {MAX_PARAMS} characters as JSON")
    return given


def _check_depth(params: Data, path: str) -> None:
    waiting: list[tuple[object, str, int]] = [(params, path, 1)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > MAX_DEPTH and isinstance(value, (dict, list)):
            raise ExchangeError(place, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            for name, part in mapping(value, place).items():
                _check_characters(name, place)
                waiting.append((part, f"{place}.{name}", depth + 1))
        elif isinstance(value, list):
            waiting += [(part, f"{place}[{index}]", depth + 1) for index, part in enumerate(value)]
        elif isinstance(value, str):
            _check_characters(value, place)
        elif not _is_scalar(value):
            raise ExchangeError(place, "expected a JSON value: text, finite number, true, false or null")


def _is_scalar(value: object) -> bool:
    is_finite = not isinstance(value, float) or abs(value) < float("inf")
    return is_finite and (value is None or isinstance(value, (str, int, float, bool)))
