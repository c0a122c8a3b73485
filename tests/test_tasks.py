from __future__ import annotations

import importlib
import sys
from datetime import timedelta

import pytest
from celery import Celery, current_app, current_task
from celery.signals import task_prerun

from goflow import tasks, testing
from goflow.errors import NotAllowed
from goflow.journal.models import OutboxMessage
from goflow.runtime import engine
from goflow.runtime.models import Heartbeat, WorkItem
from goflow.workflow.registry import APPLICATION, registered


@pytest.fixture
def app():
    """
    A project's app whose tasks run here, as a worker would run them.
    """
    before = current_app._get_current_object()
    made = Celery("project")
    made.conf.update(task_always_eager=True, task_eager_propagates=True)
    tasks.connect()
    yield made
    before.set_current()
    tasks.connect()
    made.close()


@pytest.fixture
def ana(db):
    return testing.person("ana")


@pytest.fixture
def line(ana):
    testing.process("Line", ["A", "B"], [("A", "B")])
    return engine.start("Line", ana)


@pytest.fixture
def late(ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    return engine.start("Late", ana)


def status(key: str) -> str:
    return str(WorkItem.objects.get(activity_key=key).status)


NAMES = (
    "tick_task",
    "timeout_scan_task",
    "sla_scan_task",
    "deliver_outbox_task",
    "workitem_action_task",
    "notification_task",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_task_survives_its_worker_and_keeps_no_result(app, name):
    task = app.tasks[f"goflow.tasks.{name}"]
    assert (task.acks_late, task.reject_on_worker_lost, task.ignore_result) == (True, True, True)
    assert task.time_limit == tasks.TIME_LIMIT


def test_external_applications_have_a_task_of_their_own_that_nobody_kills(app):
    task = app.tasks["goflow.tasks.external_jobs_task"]
    assert (task.time_limit, task.soft_time_limit) == (None, None)
    assert (task.acks_late, task.ignore_result) == (False, True)


@pytest.fixture
def begun(app):
    """
    The names of the tasks that were begun, in order.
    """
    names: list[str] = []

    def note(task, **_):
        names.append(task.name.removeprefix("goflow.tasks."))

    task_prerun.connect(note, weak=False)
    yield names
    task_prerun.disconnect(note)


@pytest.fixture
def job(ana):
    """
    An external application that is due, and what ran it.
    """
    ran: list[str] = []
    with registered(APPLICATION, "render", lambda task: ran.append(current_task.name), external=True):
        testing.process("Render", [("A", {"autostart": True, "application": "render"})], [])
        engine.start("Render", ana)
        yield ran


def test_a_pass_leaves_external_applications_to_their_task(app, begun, job):
    tasks.tick_task.delay()
    assert begun == ["tick_task", "external_jobs_task"]
    assert job == ["goflow.tasks.external_jobs_task"]


def test_a_hint_at_an_external_application_asks_for_their_task(app, begun, job):
    tasks.send("deliver_outbox", "job", [OutboxMessage.objects.get(kind="job").pk])
    assert begun == ["external_jobs_task"]
    assert job == ["goflow.tasks.external_jobs_task"]


def test_the_schedule_names_tasks_that_exist_and_lets_none_pile_up(app):
    for entry in tasks.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] <= entry["schedule"]


def test_beat_takes_the_schedule(app):
    app.conf.beat_schedule = {**tasks.beat_schedule}
    assert tasks.has_periodic_passes()


@pytest.mark.parametrize("task", ["tick_task", "timeout_scan_task"])
def test_due_timers_fire(app, late, task):
    with testing.moved(timedelta(days=1)):
        getattr(tasks, task).delay()
    assert status("c") == "inactive"


def test_a_scan_for_lateness_leaves_timeouts_alone(app, late):
    with testing.moved(timedelta(days=1)):
        tasks.sla_scan_task.delay()
    assert status("a") == "inactive"


def test_a_pass_leaves_the_heartbeat_of_schedulers(app, db):
    tasks.tick_task.delay()
    assert Heartbeat.objects.filter(name="scheduler").exists()


def test_one_lane_is_drained(app, line):
    OutboxMessage.objects.all().delete()
    payload = {"workitem_id": line.pk, "action": "complete", "actor_username": "ana"}
    OutboxMessage.objects.create(kind="action", payload=payload)
    tasks.deliver_outbox_task.delay(lanes=["mail"])
    assert status("a") == "inactive"
    tasks.deliver_outbox_task.delay(lanes=["action"])
    assert status("b") == "inactive"


def test_an_action_delivered_again_finds_nothing_left(app, line):
    for _ in range(3):
        tasks.workitem_action_task.delay(line.pk, "complete", {"actor_username": "ana"})
    assert WorkItem.objects.filter(activity_key="b").count() == 1


def test_an_action_that_is_refused_fails_its_task(app, line):
    testing.person("cy")
    with pytest.raises(NotAllowed):
        tasks.workitem_action_task.delay(line.pk, "complete", {"actor_username": "cy"})


def test_a_notification_delivered_again_is_written_once(app, ana):
    for _ in range(3):
        tasks.notification_task.apply(args=(ana.pk, [1]), task_id="the same message")
    tasks.notification_task.apply(args=(ana.pk, [1]), task_id="another one")
    assert OutboxMessage.objects.filter(kind="notification").count() == 2


def test_without_celery_the_module_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "celery", None)
    monkeypatch.delitem(sys.modules, "goflow.tasks")
    with pytest.raises(ImportError, match=r'run pip install "django-goflow\[celery\]"'):
        importlib.import_module("goflow.tasks")
