"""
How an open work item stands with its time limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from goflow.core.durations import parse_duration
from goflow.core.errors import DurationError
from goflow.runtime.models import ProcessInstance, WorkItem

SOON = timedelta(hours=24)
"""Before the due time of an activity that does not say when to warn."""


class State(str, Enum):
    """
    What a badge says.
    """

    NONE = "none"
    ON_TRACK = "on-track"
    DUE_SOON = "due-soon"
    BREACHED = "breached"
    PAUSED = "paused"
    PAUSED_LATE = "paused-late"


RUNNING = (State.ON_TRACK, State.DUE_SOON, State.BREACHED)
STANDING = (State.PAUSED, State.PAUSED_LATE)


@dataclass(frozen=True, slots=True)
class Limit:
    """
    The state now, and the moments at which it changes.

    ``left`` is the time until it is due, negative when that has passed; a pause holds it where it was.
    """

    state: State = State.NONE
    due_at: datetime | None = None
    warn_at: datetime | None = None
    left: timedelta = timedelta(0)


def of(item: WorkItem, now: datetime) -> Limit:
    """
    The limit of an item that was read with its context; closed items and those without one have none.
    """
    if item.due_at is None or not item.is_open:
        return Limit()
    warn_at, paused_at = _warn_at(item, item.due_at), _paused_at(item)
    left = item.due_at - (paused_at or now)
    return Limit(_state(item.due_at, warn_at, paused_at, now), item.due_at, warn_at, left)


def _state(due_at: datetime, warn_at: datetime, paused_at: datetime | None, now: datetime) -> State:
    if paused_at is not None:
        return State.PAUSED if paused_at < due_at else State.PAUSED_LATE
    if due_at <= now:
        return State.BREACHED
    return State.DUE_SOON if warn_at <= now else State.ON_TRACK


def _warn_at(item: WorkItem, due_at: datetime) -> datetime:
    """
    Told backwards from the due time, which moves when the instance stands still.
    """
    try:
        duration = parse_duration(item.activity.sla_duration)
        warn = parse_duration(item.activity.sla_warn)
    except DurationError:  # written by hand, past every check: the page is shown all the same
        return due_at - SOON
    return due_at - SOON if duration is None or warn is None else due_at - duration + warn


def _paused_at(item: WorkItem) -> datetime | None:
    is_paused = item.instance.status == ProcessInstance.Status.SUSPENDED
    return item.instance.suspended_at if is_paused else None
