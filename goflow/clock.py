"""
The one clock. Everything that asks for the time asks here, so that tests can move it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta, timezone

_shift: ContextVar[timedelta] = ContextVar("goflow_clock_shift", default=timedelta(0))


def now() -> datetime:
    """
    The current time, aware, in UTC.
    """
    return datetime.now(tz=timezone.utc) + _shift.get()


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """
    Within the block the clock is ahead (or, for a negative duration, behind) by ``by``. For tests.
    """
    token = _shift.set(_shift.get() + by)
    try:
        yield
    finally:
        _shift.reset(token)
