from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound.dispatcher import Lane
from goflow.outbound.results import Tally
from goflow.runtime import engine, jobs, scheduler
from goflow.runtime.models import Heartbeat, IdempotencyKey
from tests.runtime.reading import item


@pytest.fixture
def lanes(monkeypatch):
    """
    The lanes of this test instead of the real ones: ``lanes(name=worker)``.
    """

    def put(**workers):
        made = {name: Lane((name,), work, batch=2, seconds=60) for name, work in workers.items()}
        monkeypatch.setattr(jobs, "LANES", made)

    return put


def settle(lease: outbox.Lease) -> Tally:
    for message in lease.messages:
        outbox.sent(message.pk, message.lease_token)
    return Tally(sent=len(lease.messages))


def refuse(lease: outbox.Lease) -> Tally:
    raise ValueError("a worker with a bug")


def message(kind: str, **values: object) -> OutboxMessage:
    return OutboxMessage.objects.create(kind=kind, **values)


def test_every_job_of_the_table_can_be_called():
    assert all(callable(job) for job in jobs.JOBS.values())


def test_every_kind_of_message_has_a_lane_and_hints_know_it():
    kinds = {kind: name for name, lane in jobs.LANES.items() for kind in lane.kinds}
    assert {outbox.EVENTS, outbox.ACTION, outbox.JOB} <= set(kinds)
    assert {kind: scheduler.LANE_OF.get(kind, kind) for kind in kinds} == kinds


# A pass


def test_one_pass_does_everything_once(ana, lanes):
    lanes(one=settle, two=settle)
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    engine.start("Late", ana)
    OutboxMessage.objects.all().delete()
    message("one")
    with testing.moved(timedelta(days=1)):
        done = jobs.tick()
    assert list(done) == ["timeouts", "sla", "pools", "digests", "housekeeping", "one", "two"]
    assert done["timeouts"] == {"checked": 1, "fired": 1, "gone": 0, "failed": 0}
    assert done["sla"]["checked"] == 0
    assert (done["one"], done["two"]) == ({"sent": 1}, {})
    assert item("c").status == "inactive"


def test_a_job_that_fails_is_logged_and_counted_and_the_others_go_on(db, lanes, caplog):
    lanes(bad=refuse, good=settle)
    message("bad")
    message("good")
    with caplog.at_level(logging.ERROR):
        done = jobs.tick()
    assert (done["bad"], done["good"]) == ({"failed": 1}, {"sent": 1})
    assert "the job bad failed; the next pass tries again" in caplog.text


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("closed")])
def test_an_error_of_a_database_that_answers_again_stops_nothing(db, lanes, error):
    def stumble(lease):
        raise error

    lanes(bad=stumble, good=settle)
    message("bad")
    message("good")
    done = jobs.tick()
    assert (done["bad"], done["good"]) == ({"failed": 1}, {"sent": 1})


class Away:
    """
    A connection that cannot be made again.
    """

    in_atomic_block = True

    def ensure_connection(self):
        raise OperationalError("away")


def test_a_database_that_is_away_ends_the_pass(db, lanes, monkeypatch):
    asked = []

    def lose_the_database(lease):
        monkeypatch.setattr(jobs, "connections", {"default": Away()})
        raise OperationalError("no route")

    lanes(bad=lose_the_database, good=asked.append)
    message("bad")
    message("good")
    with pytest.raises(OperationalError, match="away"):
        jobs.tick()
    assert asked == []


def test_a_pass_leaves_one_heartbeat_with_what_it_did(db, lanes):
    lanes(one=settle)
    jobs.tick()
    message("one")
    with testing.moved(timedelta(minutes=1)):
        jobs.tick()
    beat = Heartbeat.objects.get(name="scheduler")
    assert beat.report["one"] == {"sent": 1}
    assert beat.worker == jobs.worker()
    assert beat.beat_at > clock.now()


def test_a_pass_that_takes_long_says_meanwhile_that_it_is_alive(db, lanes):
    beats = []

    def take_long(lease):
        time.enter_context(testing.moved(timedelta(minutes=10 * (len(beats) + 1))))
        return look(lease)

    def look(lease):
        beats.append(clock.now() - Heartbeat.objects.get(name="scheduler").beat_at)
        return settle(lease)

    lanes(one=take_long, two=look)
    for kind in ("one", "two"):
        message(kind)
    with ExitStack() as time:
        jobs.tick()
    assert beats[0] > timedelta(minutes=9)
    assert beats[1] < jobs.BEAT_EVERY


