"""
Background work by name. Each job finds what is due in the database, so running one twice harms nothing.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connections

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.rows import put
from goflow.outbound import notifications, replaying
from goflow.outbound.digests import digest_scan
from goflow.outbound.dispatcher import drain
from goflow.outbound.results import Going, to_the_end
from goflow.runtime import idempotency, scheduler
from goflow.runtime.actions import keep_action, notify, workitem_action
from goflow.runtime.lanes import LANES
from goflow.runtime.models import Heartbeat
from goflow.runtime.scans import pool_scan, sla_scan, timeout_scan
from goflow.runtime.unit import alias

logger = logging.getLogger("goflow.jobs")

BEAT_EVERY = timedelta(seconds=15)
"""Workers and passes note that they are alive no more often than this."""

Counts = dict[str, int]
Watch = Callable[[str, Mapping[str, int]], bool]
"""Told the job and what it counted so far, after each piece of work; false ends the pass there."""


def _unwatched(job: str, counts: Mapping[str, int]) -> bool:
    return True


def tick(watch: Watch = _unwatched, without: Collection[str] = ()) -> dict[str, Counts]:
    """
    One pass over everything that is due. A job that fails is logged and counted; the others go on.

    Args:
        without: lanes that somebody else takes care of.

    Returns what each job counted. Raises the database's error when the database does not answer.
    """
    found = _each(
        {
            "timeouts": partial(timeout_scan),
            "sla": partial(sla_scan),
            "pools": partial(pool_scan),
            "digests": partial(digest_scan),
            "housekeeping": housekeeping,
            **_deliveries([name for name in LANES if name not in without], None),
        },
        _Pulse("scheduler", watch),
    )
    beat("scheduler", found)
    return found


def deliver_outbox(
    lanes: Collection[str] | None = None, ids: Collection[int] | None = None, watch: Watch = _unwatched
) -> dict[str, Counts]:
    """
    Work on what is due in the outbox: in all lanes or the named ones, all messages or those a hint names.

    Raises LookupError for an unknown lane, else as ``tick``.
    """
    names = LANES.keys() if lanes is None else lanes
    unknown = set(names) - LANES.keys()
    if unknown:
        raise LookupError(f"there is no lane {', '.join(sorted(unknown))}; lanes are {', '.join(LANES)}")
    found = _each(_deliveries(names, ids), watch)
    if set(found) != LANES.keys():
        _hint_at_others(found)
    return found


def _hint_at_others(done: Mapping[str, Counts]) -> None:
    """
    What one lane writes may be due in another one, which somebody else may take.
    """
    if any(counts.get("sent") for counts in done.values()):
        others = [kind for name, lane in LANES.items() if name not in done for kind in lane.kinds]
        scheduler.backend().wake(dict.fromkeys(outbox.due_kinds(others), ()))


def _deliveries(names: Collection[str], ids: Collection[int] | None) -> dict[str, Callable[..., Counts]]:
    return {name: partial(drain, LANES[name], name=worker(), ids=ids) for name in names}


def _each(jobs: Mapping[str, Callable[..., Counts]], watch: Watch) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for name, job in jobs.items():
        if not watch(name, {}):
            break
        found[name] = _attempt(name, partial(job, going=partial(watch, name)))
    return found


def _attempt(name: str, job: Callable[[], Counts]) -> Counts:
    try:
        return job()
    except Exception as exc:
        if isinstance(exc, (OperationalError, InterfaceError)):
            _require_answer()
        logger.exception("the job %s failed; the next pass tries again", name)
        return {"failed": 1}


def _require_answer() -> None:
    """
    Raises the database's error when there is no database: no other job would come further.
    """
    connection = connections[alias()]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    connection.ensure_connection()


def housekeeping(going: Going = to_the_end) -> Counts:
    """
    Forget what has been kept long enough. Returns how many rows of which kind went.
    """
    before = clock.now() - timedelta(days=conf.OUTBOX_KEEP_DAYS)
    return {
        "keys": idempotency.purge(),
        "messages": outbox.purge(before),
        "notifications": notifications.purge(before),
        **replaying.housekeeping(before),
    }


def beat(name: str, report: Mapping[str, Mapping[str, int]]) -> None:
    """
    Note that a pass came to its end.
    """
    values = {"beat_at": clock.now(), "worker": worker(), "report": report}
    put(Heartbeat, {"name": name}, values)


class _Pulse:
    """
    Watches a pass and notes, between two pieces of work, that it is alive: a long one is not a dead one.
    """

    def __init__(self, name: str, watch: Watch) -> None:
        self._name, self._watch = name, watch
        self._due_at = clock.now()

    def __call__(self, job: str, counts: Mapping[str, int]) -> bool:
        now = clock.now()
        if now >= self._due_at:
            self._due_at = now + BEAT_EVERY
            self._note(now)
        return self._watch(job, counts)

    def _note(self, now: datetime) -> None:
        seen = Heartbeat.objects.filter(name=self._name)
        if not seen.update(beat_at=now, worker=worker()):
            beat(self._name, {})


def worker_heartbeat() -> None:
    """
    Note that a worker of a carrier is alive, now and then.
    """
    recent = Heartbeat.objects.filter(name="worker", beat_at__gt=clock.now() - BEAT_EVERY)
    if not recent.exists():
        beat("worker", {})


def worker() -> str:
    """
    This process, as leases and heartbeats name it.
    """
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


JOBS: dict[str, Callable[..., Any]] = {
    "tick": tick,
    "timeout_scan": timeout_scan,
    "sla_scan": sla_scan,
    "pool_scan": pool_scan,
    "digest_scan": digest_scan,
    "deliver_outbox": deliver_outbox,
    "run_automatic": partial(deliver_outbox, lanes=(outbox.RESULT, outbox.JOB)),
    "workitem_action": workitem_action,
    "keep_action": keep_action,
    "notify": notify,
    "housekeeping": housekeeping,
    "worker_heartbeat": worker_heartbeat,
}
