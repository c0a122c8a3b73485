"""
Passes over what time has made due. Each item is a unit of its own: one that fails does not stop the rest.

Any number of passes may run at once. What one of them did is gone for the others; a pass begins anywhere in
its batch, so that they do not wait for the same instance all the way.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import Q, QuerySet

from goflow import clock, logs
from goflow.core.storing import storable
from goflow.outbound.results import Going, to_the_end
from goflow.runtime import assignment, engine, timers
from goflow.runtime.models import Timer, WorkItem

logger = logging.getLogger("goflow.jobs")

BATCH = 500
"""How many due timers one pass of a scan reads at once."""

LIMIT_SECONDS = 60.0
"""After that a pass makes room for other work; the next one goes on."""

TRIES = 5
"""How often a failing timer is tried before its item gets an incident."""

BACKOFF = timedelta(seconds=30)

LATE = {"sla.warn": "warned", "sla.breach": "breached", "escalate": "escalated"}
"""What the firing of a timer counts as, beside ``fired``, by the name before the colon."""


def timeout_scan(batch: int = BATCH, going: Going = to_the_end) -> dict[str, int]:
    """
    Take the transitions of items whose time has run out.

    Returns how many were ``checked``, ``fired``, ``gone`` (somebody was faster) and ``failed``.
    """
    return _scan(timers.TIMEOUTS, batch, going, {})


def sla_scan(batch: int = BATCH, going: Going = to_the_end) -> dict[str, int]:
    """
    Warn of items that are late, report the breach, escalate.

    Counts as ``timeout_scan``, and how many ``warned``, ``breached`` and ``escalated``.
    """
    return _scan(~timers.TIMEOUTS, batch, going, dict.fromkeys(("warned", "breached", "escalated"), 0))


def _scan(which: Q, batch: int, going: Going, kinds: dict[str, int]) -> dict[str, int]:
    found = {"checked": 0, "fired": 0, "gone": 0, "failed": 0, **kinds}
    end = monotonic() + LIMIT_SECONDS
    for timer in _due(which, clock.now(), batch):
        found["checked"] += 1
        _count(found, kinds, _fire(timer))
        if not going(found) or monotonic() > end:
            break
    return found


def _count(found: dict[str, int], kinds: dict[str, int], fired: tuple[str, ...] | None) -> None:
    """
    A timer that was asked for may fire after others of its item, which are found gone later.
    """
    names = fired or ()
    found["fired"] += len(names)
    found["gone"] += fired == ()
    found["failed"] += fired is None
    for name in names:
        kind = LATE.get(name.partition(":")[0])
        if kind in kinds:
            found[kind] += 1


def _due(which: Q, now: datetime, batch: int) -> Iterator[Timer]:
    due = timers.due(now, batch, which=which)
    while due:
        yield from _from_anywhere(due)
        due = timers.due(now, batch, after=due[-1], which=which)


def _from_anywhere(due: Sequence[Timer]) -> Sequence[Timer]:
    """
    In any order of the instances; those of one instance stay in the order in which they were due.
    """
    groups: dict[int, list[Timer]] = {}
    for timer in due:
        groups.setdefault(timer.workitem.instance_id, []).append(timer)
    found = list(groups.values())
    start = random.randrange(len(found))  # noqa: S311 - spreads the work, keeps no secret
    return [timer for group in (*found[start:], *found[:start]) for timer in group]


def _fire(timer: Timer) -> tuple[str, ...] | None:
    """
    The names of the timers that fired; None when it failed.
    """
    try:
        return engine.fire_due(timer.pk, timer.workitem_id)
    except Exception as exc:
        about = logs.extra(workitem=timer.workitem_id, attempt=timer.attempts + 1)
        logger.warning("timer %s (%s) failed", timer.pk, timer.name, exc_info=exc, extra=about)
        _postpone(timer, storable(f"{type(exc).__name__}: {exc}"))
        return None


def _postpone(timer: Timer, problem: str) -> None:
    attempts = timer.attempts + 1
    due_at = clock.now() + BACKOFF * 2**attempts
    QuerySet(Timer).filter(pk=timer.pk).update(attempts=attempts, last_error=problem, due_at=due_at)
    if attempts >= TRIES:
        try:
            engine.stop_timer(timer.pk, problem)
        except Exception:
            logger.exception("timer %s could not be stopped; it is tried again", timer.pk)


def pool_scan(batch: int = BATCH, going: Going = to_the_end) -> dict[str, int]:
    """
    Stop items that wait in pools nobody active reads any more: each gets an incident, once.

    Returns how many were ``checked`` and ``stopped``.
    """
    empty = assignment.empty_pools()
    waiting = WorkItem.objects.open().filter(queue__in=empty, instance__status="running").order_by("id")
    found = Counter(checked=0, stopped=0)
    for pk in waiting.values_list("id", flat=True)[:batch] if empty else ():
        found["checked"] += 1
        found["stopped"] += _stop_stranded(pk)
        if not going(found):
            break
    return dict(found)


def _stop_stranded(workitem_id: int) -> bool:
    try:
        return engine.stop_stranded(workitem_id)
    except Exception:
        logger.exception("work item %s could not be stopped; it is tried again", workitem_id)
        return False
