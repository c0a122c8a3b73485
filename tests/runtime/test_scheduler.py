"""
One contract, and every carrier under it: cron, Celery in the caller's process, Celery whose broker is off.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import Celery, current_app
from django.db import transaction

from goflow import tasks, testing
from goflow.errors import Invalid, NotAllowed
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import checks, engine, jobs, scheduler
from goflow.runtime.hints import Hints
from goflow.runtime.models import WorkItem
from tests.runtime.reading import item

CRON = "goflow.runtime.scheduler.CronSchedulerBackend"
CELERY = "goflow.runtime.scheduler.CelerySchedulerBackend"
PATIENCE_SECONDS = 120


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def celery_app(**conf: object) -> Iterator[Celery]:
    """
    The project's Celery app, for as long as the block lasts.
    """
    before = current_app._get_current_object()
    app = Celery("project")
    app.conf.update(conf)
    tasks.connect()
    yield app
    before.set_current()
    tasks.connect()
    app.close()


@pytest.fixture
def cron(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = CRON
    return scheduler.backend()


@pytest.fixture
def new_hints(monkeypatch):
    made = Hints(scheduler._send)
    monkeypatch.setattr(scheduler, "hints", made)
    yield made
    made._pending.clear()


@pytest.fixture
def eager(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = CELERY
    with celery_app(task_always_eager=True, task_eager_propagates=True):
        yield scheduler.backend()


@pytest.fixture
def off(settings, new_hints):
    settings.GOFLOW_SCHEDULER_BACKEND = CELERY
    with celery_app(broker_url=f"redis://127.0.0.1:{closed_port()}/0"):
        yield scheduler.backend()


@pytest.fixture(params=["cron", "eager", "off"])
def carrier(request, transactional_db):
    return request.getfixturevalue(request.param)


def answer_of(carrier, **cron: object) -> dict[str, object]:
    """
    What the four functions return: documented for each carrier.
    """
    if carrier.name == "celery":
        return {"scheduled": True, "backend": "celery"}
    return {"backend": "cron", **cron}


@pytest.mark.parametrize("scan", [scheduler.schedule_timeout_scan, scheduler.schedule_sla_scan])
def test_a_scan_is_answered_as_documented(carrier, scan):
    assert scan() == answer_of(carrier, scheduled=False, message="goflow_cron runs this scan")


def test_an_action_is_answered_as_documented(carrier, line):
    answer = scheduler.schedule_workitem_action(line.pk, "activate", actor_username="ana")
    assert answer == answer_of(carrier, scheduled=True, inline=True)


def test_a_notification_is_answered_as_documented(carrier, ana):
    assert scheduler.schedule_notification(ana.pk, [1]) == answer_of(carrier, scheduled=True, inline=True)


def test_an_action_is_done_by_the_next_pass(carrier, line):
    scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana")
    jobs.tick()
    assert item("a").status == "complete"
    assert item("b").status == "inactive"


def test_an_item_is_claimed_for_the_person_named(carrier, pooled, bo):
    scheduler.schedule_workitem_action(pooled.pk, "activate", actor_username="bo")
    jobs.tick()
    assert item("a").user == bo


def test_an_outcome_is_handed_on(carrier, ana):
    testing.process("D", [("A", {"split_mode": "xor"}), "B", "C"], [("A", "B", "OK"), ("A", "C", "NO")])
    started = engine.start("D", ana)
    scheduler.schedule_workitem_action(started.pk, "complete", actor_username="ana", outcome="NO")
    jobs.tick()
    assert item("c").status == "inactive"


def test_forward_is_the_action_when_none_is_named(carrier, ana):
    testing.process("W", [("A", {"autofinish": False}), "B"], [("A", "B")])
    started = engine.start("W", ana)
    engine.complete(started.pk, actor=ana)
    scheduler.schedule_workitem_action(started.pk, actor_username="ana")
    jobs.tick()
    assert item("b").status == "inactive"


def test_an_action_asked_for_in_a_transaction_that_fails_is_never_done(carrier, line, unchanged):
    with unchanged():
        with transaction.atomic():
            scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana")
            transaction.set_rollback(True)
        jobs.deliver_outbox(lanes=["action"])


def test_an_action_of_a_committed_transaction_is_done_once(carrier, line):
    with transaction.atomic():
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana")
    jobs.tick()
    jobs.tick()
    assert list(WorkItem.objects.values_list("activity_key", "status")) == [
        ("a", "complete"),
        ("b", "inactive"),
    ]


def test_a_notification_waits_in_the_outbox_of_a_committed_transaction(carrier, ana, monkeypatch):
    monkeypatch.setattr(jobs, "LANES", {name: lane for name, lane in jobs.LANES.items() if name != "mail"})
    with transaction.atomic():
        scheduler.schedule_notification(ana.pk, [1, 2])
    with transaction.atomic():
        scheduler.schedule_notification(ana.pk, [3])
        transaction.set_rollback(True)
    kept = OutboxMessage.objects.get(kind="notification")
    assert kept.payload == {"user": str(ana.pk), "workitems": [1, 2]}


def test_a_scan_that_was_asked_for_happens_by_the_next_pass(carrier, ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    engine.start("Late", ana)
    with testing.moved(timedelta(days=1)):
        scheduler.schedule_timeout_scan()
        jobs.tick()
    assert item("c").status == "inactive"


def test_waking_never_raises_and_promises_nothing(carrier):
    carrier.wake({"events": [1, 2], "mail": [], "unheard of": [3]})


def test_connecting_again_does_no_harm(carrier):
    carrier.connect()
    carrier.connect()


def test_flags_tell_what_the_carrier_can_do(carrier):
    is_celery = carrier.name == "celery"
    flags = (carrier.supports_background, carrier.supports_hints, carrier.supports_periodic)
    assert flags == (is_celery,) * 3


# Cron: at once


def test_cron_refuses_an_action_like_the_verb(cron, line, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="cy")


def test_cron_refuses_an_unknown_action_naming_the_known(cron, line, unchanged):
    with unchanged(), pytest.raises(Invalid, match="activate, complete, forward"):
        scheduler.schedule_workitem_action(line.pk, "delete", actor_username="ana")


def test_cron_refuses_an_unknown_person(cron, line, unchanged):
    with unchanged(), pytest.raises(Invalid, match="existing user name"):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ghost")


# Celery: the database first, hints afterwards


def test_celery_keeps_an_action_until_its_pass(off, db, line):
    scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana", outcome="OK")
    kept = OutboxMessage.objects.get(kind=outbox.ACTION)
    assert (kept.status, kept.workitem_id) == ("due", line.pk)
    assert kept.payload == {
        "workitem_id": line.pk,
        "action": "complete",
        "actor_username": "ana",
        "outcome": "OK",
    }
    assert item("a").status == "inactive"


def test_celery_refuses_values_that_are_no_json(off, db, line, ana):
    with pytest.raises(TypeError, match="not JSON serializable"):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username=ana)


def test_an_eager_scan_is_done_after_commit(eager, transactional_db, ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    engine.start("Late", ana)
    with testing.moved(timedelta(days=1)), transaction.atomic():
        scheduler.schedule_timeout_scan()
        assert item("a").status == "inactive"
    assert item("c").status == "inactive"


def test_an_eager_failure_stays_with_the_job(eager, transactional_db, line, caplog, monkeypatch):
    def broken(**kwargs):
        raise ValueError("a bug")

    monkeypatch.setitem(jobs.JOBS, "deliver_outbox", broken)
    with caplog.at_level(logging.ERROR):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana")
    assert "no hint at deliver_outbox; the next pass does it" in caplog.text
    jobs.tick()
    assert item("a").status == "complete"


@pytest.fixture
def connecting(monkeypatch):
    """
    The names of the threads that opened connections.
    """
    names: list[str] = []
    plain = socket.socket.connect

    def noted(self, address):
        names.append(threading.current_thread().name)
        return plain(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return names


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_step_leaves_the_connecting_to_another_thread(
    settings, new_hints, transactional_db, line, ana, connecting, scheme
):
    settings.GOFLOW_SCHEDULER_BACKEND = CELERY
    settings.GOFLOW_WEBHOOK_ENABLED = True
    with celery_app(broker_url=f"{scheme}://127.0.0.1:{closed_port()}//"):
        connecting.clear()
        engine.complete(line.pk, actor=ana)
        with new_hints._changed:
            assert new_hints._changed.wait_for(new_hints._is_idle, PATIENCE_SECONDS)
    assert set(connecting) == {"goflow-hints"}


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_accepts_and_never_answers_keeps_nobody_waiting(
    settings, new_hints, transactional_db, line, ana, scheme
):
    settings.GOFLOW_SCHEDULER_BACKEND = CELERY
    settings.GOFLOW_WEBHOOK_ENABLED = True
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        celery_app(broker_url=f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//"),
    ):
        engine.complete(line.pk, actor=ana)
        silent.settimeout(PATIENCE_SECONDS)
        caller, _ = silent.accept()  # the hint is on its way, and the step is over
        assert not new_hints.flush(0)
        caller.close()
    assert item("b").status == "inactive"


def test_threads_of_a_server_hint_by_the_app_of_the_project():
    with celery_app(broker_url="redis://example.invalid/0") as app:
        found: list[object] = []
        thread = threading.Thread(target=lambda: found.append(tasks._app()))
        thread.start()
        thread.join(PATIENCE_SECONDS)
    assert found == [app]


# The setting


class Recording(scheduler.BaseSchedulerBackend):
    """
    A carrier of a host project: it notes what it is asked for.
    """

    name = "recording"
    asked: list[object] = []

    def _note(self, *what: object) -> scheduler.Answer:
        self.asked.append(what)
        return {"scheduled": True, "backend": self.name}

    def schedule_timeout_scan(self):
        return self._note("timeouts")

    def schedule_sla_scan(self):
        return self._note("sla")

    def schedule_workitem_action(self, workitem_id, action, **kwargs):
        return self._note(workitem_id, action, kwargs)

    def schedule_notification(self, user_id, workitem_ids):
        return self._note(user_id, workitem_ids)


@pytest.fixture
def recording(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = "tests.runtime.test_scheduler.Recording"
    Recording.asked.clear()
    return Recording.asked


def test_the_setting_names_the_carrier(recording):
    scheduler.schedule_timeout_scan()
    scheduler.schedule_sla_scan()
    scheduler.schedule_workitem_action(7, "forward", actor_username="ana")
    assert scheduler.schedule_notification(1, [7]) == {"scheduled": True, "backend": "recording"}
    assert recording == [("timeouts",), ("sla",), (7, "forward", {"actor_username": "ana"}), (1, [7])]


def test_an_incomplete_carrier_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        scheduler.BaseSchedulerBackend()


# System checks


def found() -> list[str]:
    return [message.id for message in checks.check_scheduler(None)]


def test_cron_has_nothing_to_say(cron):
    assert found() == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("goflow.runtime.scheduler.Celery", 'does not define a "Celery" attribute'),
        ("nowhere.Scheduler", "No module named 'nowhere'"),
        ("goflow.runtime.scheduler.run", "is no scheduler"),
        ("django.db.models.Model", "is no scheduler"),
    ],
)
def test_a_path_that_names_no_carrier_is_an_error_that_names_the_carriers(settings, path, why):
    settings.GOFLOW_SCHEDULER_BACKEND = path
    (message,) = checks.check_scheduler(None)
    assert message.id == "goflow.E003"
    assert why in message.msg
    assert "CelerySchedulerBackend" in message.msg


def test_a_wrong_path_does_not_keep_the_project_from_starting(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = "nowhere.Scheduler"
    scheduler.connect()


@pytest.fixture
def celery_backend(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = CELERY


@pytest.fixture
def no_celery(monkeypatch, celery_backend):
    monkeypatch.setitem(sys.modules, "celery", None)
    monkeypatch.delitem(sys.modules, "goflow.tasks")


def test_a_missing_celery_is_an_error_that_names_the_extra(no_celery):
    (message,) = checks.check_scheduler(None)
    assert message.id == "goflow.E004"
    assert 'pip install "django-goflow[celery]"' in message.msg


def test_a_project_without_celery_starts_and_its_steps_commit(no_celery, transactional_db, line, ana):
    scheduler.connect()
    engine.complete(line.pk, actor=ana)
    assert item("b").status == "inactive"


def test_an_app_with_broker_and_passes_is_fine(celery_backend):
    with celery_app(broker_url="redis://example.invalid/0", beat_schedule=tasks.beat_schedule):
        assert found() == []


def test_eager_tasks_are_warned_of(celery_backend):
    with celery_app(task_always_eager=True, beat_schedule=tasks.beat_schedule):
        assert found() == ["goflow.W004"]


def test_a_missing_broker_is_warned_of(celery_backend):
    with celery_app(beat_schedule=tasks.beat_schedule):
        assert found() == ["goflow.W005"]


def test_missing_passes_are_warned_of(celery_backend):
    other = {"mine": {"task": "mine", "schedule": 5}}
    with celery_app(broker_url="redis://example.invalid/0", beat_schedule=other):
        assert found() == ["goflow.W006"]


def test_a_schedule_that_is_kept_elsewhere_is_not_judged(celery_backend):
    kept = "django_celery_beat.schedulers:DatabaseScheduler"
    with celery_app(broker_url="redis://example.invalid/0", beat_scheduler=kept):
        assert found() == []
