"""
The outbox as a queue: messages written with the change that caused them, leased by whoever works on them.

The database is the truth. A broker's message only says "look now"; without it the next poll finds the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connections, router, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from goflow import clock
from goflow.core.storing import storable
from goflow.journal.models import OutboxMessage

EVENTS, MAIL, WEBHOOK, JOB = "events", "mail", "webhook", "job"
NOTIFICATION, ACTION, DIGEST = "notification", "action", "digest"
RESULT = "result"
"""A job whose work is done but whose result could not be applied yet."""

DUE, SENT = OutboxMessage.Status.DUE, OutboxMessage.Status.SENT
DEAD, DROPPED = OutboxMessage.Status.DEAD, OutboxMessage.Status.DROPPED


TRIES = 10
"""How often a claim looks again when others were faster: where rows cannot be skipped, all see the same."""


@dataclass(frozen=True, slots=True)
class Lease:
    """
    The right to work on some messages until ``until``; ``token`` proves it.
    """

    token: str
    until: datetime
    messages: tuple[OutboxMessage, ...]


def claim(
    kinds: Collection[str],
    *,
    limit: int,
    seconds: float | Callable[[], float],
    ids: Collection[int] | None = None,
    topics: Collection[str] | None = None,
    skip: Q | None = None,
    worker: str = "",
) -> Lease:
    """
    Lease due messages, the longest due first; their attempts are counted. Nobody else gets them meanwhile.

    Args:
        seconds: how long, or who is asked for it once something is due.
        ids: only these, e.g. those a hint names.
        topics: only jobs of these topics.
        skip: what to leave alone for now.

    Three statements; not for use inside a unit. An empty lease when nothing is due, or others were faster
    again and again.
    """
    now, token = clock.now(), secrets.token_hex(16)
    due = _due(kinds, now, ids, topics, skip).order_by("due_at", "id")

    @cache
    def until() -> datetime:
        return now + timedelta(seconds=seconds() if callable(seconds) else seconds)

    def values() -> dict[str, object]:
        return {"due_at": until(), "lease_until": until(), "lease_token": token, "worker": worker}

    for _ in range(TRIES):
        found, taken = _take(due, limit, now, values)
        if taken or not found:
            break
    held = OutboxMessage.objects.filter(lease_token=token).order_by("id") if taken else ()
    return Lease(token, until() if taken else now, tuple(held))


def _due(
    kinds: Collection[str],
    now: datetime,
    ids: Collection[int] | None,
    topics: Collection[str] | None,
    skip: Q | None,
) -> QuerySet[OutboxMessage]:
    due = OutboxMessage.objects.filter(status=DUE, kind__in=kinds, due_at__lte=now)
    if ids is not None:
        due = due.filter(pk__in=ids)
    if topics is not None:
        due = due.filter(topic__in=topics)
    return due if skip is None else due.exclude(skip)


def _take(
    due: QuerySet[OutboxMessage], limit: int, now: datetime, values: Callable[[], Mapping[str, object]]
) -> tuple[int, int]:
    """
    How many were found, and how many of them nobody else was faster to take.

    The guarded UPDATE decides who gets a message; skipping what others hold only saves the waiting. SQLite
    gets no transaction round the two: one that begins by reading could not go on to write.
    """
    skips = connections[_alias()].features.has_select_for_update_skip_locked
    with transaction.atomic(using=_alias()) if skips else nullcontext():
        seen = due.select_for_update(skip_locked=True) if skips else due
        found = list(seen.values_list("pk", flat=True)[:limit])
        taken = OutboxMessage.objects.filter(pk__in=found, status=DUE, due_at__lte=now)
        changed = taken.update(attempts=F("attempts") + 1, **values()) if found else 0
    return len(found), changed


def extend(message_id: int, token: str, seconds: float) -> datetime | None:
    """
    Hold a message longer. Returns the new end of the lease, or None when somebody else has taken it over.
    """
    until = clock.now() + timedelta(seconds=seconds)
    return until if _held(message_id, token).update(due_at=until, lease_until=until) else None


def sent(message_id: int, token: str) -> bool:
    """
    The message is done. False when the lease was lost meanwhile.
    """
    return settle(message_id, token, status=SENT)


def dropped(message_id: int, token: str, reason: str) -> bool:
    """
    Nobody needs the message any more. False when the lease was lost meanwhile.
    """
    return settle(message_id, token, status=DROPPED, last_error=reason)


def dead(message_id: int, token: str, error: str) -> bool:
    """
    The message is given up; somebody has to look. False when the lease was lost meanwhile.
    """
    return settle(message_id, token, status=DEAD, last_error=error)


def postpone(message_id: int, token: str, due_at: datetime, error: str, *, uncounted: bool = False) -> bool:
    """
    Give the message back, due later. ``uncounted`` takes the attempt back: nothing was tried.

    False when the lease was lost meanwhile.
    """
    attempts = {"attempts": F("attempts") - 1} if uncounted else {}
    return settle(message_id, token, due_at=due_at, last_error=error, **attempts)


def due_kinds(kinds: Collection[str]) -> frozenset[str]:
    """
    Which of these kinds have messages that are due now.
    """
    due = OutboxMessage.objects.filter(status=DUE, kind__in=kinds, due_at__lte=clock.now())
    return frozenset(due.order_by().values_list("kind", flat=True).distinct())


def again(ids: Collection[int]) -> int:
    """
    Make dead messages due now, with their attempts counted from zero. Returns how many.
    """
    gone = OutboxMessage.objects.filter(pk__in=ids, status=DEAD)
    return gone.update(status=DUE, due_at=clock.now(), closed_at=None, attempts=0, last_error="")


def purge(before: datetime, limit: int = 10_000) -> int:
    """
    Forget messages that were done, dropped or given up before that time, a batch at a time. Returns how many.

    Until then, a worker that repeats what it said of a job gets the same answer. Work that is done stays as
    long as its result could not be applied: a retry of its incident needs it.
    """
    old = OutboxMessage.objects.filter(closed_at__lt=before).exclude(status=DUE).order_by("closed_at")
    old = old.exclude(status=DEAD, kind=RESULT)
    gone = list(old.values_list("pk", flat=True)[:limit])
    OutboxMessage.objects.filter(pk__in=gone).delete()
    return len(gone)


def backoff(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """
    How long to wait after so many failed attempts: doubling from ``first``, never more than ``longest``.
    """
    doubled = first * float(2 ** min(max(attempts - 1, 0), 20))
    return min(doubled, longest)


def wake_ids(messages: Sequence[OutboxMessage]) -> Mapping[str, list[int]]:
    """
    The ids of new messages by kind, for a hint to whoever works on them.
    """
    found: dict[str, list[int]] = {}
    for message in messages:
        found.setdefault(message.kind, []).append(message.pk)
    return found


def settle(message_id: int, token: str, **values: object) -> bool:
    """
    Give up the lease with these values of the row. False when the lease was lost meanwhile.

    Inside a unit it holds the row until the end, so that nobody can take the message over before.
    """
    free = {"lease_token": "", "lease_until": None}
    closed = {"closed_at": clock.now()} if "status" in values else {}
    told = {"last_error": storable(str(values["last_error"]))} if "last_error" in values else {}
    return bool(_held(message_id, token).update(**{**free, **closed, **values, **told}))


def _held(message_id: int, token: str) -> QuerySet[OutboxMessage]:
    if not token:
        raise ValueError("a lease has a token; claim the message first")
    # The token as an expression: through its index MariaDB would lock in another order than a claim does.
    held = OutboxMessage.objects.annotate(holder=Concat("lease_token", Value("")))
    return held.filter(pk=message_id, holder=token, status=DUE)


def _alias() -> str:
    return router.db_for_write(OutboxMessage)
