"""What the rows say about the parts of an installation, and what a probe makes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from goflow import clock
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound.dispatcher import Lane
from goflow.outbound.models import WebhookEndpoint
from goflow.outbound.results import Tally
from goflow.reporting import health
from goflow.runtime import jobs, lanes
from goflow.runtime.models import Heartbeat
from goflow.testing import count_statements, moved

pytestmark = pytest.mark.django_db


def message(kind: str = outbox.EVENTS, *, waits: float = 60, **values: Any) -> OutboxMessage:
    values.setdefault("due_at", clock.now() - timedelta(seconds=waits))
    return OutboxMessage.objects.create(kind=kind, **values)


def told() -> dict[str, bool]:
    return {check.name: check.ok for check in health.checks()}


def detail(name: str) -> str:
    return next(check.detail for check in health.checks() if check.name == name)


@pytest.fixture
def beating() -> None:
    Heartbeat.objects.create(name="scheduler", worker="host:1")


def test_all_is_well_after_a_pass() -> None:
    jobs.tick()
    assert told() == {"database": True, "migrations": True, "scheduler": True, "outbox": True}


def test_an_installation_without_any_pass_is_not_ready() -> None:
    assert told()["scheduler"] is False
    assert "goflow_cron" in detail("scheduler")


def test_a_heartbeat_of_something_else_is_no_pass() -> None:
    Heartbeat.objects.create(name="beat")
    assert told()["scheduler"] is False


def test_an_old_heartbeat_is_told_with_its_age_and_limit(beating: None) -> None:
    with moved(timedelta(seconds=301)):
        assert told()["scheduler"] is False
        assert detail("scheduler") == "last pass 301 s ago, limit 300 s"
    with moved(timedelta(seconds=299)):
        assert told()["scheduler"] is True


def test_a_limit_of_zero_asks_for_no_scheduler(settings: Any) -> None:
    settings.GOFLOW_READY_HEARTBEAT_AGE = 0
    assert told()["scheduler"] is True


def test_an_old_message_is_told_with_its_kind(beating: None) -> None:
    message(waits=800)
    assert told()["outbox"] is True
    message(waits=901)
    assert told()["outbox"] is False
    assert detail("outbox") == "a message (events) has been due for 901 s, limit 900 s"


def test_a_limit_of_zero_asks_for_no_outbox(beating: None, settings: Any) -> None:
    settings.GOFLOW_READY_OUTBOX_AGE = 0
    message(waits=10_000)
    assert told()["outbox"] is True


def test_what_is_not_due_does_not_wait(beating: None) -> None:
    message(due_at=clock.now() + timedelta(hours=1), created_at=clock.now() - timedelta(days=3))
    message(status=OutboxMessage.Status.SENT, waits=10_000)
    message(status=OutboxMessage.Status.DEAD, waits=10_000)
    assert detail("outbox") == "nothing has been due for more than 900 s"


def nothing(lease: outbox.Lease) -> Tally:
    return Tally()


def test_jobs_of_workers_elsewhere_make_nobody_unready(
    beating: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Lane((outbox.JOB,), nothing, batch=1, seconds=1, topics=lambda: {"press"})
    monkeypatch.setitem(lanes.LANES, "job", here)
    message(outbox.JOB, topic="weld", waits=10_000)
    assert told()["outbox"] is True
    message(outbox.JOB, topic="press", waits=10_000)
    assert told()["outbox"] is False


def test_messages_to_resting_receivers_make_nobody_unready(
    beating: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import Q  # noqa: PLC0415 - only here

    resting = Lane((outbox.WEBHOOK,), nothing, batch=1, seconds=1, skip=lambda: Q(topic="7"))
    monkeypatch.setitem(lanes.LANES, "webhook", resting)
    message(outbox.WEBHOOK, topic="7", waits=10_000)
    assert told()["outbox"] is True
    message(outbox.WEBHOOK, topic="8", waits=10_000)
    assert told()["outbox"] is False


def test_waiting_messages_are_counted_by_kind() -> None:
    message(waits=60)
    message(waits=30)
    message(due_at=clock.now() + timedelta(hours=1))
    message(outbox.ACTION, status=OutboxMessage.Status.DEAD)
    found = {kind.kind: (kind.due, kind.dead, round(kind.age)) for kind in health.waiting(clock.now())}
    assert found == {"events": (3, 0, 60), "action": (0, 1, 0)}


def test_a_migration_that_is_not_applied_is_named(beating: None) -> None:
    MigrationRecorder(connection).record_unapplied("goflow", "0001_initial")
    assert told()["migrations"] is False
    assert detail("migrations") == "1 not applied, first goflow.0001_initial: run manage.py migrate"


def test_a_squashed_migration_is_applied_when_all_it_replaces_is(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = frozenset({("goflow", "0001_initial"), ("auth", "0001_initial")})
    monkeypatch.setattr(health, "_expected", lambda using: ((("goflow", "0001_squashed"), replaced),))
    assert health.unapplied() == []
    monkeypatch.setattr(
        health, "_expected", lambda using: ((("goflow", "0001_squashed"), replaced | {("x", "y")}),)
    )
    assert health.unapplied() == ["goflow.0001_squashed"]


def test_endpoints_are_counted_by_what_becomes_of_their_events() -> None:
    later, before = clock.now() + timedelta(hours=1), clock.now() - timedelta(hours=1)
    for paused_until, enabled in ((None, True), (before, True), (later, True), (later, False)):
        WebhookEndpoint.objects.create(name="x", url="u", paused_until=paused_until, enabled=enabled)
    assert health.endpoints(clock.now()) == health.Endpoints(active=2, paused=1, disabled=1)


def test_a_probe_costs_four_statements_and_those_of_the_lanes(beating: None) -> None:
    health.checks()
    with count_statements() as own:
        skips = [lane.skip() for lane in lanes.LANES.values() if lane.skip is not None]
    for _ in range(30):
        message()
    with count_statements() as statements:
        health.checks()
    assert len(statements) <= 4 + len(own), statements
    assert len(own) <= len(skips)


@pytest.mark.parametrize(
    "ask", [health.waiting, lambda now: health.late(now, timedelta(seconds=900))], ids=["waiting", "late"]
)
def test_open_messages_are_found_by_their_index(ask: Any) -> None:
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    for _ in range(20):
        message(status=OutboxMessage.Status.SENT)
    message()
    with CaptureQueriesContext(connection) as asked:
        ask(clock.now())
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    texts = [query["sql"] for query in asked.captured_queries if "goflow_outboxmessage" in query["sql"]]
    assert texts
    for text in texts:
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} {text}".replace("%", "%%"))
            assert "goflow_outbox_due" in str(cursor.fetchall()), text


def test_a_kind_that_nobody_works_on_is_counted_and_does_not_wait(beating: None) -> None:
    message("own", waits=10_000)
    (found,) = health.waiting(clock.now())
    assert (found.kind, found.due, found.oldest) == ("own", 1, None)
    assert told()["outbox"] is True
