"""
What a text in the data means beside a number, a date or a duration.

Forms and clients store exact numbers, dates and durations as text, since JSON has no words for them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from goflow.core.durations import parse_duration
from goflow.core.errors import DurationError

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.([0-9]{1,6}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_STORED_DURATION = re.compile(
    r"(?P<sign>-?)P(?P<days>[0-9]{1,9})DT(?P<hours>[0-9]{2})H(?P<minutes>[0-9]{2})M"
    r"(?P<seconds>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?S"
)


def number_of(text: str) -> Decimal | None:
    """
    Read a plain decimal number, exactly; None for any other text.
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment_of(text: str) -> datetime | None:
    """
    Read an ISO date or datetime as an aware datetime, without a zone as UTC; None for any other text.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    # Spelled out in full, since older Pythons read fewer forms of ISO 8601 than newer ones.
    day, minute, second, fraction, zone = match.groups()
    time = f"{minute or '00:00'}{second or ':00'}.{(fraction or '').ljust(6, '0')}"
    offset = "+00:00" if zone in {None, "Z"} else zone
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset}")
    except ValueError:
        return None


def stored_duration(text: str) -> timedelta | None:
    """
    Read a duration as Django's JSON encoder stores it ("P1DT02H00M00S"); None for any other text.
    """
    match = _STORED_DURATION.fullmatch(text)
    if match is None:
        return None
    units = {unit: int(match[unit]) for unit in ("days", "hours", "minutes", "seconds")}
    fraction = int((match["fraction"] or "").ljust(6, "0"))
    try:
        duration = timedelta(**units, microseconds=fraction)
        return -duration if match["sign"] else duration
    except OverflowError:  # longer than any duration there is
        return None


def duration_of(text: str) -> timedelta | None:
    """
    Read a stored duration or one as people write it ("3d", "2 weeks"); None for any other text.
    """
    stored = stored_duration(text)
    if stored is not None:
        return stored
    try:
        return parse_duration(text)
    except DurationError:
        return None


def seconds_of(duration: timedelta) -> Decimal:
    """
    Count the seconds of a duration, exactly: what it means beside a number.
    """
    return Decimal(duration.days * 86_400 + duration.seconds) + Decimal(duration.microseconds) / 1_000_000