def test_what_may_take_as_long_as_it_likes_comes_last():
    assert list(jobs.LANES)[-1] == outbox.JOB


def test_the_heartbeat_of_workers_is_noted_now_and_then(db):
    jobs.worker_heartbeat()
    first = Heartbeat.objects.get(name="worker").beat_at
    jobs.worker_heartbeat()
    assert Heartbeat.objects.get(name="worker").beat_at == first
    with testing.moved(jobs.BEAT_EVERY):
        jobs.worker_heartbeat()
    assert Heartbeat.objects.get(name="worker").beat_at > first


def test_whoever_watches_can_end_the_pass(db, lanes):
    lanes(one=settle, two=settle)
    told = []

    def until_one(job, counts):
        told.append(job)
        return job != "one"

    assert list(jobs.tick(until_one)) == ["timeouts", "sla", "pools", "digests", "housekeeping"]
    assert told[-1] == "one"


# Lanes


def test_all_lanes_are_drained_when_none_is_named(db, lanes):
    lanes(one=settle, two=settle)
    for kind in ("one", "two", "two", "two"):
        message(kind)
    assert jobs.deliver_outbox() == {"one": {"sent": 1}, "two": {"sent": 3}}


def test_only_named_lanes_are_drained(db, lanes):
    lanes(one=settle, two=settle)
    message("one")
    message("two")
    assert jobs.deliver_outbox(lanes=["two"]) == {"two": {"sent": 1}}
    assert list(OutboxMessage.objects.filter(status="due").values_list("kind", flat=True)) == ["one"]


def test_only_messages_that_a_hint_names_are_worked_on(db, lanes):
    lanes(one=settle)
    first, second = message("one"), message("one")
    assert jobs.deliver_outbox(lanes=["one"], ids=[second.pk]) == {"one": {"sent": 1}}
    first.refresh_from_db()
    assert first.status == "due"


def test_an_unknown_lane_is_refused_naming_the_known(db, lanes):
    lanes(one=settle, two=settle)
    with pytest.raises(LookupError, match="there is no lane three; lanes are one, two"):
        jobs.deliver_outbox(lanes=["three"])


def test_a_watcher_ends_a_lane_after_the_lease_in_hand(db, lanes):
    lanes(one=settle)
    for _ in range(5):
        message("one")
    jobs.deliver_outbox(watch=lambda job, counts: not counts)
    assert OutboxMessage.objects.filter(status="sent").count() == 2


class Listening(scheduler.CronSchedulerBackend):
    """
    Notes what it is woken for.
    """

    heard: list[object] = []

    def wake(self, ids):
        self.heard.append(ids)


@pytest.fixture
def heard(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = "tests.runtime.test_jobs.Listening"
    Listening.heard.clear()
    return Listening.heard


def test_what_one_lane_leaves_for_another_is_hinted_at(db, lanes, heard):
    lanes(one=settle, two=settle, three=settle)
    message("one")
    message("two")
    jobs.deliver_outbox(lanes=["one"])
    assert heard == [{"two": ()}]


def test_a_lane_that_did_nothing_gives_no_hint(db, lanes, heard):
    lanes(one=settle, two=settle)
    message("two")
    jobs.deliver_outbox(lanes=["one"])
    assert heard == []


def test_a_pass_over_all_lanes_gives_no_hint(db, lanes, heard):
    lanes(one=settle, two=settle)
    message("one")
    message("two")
    jobs.deliver_outbox()
    assert heard == []


# Housekeeping


def test_what_is_kept_long_enough_goes(db, settings):
    settings.GOFLOW_OUTBOX_KEEP_DAYS = 30
    old = clock.now() - timedelta(days=31)
    kept = [message("mail", created_at=old), message("mail", status="sent", closed_at=clock.now())]
    for status in ("sent", "dropped", "dead"):
        message("mail", status=status, closed_at=old)
    IdempotencyKey.objects.create(scope="s", key="k", digest="d", created_at=old)
    done = jobs.housekeeping()
    assert (done["keys"], done["messages"]) == (1, 3)
    assert set(OutboxMessage.objects.all()) == set(kept)
