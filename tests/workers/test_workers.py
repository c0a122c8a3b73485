"""
Real Celery workers at real brokers. Whatever happens to hints and workers, each step is done, and once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from goflow import tasks, testing
from goflow.journal.models import OutboxMessage
from goflow.outbound.models import Notification
from goflow.runtime import hints, jobs, scheduler
from goflow.runtime.models import Heartbeat, WorkItem
from tests.races.tables import assert_sound
from tests.workers import work
from tests.workers.brokers import FakeRedis, free_port, reachable, stoppable
from tests.workers.conftest import until
from tests.workers.storm import Storm

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = (*reachable(), *(() if "redis" in reachable() else ("fakeredis",)))
SEED = 20_240_607
KILLS = int(os.environ.get("GOFLOW_WORKER_KILLS", "8"))
STEPS = 5 * KILLS
AFTER_LEASES = timedelta(minutes=10)


@pytest.fixture(params=KINDS)
def broker(request) -> Iterator[str]:
    """
    Where a broker of each kind listens.
    """
    if request.param != "fakeredis":
        yield reachable()[request.param]
        return
    own = FakeRedis()
    own.start()
    yield own.url
    own.stop()


@pytest.fixture
def queue(request) -> str:
    return f"goflow-test-{os.getpid()}-{request.node.name}"


@pytest.fixture
def cleared(queue):
    """
    Forget a queue at a broker that others use, too.
    """
    made = []
    yield made.append
    for app in made:
        with app.connection_for_write() as line:
            app.amqp.queues[queue](line.default_channel).delete()


def ask(title: str) -> None:
    first = work.begun(title)
    scheduler.schedule_workitem_action(first.pk, "complete", actor_username="ana")


def passes() -> None:
    """
    What the next polls find once the leases of the dead are over.
    """
    with testing.moved(AFTER_LEASES):
        jobs.tick()
        jobs.tick()


def assert_each_done_once(titles: list[str]) -> None:
    assert work.marks() == work.all_marks(titles)
    waiting = WorkItem.objects.filter(activity_key="z", status="inactive")
    assert sorted(waiting.values_list("instance__title", flat=True)) == sorted(titles)
    assert not OutboxMessage.objects.exclude(status="sent").exists()
    told = Notification.objects.filter(user__username="bo").values_list("workitem_id", flat=True)
    assert sorted(told) == sorted(waiting.values_list("pk", flat=True))
    assert_sound()


def test_hints_that_come_thrice_or_never_and_workers_that_die_lose_nothing_and_repeat_nothing(
    broker, queue, cleared, hire, project, monkeypatch, record_property
):
    worker = hire(broker, queue, KILLS)
    cleared(project(broker, queue))
    storm = Storm(SEED, tasks.send)
    monkeypatch.setattr(scheduler, "hints", storm)
    work.define()
    titles = [f"storm {number}" for number in range(STEPS)]
    for title in titles:
        ask(title)
    storm.flush()
    lost = sum(lane == "action" for _, lane, _ in storm.lost)
    assert lost > 0
    until(lambda: worker.kills == KILLS, "the workers did not die")
    until(lambda: work.count_done() >= STEPS - lost - KILLS, "the workers did not work")
    worker.stop()
    by_hint = work.count_done()
    passes()
    assert_each_done_once(titles)
    assert by_hint > STEPS / 2
    assert Heartbeat.objects.filter(name="worker").exists()
    record_property(
        "races", f"{by_hint} of {STEPS} by hint, {lost} hints lost, {worker.kills} workers killed"
    )


@pytest.fixture(params=stoppable())
def stopping(request):
    """
    A broker of each kind that can be stopped and started.
    """
    made = stoppable()[request.param]()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def quick_hints(monkeypatch):
    monkeypatch.setattr(hints, "PAUSE_SECONDS", 0.1)
    made = hints.Hints(scheduler._send)
    monkeypatch.setattr(scheduler, "hints", made)
    yield
    made._pending.clear()


@pytest.mark.usefixtures("quick_hints")
def test_a_worker_killed_at_work_and_a_broker_that_stops_and_starts_lose_nothing(
    stopping, queue, hire, project
):
    worker = hire(stopping.url, queue)
    project(stopping.url, queue)
    work.define()
    before = [f"before {number}" for number in range(20)]
    for title in before:
        ask(title)
    until(lambda: work.count_done("before") >= 3, "the worker did not work")
    worker.kill()
    stopping.stop()
    away = [f"away {number}" for number in range(10)]
    for title in away:
        ask(title)
    jobs.tick()
    assert work.count_done("away") == len(away)
    stopping.start()
    hire(stopping.url, queue)
    ask("back")
    until(lambda: woken("back"), "no hint reached the new worker")
    passes()
    assert_each_done_once([*before, *away, "back"])


def woken(title: str) -> bool:
    """
    Whether the worker did it; else it is hinted at once more, as the next step would.
    """
    if work.count_done(title):
        return True
    kept = OutboxMessage.objects.filter(kind="action", status="due", attempts=0)
    scheduler.backend().wake({"action": list(kept.values_list("pk", flat=True))})
    return False


@pytest.mark.usefixtures("quick_hints")
def test_without_any_broker_one_pass_does_everything(queue, project):
    project(f"redis://127.0.0.1:{free_port()}/0", queue)
    work.define()
    titles = [f"off {number}" for number in range(10)]
    for title in titles:
        with transaction.atomic():
            ask(title)
    assert work.count_done() == 0
    jobs.tick()
    assert_each_done_once(titles)
