"""
What the values a condition reads mean: truth, equality, order and membership of plain data.

Only plain scalars, lists and dicts take part; no method or attribute of any other object is used.
"""

from __future__ import annotations

import math
import operator
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, TypeAlias

from goflow.core._condition_texts import duration_of, moment_of, number_of, seconds_of, stored_duration
from goflow.core.storing import storable

# Two numbers, texts, datetimes or durations: typing has no word for "both of one kind".
Pair: TypeAlias = tuple[Any, Any]

DEEPEST_VALUE = 20
SHOWN_LENGTH = 255
SHOWN_MEMBERS = 20
SHOWN_DEPTH = 3
SHOWN_BITS = 64


class _Undecided:
    def __repr__(self) -> str:
        return "UNDECIDED"


UNDECIDED: Final = _Undecided()
"""Stands in the facts for what may still become anything; only ``outlook`` reads such facts."""


class ValueProblem(Exception):
    """
    Values that do not go together; the argument says what was expected. Never leaves the condition modules.
    """


def truth(value: object) -> bool:
    """
    Give the truth of a value: null, false, 0, empty text and empty lists are false.
    """
    return bool(_plain(value))


def equal(left: object, right: object) -> bool:
    """
    Compare two values; null equals null only, values of different kinds differ.
    """
    return _equal(left, right, 0)


def same(left: object, right: object) -> bool:
    """
    Compare for ``is``: equal, and true is not 1.
    """
    return isinstance(left, bool) == isinstance(right, bool) and equal(left, right)


def ordered(compare: Callable[[Any, Any], bool], left: object, right: object) -> bool:
    """
    Compare by order; with null on either side the answer is false.
    """
    first, second = _plain(left), _plain(right)
    if first is None or second is None:
        return False
    pair = _aligned(first, second)
    if pair is None:
        raise ValueProblem(f"values that have an order, not {_kind(first)} and {_kind(second)}")
    return compare(*pair)


def contains(item: object, container: object) -> bool:
    """
    Tell whether a list has an equal member, a text has the part, or an object has the key; null has nothing.
    """
    inside, outside = _plain(item), _plain(container)
    if isinstance(outside, (list, tuple, dict)):
        return any(equal(inside, member) for member in outside)
    if outside is None or (inside is None and isinstance(outside, str)):
        return False
    if isinstance(inside, str) and isinstance(outside, str):
        return inside in outside
    raise ValueProblem(f"a list, or a text within a text, not {_kind(inside)} in {_kind(outside)}")


def moment(value: object) -> datetime:
    """
    Read a date, datetime or ISO text as an aware datetime; without a zone it is UTC.
    """
    found = _moment(_plain(value))
    if found is None:
        raise ValueProblem(f"a date with time, not {_kind(value)}")
    return found


def shown(value: object, *, depth: int = 0) -> object:
    """
    Give a short JSON-serialisable view of any value, for decision records.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple, dict)):
        return _shown_members(value, depth)
    if isinstance(value, int):
        return value if value.bit_length() <= SHOWN_BITS else f"<integer of {value.bit_length()} bits>"
    if isinstance(value, float):
        return value if math.isfinite(value) else float.__repr__(value)
    return _shown_scalar(value)


OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": lambda left, right: ordered(operator.lt, left, right),
    "<=": lambda left, right: ordered(operator.le, left, right),
    ">": lambda left, right: ordered(operator.gt, left, right),
    ">=": lambda left, right: ordered(operator.ge, left, right),
    "in": contains,
    "not in": lambda left, right: not contains(left, right),
    "is": same,
    "is not": lambda left, right: not same(left, right),
}


def _plain(value: object) -> object:
    """
    Bring a value to the one form comparisons use: NFC text, exact numbers, aware datetimes.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return _number(Decimal(float.__repr__(value)))
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value if value.utcoffset() is not None else value.replace(tzinfo=timezone.utc)
    if value is None or isinstance(value, (int, date, timedelta, list, tuple, dict)):
        return value
    raise ValueProblem(f"plain data, not {_kind(value)}")


def _number(value: Decimal) -> Decimal | None:
    # "Not a number" is nothing decided: it equals no value and has no order, like null.
    return None if value.is_nan() else value


def _equal(left: object, right: object, depth: int) -> bool:
    if depth > DEEPEST_VALUE:
        raise ValueProblem(f"values nested at most {DEEPEST_VALUE} deep")
    first, second = _plain(left), _plain(right)
    if first is None or second is None:
        return first is second
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            _equal(member, second[key], depth + 1) for key, member in first.items()
        )
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(
            _equal(one, other, depth + 1) for one, other in zip(first, second, strict=True)
        )
    pair = _aligned(first, second)
    return pair is not None and bool(pair[0] == pair[1])


def _aligned(left: object, right: object) -> Pair | None:
    """
    Give two plain values in a common type with an order, or None when they have none.

    What a form or a client stored as text takes the type of the other side; two texts stay texts, unless
    one of them can only be a stored duration.
    """
    for read in (_number_beside, _moment_beside, _duration_beside):
        first, second = read(left, right), read(right, left)
        if first is not None and second is not None:
            return first, second
    return (left, right) if isinstance(left, str) and isinstance(right, str) else None


def _number_beside(value: object, other: object) -> int | Decimal | None:
    """
    A number; beside one also a text that spells one, and a duration in seconds.
    """
    if isinstance(value, (int, Decimal)):
        return value
    # A boolean is a number only beside a number: "1" is not true.
    if isinstance(other, bool) or not isinstance(other, (int, Decimal)):
        return None
    duration = _duration(value)
    if duration is not None:
        return seconds_of(duration)
    return number_of(value) if isinstance(value, str) else None


def _moment_beside(value: object, other: object) -> datetime | None:
    return None if isinstance(value, str) and isinstance(other, str) else _moment(value)


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    return moment_of(value) if isinstance(value, str) else None


def _duration_beside(value: object, other: object) -> timedelta | None:
    """
    A duration; beside one also a text as people write it.
    """
    is_spelt = isinstance(value, str) and _duration(other) is not None
    return duration_of(str(value)) if is_spelt else _duration(value)


def _duration(value: object) -> timedelta | None:
    return (
        stored_duration(value) if isinstance(value, str) else value if isinstance(value, timedelta) else None
    )


def _shown_members(value: list[object] | tuple[object, ...] | dict[object, object], depth: int) -> object:
    if depth >= SHOWN_DEPTH:
        return "..."
    if isinstance(value, dict):
        pairs = list(value.items())[:SHOWN_MEMBERS]
        return {_shown_scalar(key): shown(member, depth=depth + 1) for key, member in pairs}
    return [shown(member, depth=depth + 1) for member in value[:SHOWN_MEMBERS]]


def _shown_scalar(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)[:SHOWN_LENGTH]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if not isinstance(value, str):
        return f"<{_kind(value)}>"
    return storable(value[:SHOWN_LENGTH])


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
