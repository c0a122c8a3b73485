"""
Whether the parts of an installation do their work: facts from the database, and what a probe makes of them.

Every process reads the same rows, so every process tells the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import Error, connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Q

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound.dispatcher import Lane
from goflow.outbound.models import WebhookEndpoint
from goflow.runtime.lanes import LANES
from goflow.runtime.models import Heartbeat, ProcessInstance

logger = logging.getLogger("goflow.health")

Key = tuple[str, str]  # app label and name of a migration

SCHEDULER = "scheduler"
"""The name of the heartbeat that every full pass writes."""


@dataclass(frozen=True, slots=True)
class Check:
    """
    One answer of a probe. The detail is for the people who run the installation; it holds no secrets.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Beat:
    """
    The last pass of a scheduler, and its age in seconds.
    """

    name: str
    at: datetime
    age: float
    worker: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    The open outbox messages of one kind.

    Attributes:
        due: messages that wait for their first or next attempt.
        dead: messages that were given up.
        oldest: since when the longest due one waits, of those that the next pass would take; None when no
            such message is due.
        age: the same in seconds, 0 when nothing is due.
    """

    kind: str
    due: int
    dead: int
    oldest: datetime | None
    age: float


@dataclass(frozen=True, slots=True)
class Endpoints:
    """
    How many webhook endpoints are told of events, wait after failures, or are switched off.
    """

    active: int
    paused: int
    disabled: int


# Facts


def beats(now: datetime) -> list[Beat]:
    """
    The schedulers' last passes by name. One query.
    """
    rows = Heartbeat.objects.order_by("name")
    return [Beat(row.name, row.beat_at, _age(row.beat_at, now), row.worker) for row in rows]


def waiting(now: datetime) -> list[Waiting]:
    """
    The open outbox messages by kind. One query for the counts, and one or two for each kind with due ones.
    """
    rows = OutboxMessage.objects.filter(status__in=(outbox.DUE, outbox.DEAD)).order_by()
    counted = rows.values_list("kind", "status").annotate(number=Count("pk"))
    found: dict[str, dict[str, int]] = {}
    for kind, status, number in counted:
        found.setdefault(kind, {})[status] = number
    return [_waiting(kind, found[kind], now) for kind in sorted(found)]


def _waiting(kind: str, counts: Mapping[str, int], now: datetime) -> Waiting:
    due, dead = counts.get(outbox.DUE, 0), counts.get(outbox.DEAD, 0)
    oldest = _oldest(kind, now) if due else None
    return Waiting(kind, due, dead, oldest, _age(oldest, now))


def _oldest(kind: str, now: datetime) -> datetime | None:
    lane = next((lane for lane in LANES.values() if kind in lane.kinds), None)
    if lane is None:
        return None
    due = OutboxMessage.objects.filter(status=outbox.DUE, kind=kind, due_at__lte=now)
    found = due.exclude(_left_alone(lane)).order_by("due_at").values_list("due_at", flat=True)
    return next(iter(found[:1]), None)


def late(now: datetime, limit: timedelta) -> tuple[str, datetime] | None:
    """
    Kind and due time of a message that passes have left waiting for longer than ``limit``, one of the oldest.

    One query, and those of lanes that leave some messages alone; it costs the same however many wait.
    """
    left_alone = Q(pk__in=())
    for lane in LANES.values():
        left_alone |= Q(kind__in=lane.kinds) & _left_alone(lane)
    kinds = [kind for lane in LANES.values() for kind in lane.kinds]
    rows = OutboxMessage.objects.filter(status=outbox.DUE, kind__in=kinds, due_at__lte=now - limit)
    return next(iter(rows.exclude(left_alone).order_by().values_list("kind", "due_at")[:1]), None)


def _left_alone(lane: Lane) -> Q:
    """
    What a pass does not take although it is due: jobs of workers elsewhere, messages to resting receivers.
    """
    found = Q(pk__in=())
    if lane.topics is not None:
        found |= ~Q(topic__in=list(lane.topics()))
    skip = None if lane.skip is None else lane.skip()
    return found if skip is None else found | skip


def endpoints(now: datetime) -> Endpoints:
    """
    The webhook endpoints by what becomes of their events. One query.
    """
    paused = Q(enabled=True, paused_until__gt=now)
    found = WebhookEndpoint.objects.aggregate(
        paused=Count("pk", filter=paused),
        disabled=Count("pk", filter=Q(enabled=False)),
        active=Count("pk", filter=Q(enabled=True) & ~Q(paused_until__gt=now, paused_until__isnull=False)),
    )
    return Endpoints(**found)


def _age(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())


def unapplied() -> list[str]:
    """
    Migrations of this code that the database of the engine's tables lacks, as ``app.name``. One query.
    """
    using = router.db_for_write(ProcessInstance)
    recorded = MigrationRecorder(connections[using]).migration_qs
    applied = set(recorded.values_list("app", "name"))
    lacking = (key for key, replaced in _expected(using) if not _is_applied(key, replaced, applied))
    return sorted(".".join(key) for key in lacking)


def _is_applied(key: Key, replaced: frozenset[Key], applied: set[Key]) -> bool:
    return key in applied or (bool(replaced) and replaced <= applied)


@lru_cache(maxsize=4)
def _expected(using: str) -> tuple[tuple[Key, frozenset[Key]], ...]:
    """
    The migrations of this code, which does not change while it runs, and which ones each of them replaces.
    """
    loader = MigrationLoader(None)
    ours = (key for key in loader.graph.nodes if router.allow_migrate(using, key[0]))
    return tuple((key, frozenset(loader.disk_migrations[key].replaces)) for key in ours)


# What a probe makes of them


def checks() -> list[Check]:
    """
    Whether this installation is ready to serve: database, migrations, scheduler and outbox.

    Four queries, and those of ``late``. Raises nothing: a database that does not answer is an answer.
    """
    answers = _guarded("database", _database)
    if not answers.ok:
        return [answers]
    rest = {"migrations": _migrations, "scheduler": _scheduler, "outbox": _outbox}
    return [answers, *(_guarded(name, check) for name, check in rest.items())]


def _guarded(name: str, check: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *check())
    except Error as exc:
        # The error's own text may name hosts and people: it belongs into the log, not into the answer.
        logger.warning("the check %s got no answer from the database", name, exc_info=exc)
        return Check(name, False, f"the database did not answer ({type(exc).__name__})")


def _database() -> tuple[bool, str]:
    with connections[router.db_for_write(ProcessInstance)].cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return True, "answers"


def _migrations() -> tuple[bool, str]:
    lacking = unapplied()
    if not lacking:
        return True, "all applied"
    return False, f"{len(lacking)} not applied, first {lacking[0]}: run manage.py migrate"


def _scheduler() -> tuple[bool, str]:
    limit, found = conf.READY_HEARTBEAT_AGE, {beat.name: beat for beat in beats(clock.now())}
    beat = found.get(SCHEDULER)
    if not limit:
        return True, "not asked for"
    if beat is None:
        return False, "no pass yet: run manage.py goflow_cron, or a Celery worker with beat"
    return _within(beat.age, limit, f"last pass {beat.age:.0f} s ago")


def _outbox() -> tuple[bool, str]:
    limit, now = conf.READY_OUTBOX_AGE, clock.now()
    if not limit:
        return True, "not asked for"
    found = late(now, timedelta(seconds=limit))
    if found is None:
        return True, f"nothing has been due for more than {limit:g} s"
    kind, since = found
    return _within(_age(since, now), limit, f"a message ({kind}) has been due for {_age(since, now):.0f} s")


def _within(age: float, limit: float, told: str) -> tuple[bool, str]:
    return age <= limit, f"{told}, limit {limit:g} s"
