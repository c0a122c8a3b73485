"""
Timers as rows: absolute due times from the moment an item opened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from goflow.core.durations import add, parse_duration
from goflow.core.graph import ActivityDef
from goflow.runtime.models import Timer, WorkItem

TIMEOUT = "timeout:"
ESCALATE = "escalate:"
WARN, BREACH = "sla.warn", "sla.breach"

FIRED = ("workitem_id", "name", "due_at", "attempts")
"""What a scan has to know of a timer, beside the instance of its item."""

TIMEOUTS = Q(name__startswith=TIMEOUT)
"""The timers that take a transition; all others tell that an item is late."""


def timeout_name(transition: str) -> str:
    """
    The name of the timer that takes a transition.
    """
    return f"{TIMEOUT}{transition}"


def transition_of(name: str) -> str:
    """
    The transition key in a timeout timer's name.
    """
    return name.removeprefix(TIMEOUT)


def timeout(item: WorkItem, transition: str, duration: timedelta, opened_at: datetime) -> Timer:
    """
    An unsaved timer for a timeout transition.
    """
    return Timer(workitem=item, name=timeout_name(transition), due_at=add(opened_at, duration))


def limits(item: WorkItem, activity: ActivityDef, opened_at: datetime) -> list[Timer]:
    """
    The unsaved timers of an item's time limit and escalation.
    """
    named = {WARN: activity.sla_warn, BREACH: activity.sla_duration}
    named |= {escalation_name(at): step.after for at, step in enumerate(activity.escalations, 1)}
    durations = ((name, parse_duration(text)) for name, text in named.items())
    return [
        Timer(workitem=item, name=name, due_at=add(opened_at, duration))
        for name, duration in durations
        if duration is not None
    ]


def escalation_name(number: int) -> str:
    """
    The name of the timer of a step of the escalation; the first step is number 1.
    """
    return f"{ESCALATE}{number}"


def step_of(name: str) -> int:
    """
    The number of the step in an escalation timer's name.
    """
    return int(name.removeprefix(ESCALATE))


def ripe_of(workitem_id: int, now: datetime) -> list[Timer]:
    """
    The timers of one item whose time has come, the longest due first. One query.
    """
    return list(Timer.objects.filter(workitem_id=workitem_id, due_at__lte=now).order_by("due_at", "id"))


def ripe(now: datetime) -> QuerySet[Timer]:
    """
    The timers whose time has come, of running instances and workable items.
    """
    return Timer.objects.filter(
        due_at__lte=now, workitem__status__in=["inactive", "active"], workitem__instance__status="running"
    )


def due(now: datetime, limit: int, after: Timer | None = None, *, which: Q | None = None) -> list[Timer]:
    """
    The timers to fire now, the longest due first, of running instances and workable items. One query.

    ``after`` is the last timer of the batch before; ``which`` leaves others out.
    """
    found = ripe(now).filter(which or Q())
    if after is not None:
        later = Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, id__gt=after.pk)
        found = found.filter(later, due_at__gte=after.due_at)
    known = found.select_related("workitem").only(*FIRED, "workitem__instance_id")
    return list(known.order_by("due_at", "id")[:limit])
