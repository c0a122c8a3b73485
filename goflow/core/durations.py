"""
Durations as people write them ("3d", "2 weeks") and as timedeltas.

Durations are elapsed time; ``add`` is the one place where business calendars will plug in.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from goflow.core.errors import DurationError

LONGEST = timedelta(days=3650)
ALLOWED = (
    "a whole number and a unit, such as 30m, 3d or 2 weeks"
    " (units: s, m, h, d, w or second, minute, hour, day, week; at most 10 years)"
)

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_SPELLING = re.compile(r"\s*([0-9]+)\s*(?:([smhdw])|(second|minute|hour|day|week)s?)\s*")
_MOST_DIGITS = len(str(LONGEST // timedelta(seconds=1)))


def parse_duration(text: str | None) -> timedelta | None:
    """
    Read a duration; None or a blank text is no duration (None).

    Raises:
        DurationError: the text is not a whole number with a unit, or is longer than 10 years.
    """
    if text is None or not text.strip():
        return None
    number, unit = _split(text)
    return number * _UNITS[unit]


def normalise_duration(text: str) -> str:
    """
    Give the stored spelling of a duration: number and unit stay as chosen ("96 Hours" -> "96h").

    Raises:
        DurationError: as ``parse_duration``, and for a blank text.
    """
    number, unit = _split(text)
    return f"{number}{unit}"


def format_duration(duration: timedelta) -> str:
    """
    Give the shortest spelling, with the largest unit that divides the duration ("3d", "0s").

    Raises:
        DurationError: the duration is negative, longer than 10 years or has a fraction of a second.
    """
    if not timedelta(0) <= duration <= LONGEST or duration.microseconds:
        raise _refusal(str(duration))
    unit = next((unit for unit, length in _UNITS.items() if duration and not duration % length), "s")
    return f"{duration // _UNITS[unit]}{unit}"


def add(start: datetime, duration: timedelta) -> datetime:
    """
    Give the moment a duration after ``start``; the time zone of ``start`` is kept.

    Raises:
        DurationError: the result lies beyond the last year a date can have.
    """
    try:
        return start + duration
    except OverflowError as exc:
        raise DurationError(
            f"{duration} after {start.isoformat()} is no date any more; use an earlier start.",
            details={"start": start.isoformat(), "seconds": duration.total_seconds()},
        ) from exc


def _split(text: str) -> tuple[int, str]:
    match = _SPELLING.fullmatch(text.lower())
    digits = match[1].lstrip("0") if match else ""
    # Counted before int(), which refuses very long texts with an error of its own.
    if match is None or len(digits) > _MOST_DIGITS:
        raise _refusal(text)
    number, unit = int(digits or "0"), match[2] or match[3][0]
    if number * _UNITS[unit] > LONGEST:
        raise _refusal(text)
    return number, unit


def _refusal(text: str) -> DurationError:
    shown = text[:80]
    return DurationError(f"{shown!r} is no duration: write {ALLOWED}.", details={"text": shown})
