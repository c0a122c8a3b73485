from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from goflow import clock, testing
from goflow.errors import JobDone, JobGone, JobNotFound, LeaseLost, NotAllowed, NotByHand
from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.runtime import doctor, engine, external, jobs
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import moved
from goflow.workflow.registry import APPLICATION, HOOK
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import actions, incident, item, status, statuses

pytestmark = pytest.mark.usefixtures("db")


class Charge:
    """
    An external application that remembers its tasks and does what the test says.
    """

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.attempts: list[int] = []
        self.does = lambda task: "PAID"

    def __call__(self, task):
        self.keys.append(task.key)
        self.attempts.append(task.attempt)
        return self.does(task)


@pytest.fixture
def charge(register):
    made = Charge()
    register(APPLICATION, "charge", made, external=True)
    return made


def define(application="charge", **options):
    testing.process(
        "Shop",
        [
            "Order",
            ("Charge", {"autostart": True, "application": application, "split_mode": "xor", **options}),
            "Ship",
            "Call",
        ],
        [("Order", "Charge"), ("Charge", "Ship", "PAID"), ("Charge", "Call", "DECLINED")],
    )


@pytest.fixture
def ordered(ana, charge):
    """
    Ana has ordered; the charge is to be made.
    """
    define()
    return engine.complete(engine.start("Shop", ana).pk, actor=ana).instance


@pytest.fixture
def topic(ana, register):
    """
    The same, done by workers outside.
    """
    register(APPLICATION, "billing", external=True)
    define("billing")
    return engine.complete(engine.start("Shop", ana).pk, actor=ana).instance


def job() -> OutboxMessage:
    return OutboxMessage.objects.filter(kind__in=[outbox.JOB, outbox.RESULT]).latest("id")


def leased(seconds: float = 60) -> OutboxMessage:
    return outbox.claim([outbox.JOB], limit=1, seconds=seconds).messages[0]


def run() -> dict[str, int]:
    found = jobs.deliver_outbox(lanes=[outbox.RESULT, outbox.JOB])
    return {name: found[outbox.RESULT].get(name, 0) + count for name, count in found[outbox.JOB].items()}


def fails(problem="the gateway is down"):
    def does(task):
        raise ValueError(problem)

    return does


# What a step leaves


def test_the_step_leaves_the_item_in_work_and_a_job(ordered, charge):
    assert statuses(ordered) == [("order", "complete"), ("charge", "active")]
    assert (job().topic, job().payload["key"]) == ("charge", f"{ordered.pk}-{item('charge').pk}")
    assert charge.keys == []


def test_the_doctor_finds_nothing(ordered):
    assert doctor.examine() == []


def test_nobody_does_it_by_hand(ordered, ana, root, unchanged):
    for verb in (engine.complete, engine.activate, engine.release, engine.forward):
        for actor in (ana, root):
            with unchanged(), pytest.raises((NotAllowed, NotByHand)):
                verb(item("charge").pk, actor=actor)
    with unchanged(), pytest.raises(NotByHand, match="by hand"):
        engine.reassign(item("charge").pk, actor=root, to=ana)


# The application


def test_its_outcome_moves_the_instance_on(ordered, charge):
    assert run()["sent"] == 1
    assert statuses(ordered)[1:] == [("charge", "complete"), ("ship", "inactive")]
    assert (item("charge").condition, job().status) == ("PAID", "sent")


def test_the_engine_is_the_actor(ordered):
    run()
    done = AuditEvent.objects.get(action="workitem.completed", activity_key="charge")
    assert done.actor == ""


def test_what_it_puts_into_the_data_is_merged(ordered, charge):
    def does(task):
        ProcessInstance.objects.filter(pk=ordered.pk).update(data={"address": "Elm Street"})
        task.data["receipt"] = 7
        return "PAID"

    charge.does = does
    run()
    assert ProcessInstance.objects.get().data == {"address": "Elm Street", "receipt": 7}


def test_it_sees_the_object_and_who_asked(ana, charge):
    seen = []
    charge.does = lambda task: seen.append((task.wfobject, task.requester, task.params, task.actor)) or "PAID"
    define(app_params={"shop": 3})
    about = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    engine.complete(engine.start("Shop", ana, about).pk, actor=ana)
    run()
    assert seen == [(about, ana, {"shop": 3}, None)]


def answer(gateway):
    line, _ = gateway.accept()
    line.close()


def test_it_may_use_the_network(ordered, charge):
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        answering = threading.Thread(target=answer, args=(gateway,))
        answering.start()
        charge.does = lambda task: socket.create_connection(gateway.getsockname()).close() or "PAID"
        assert run()["sent"] == 1
        answering.join()


def test_opening_its_item_uses_no_network(ana, charge, no_network):
    define()
    engine.complete(engine.start("Shop", ana).pk, actor=ana)
    assert job().status == "due"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_it_runs(ordered, charge):
    held = []
    charge.does = lambda task: held.append(connection.in_atomic_block) or "PAID"
    run()
    assert held == [False]


@pytest.mark.django_db(transaction=True)
def test_nothing_runs_inside_a_transaction(ordered, charge):
    lease = outbox.claim([outbox.JOB], limit=1, seconds=60)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        jobs.LANES[outbox.JOB].work(lease)
    assert charge.keys == []


def test_an_outcome_without_a_way_becomes_an_incident_that_does_not_run_it_again(ordered, charge, root):
    charge.does = lambda task: "MAYBE"
    run()
    assert (incident().code, item("charge").status, job().status) == ("no-transition", "fallout", "sent")
    engine.retry(incident().pk, actor=root)
    assert (incident().attempts, len(charge.keys)) == (2, 1)


# Failures


def test_a_failure_is_tried_again_later_with_the_same_key(ordered, charge):
    charge.does = fails()
    run()
    found = job()
    assert (found.status, found.attempts, found.last_error) == (
        "due",
        1,
        "ValueError: the gateway is down",
    )
    with moved(timedelta(seconds=10)):
        charge.does = lambda task: "PAID"
        run()
    assert charge.keys == [found.payload["key"]] * 2
    assert charge.attempts == [1, 2]
    assert item("ship").status == "inactive"


def test_the_wait_doubles_up_to_an_hour(topic, settings):
    settings.GOFLOW_JOB_ATTEMPTS = 50
    waits = []
    for attempts in (1, 2, 5, 9, 10, 40):
        OutboxMessage.objects.update(attempts=attempts - 1, due_at=clock.now())
        held = leased()
        done = engine.fail_job(held.pk, held.lease_token, "down")
        waits.append((done.due_at - clock.now()).total_seconds())
    longest = [10, 20, 160, 2560, 3600, 3600]
    assert [top * 0.74 < wait <= top for wait, top in zip(waits, longest, strict=True)] == [True] * 6


def test_after_the_last_attempt_the_item_gets_an_incident(ordered, charge, settings):
    settings.GOFLOW_JOB_ATTEMPTS = 2
    charge.does = fails()
    run()
    with moved(timedelta(minutes=1)):
        assert run()["dead"] == 1
    assert (incident().code, incident().message) == ("job-failed", "ValueError: the gateway is down")
    assert incident().params == {"application": "charge", "attempts": 2, "key": job().payload["key"]}
    assert (item("charge").status, job().status) == ("fallout", "dead")
    assert "incident.raised" in actions(ordered, item("charge"))
    assert doctor.examine() == []


def test_a_retry_makes_a_new_job_with_the_same_key(ordered, charge, settings, root):
    settings.GOFLOW_JOB_ATTEMPTS = 1
    charge.does = fails()
    run()
    first = job()
    charge.does = lambda task: "PAID"
    engine.retry(incident().pk, actor=root)
    assert (item("charge").status, job().pk > first.pk) == ("active", True)
    run()
    assert charge.keys == [first.payload["key"]] * 2
    assert item("ship").status == "inactive"
    assert not Incident.objects.open().exists()


def test_what_cannot_be_stored_is_a_failure_of_the_job(ordered, charge):
    charge.does = lambda task: task.data.update(receipt={1, 2})
    run()
    assert (job().status, job().last_error) == (
        "due",
        "TypeError: Object of type set is not JSON serializable",
    )


def test_a_worker_that_dies_each_time_ends_in_an_incident(ordered, charge, settings):
    settings.GOFLOW_JOB_ATTEMPTS = 2
    for minutes in (0, 2):
        with moved(timedelta(minutes=minutes)):
            leased()
    with moved(timedelta(minutes=4)):
        run()
    assert (incident().code, charge.keys) == ("job-failed", [])
    assert "may have died" in incident().message


def test_when_a_hook_fails_the_application_is_not_run_again(ana, charge, register):
    is_broken = [True]

    def stamp(task, transition):
        if is_broken[0]:
            raise ValueError("no ink")

    register(HOOK, "stamp", stamp)
    testing.process(
        "Shop",
        [("Charge", {"autostart": True, "application": "charge"}), "Ship"],
        [("Charge", "Ship", "", {"post_hook": "stamp"})],
    )
    engine.start("Shop", ana)
    run()
    assert (job().kind, job().status, item("charge").status) == ("result", "due", "active")
    is_broken[0] = False
    with moved(timedelta(seconds=10)):
        assert jobs.deliver_outbox(lanes=[outbox.RESULT])[outbox.RESULT]["sent"] == 1
    assert (item("ship").status, len(charge.keys)) == ("inactive", 1)


@pytest.fixture
def stamped(ana, charge, register):
    """
    The charge is to be made; while there is no ink, the step behind it fails.
    """
    ink = {"is_there": False}

    def stamp(task, transition):
        if not ink["is_there"]:
            raise ValueError("no ink")

    register(HOOK, "stamp", stamp)
    testing.process(
        "Shop",
        [("Charge", {"autostart": True, "application": "charge"}), "Ship"],
        [("Charge", "Ship", "", {"post_hook": "stamp"})],
    )
    engine.start("Shop", ana)
    return ink


def fail_twice(charge):
    """
    The first attempt of two is spent on the application, the second one on the step.
    """
    charge.does = fails()
    run()
    charge.does = lambda task: "PAID"
    with moved(timedelta(minutes=1)):
        return run()


def test_a_result_of_the_last_attempt_is_kept_with_a_count_of_its_own(stamped, charge, settings):
    settings.GOFLOW_JOB_ATTEMPTS = 2
    assert fail_twice(charge).get("dead") is None
    assert (job().kind, job().status, job().attempts) == ("result", "due", 1)
    stamped["is_there"] = True
    with moved(timedelta(minutes=2)):
        run()
    assert (item("ship").status, len(charge.keys)) == ("inactive", 2)


def give_up(charge):
    fail_twice(charge)
    with moved(timedelta(minutes=2)):
        jobs.deliver_outbox(lanes=[outbox.RESULT])


def test_a_retry_applies_the_result_of_an_application_that_was_run(stamped, charge, settings, root):
    settings.GOFLOW_JOB_ATTEMPTS = 2
    give_up(charge)
    assert (incident().code, job().status) == ("job-failed", "dead")
    stamped["is_there"] = True
    engine.retry(incident().pk, actor=root)
    assert (job().kind, job().status, job().attempts) == ("result", "due", 0)
    run()
    assert (item("ship").status, len(charge.keys)) == ("inactive", 2)


def test_a_result_that_is_given_up_while_suspended_is_not_lost(stamped, charge, settings, root):
    settings.GOFLOW_JOB_ATTEMPTS = 1
    held = leased()
    engine.suspend(held.instance_id, actor=root)
    result = {"outcome": "PAID", "data": {"receipt": 7}}
    engine.fail_job(held.pk, held.lease_token, "no ink", result=result)
    assert (job().kind, job().payload["result"]) == ("result", result)


def test_a_retry_runs_an_application_again_that_said_it_failed(stamped, charge, settings, root):
    held = leased()
    engine.suspend(held.instance_id, actor=root)
    engine.fail_job(held.pk, held.lease_token, "no such account", final=True)
    engine.resume(held.instance_id, actor=root)
    run()
    stamped["is_there"] = True
    engine.retry(incident().pk, actor=root)
    run()
    assert (item("ship").status, len(charge.keys)) == ("inactive", 1)


def test_a_job_that_was_given_up_is_dropped_when_it_is_tried_again(ordered, charge, settings, root):
    settings.GOFLOW_JOB_ATTEMPTS = 1
    charge.does = fails()
    run()
    dead = job()
    engine.retry(incident().pk, actor=root)
    dead.refresh_from_db()
    assert dead.status == "dropped"


def test_a_job_that_was_given_up_is_dropped_when_its_instance_is_withdrawn(ordered, charge, settings, root):
    settings.GOFLOW_JOB_ATTEMPTS = 1
    charge.does = fails()
    run()
    engine.cancel(ordered.pk, actor=root)
    assert job().status == "dropped"


# The lease


def test_a_heartbeat_keeps_the_job(ordered, charge):
    def does(task):
        with moved(timedelta(seconds=50)):
            task.heartbeat()
        with moved(timedelta(seconds=70)):
            assert not outbox.claim([outbox.JOB], limit=1, seconds=60).messages
        return "PAID"

    charge.does = does
    assert run()["sent"] == 1


def test_a_heartbeat_says_when_somebody_has_taken_over(ordered, charge):
    def does(task):
        with moved(timedelta(seconds=61)):
            leased()
            task.heartbeat()
        raise AssertionError("unreachable")

    charge.does = does
    assert run()["gone"] == 1
    assert (job().status, job().last_error) == ("due", "")


def test_a_heartbeat_inside_a_step_does_nothing(ana, register):
    register(APPLICATION, "inside", lambda task: task.heartbeat())
    testing.process("Plain", [("A", {"autostart": True, "application": "inside"})], [])
    engine.start("Plain", ana)
    assert not Incident.objects.exists()


def test_a_late_result_of_a_lost_lease_is_refused(topic, unchanged):
    late = leased()
    with moved(timedelta(seconds=61)):
        leased()
        with unchanged(), pytest.raises(LeaseLost, match="fetch jobs again"):
            engine.finish_job(late.pk, late.lease_token, "PAID")
        with unchanged(), pytest.raises(LeaseLost):
            engine.fail_job(late.pk, late.lease_token, "down")


def test_a_late_result_counts_while_nobody_has_taken_over(topic):
    late = leased()
    with moved(timedelta(seconds=61)):
        assert engine.finish_job(late.pk, late.lease_token, "PAID").status == "completed"


def test_the_same_result_again_answers_the_same(topic):
    held = leased()
    first = engine.finish_job(held.pk, held.lease_token, "PAID")
    assert engine.finish_job(held.pk, held.lease_token, "PAID") == first
    assert WorkItem.objects.filter(activity_key="ship").count() == 1


def test_the_same_failure_again_answers_the_same(topic):
    held = leased()
    first = engine.fail_job(held.pk, held.lease_token, "down")
    assert engine.fail_job(held.pk, held.lease_token, "down") == first
    assert (first.status, job().attempts) == ("postponed", 1)


def test_a_result_from_somebody_else_is_refused_when_it_is_done(topic, unchanged):
    held = leased()
    engine.finish_job(held.pk, held.lease_token, "PAID")
    with unchanged(), pytest.raises(JobDone, match="done already"):
        engine.finish_job(held.pk, "another", "PAID")


def test_an_unknown_job_is_refused(root):
    with pytest.raises(JobNotFound):
        engine.finish_job(4711, "token", "PAID")


def test_a_message_that_is_no_job_is_refused(ana):
    message = OutboxMessage.objects.create(kind="mail", lease_token="token")
    with pytest.raises(JobNotFound):
        engine.finish_job(message.pk, "token", "PAID")


def test_the_worker_chooses_when_to_try_again(topic):
    held = leased()
    done = engine.fail_job(held.pk, held.lease_token, "closed until nine", 7200)
    assert timedelta(minutes=119) < done.due_at - clock.now() <= timedelta(hours=2)


def test_the_worker_knows_that_it_is_of_no_use(topic):
    held = leased()
    assert engine.fail_job(held.pk, held.lease_token, "no such account", final=True).status == "failed"
    assert (incident().code, incident().params["attempts"]) == ("job-failed", 1)


# Withdrawn, suspended


def test_withdrawing_the_instance_drops_the_job(topic, root):
    held = leased()
    engine.cancel(topic.pk, actor=root)
    assert job().status == "dropped"
    for settle in (engine.finish_job, engine.fail_job):
        with pytest.raises(JobGone, match="Nobody needs"):
            settle(held.pk, held.lease_token, "PAID")
    with pytest.raises(JobGone):
        engine.extend_job(held.pk, held.lease_token, 60)


def test_a_job_whose_item_is_closed_is_not_run(ordered, charge):
    WorkItem.objects.filter(activity_key="charge").update(status="cancelled")
    assert [finding.check for finding in doctor.examine(names=["job-open"])] == ["job-open"]
    assert run()["gone"] == 1
    assert (charge.keys, job().status) == ([], "dropped")


def test_the_doctor_drops_the_job_of_a_closed_item(ordered):
    WorkItem.objects.filter(activity_key="charge").update(status="cancelled")
    doctor.examine(repair=True, names=["job-open"])
    assert job().status == "dropped"


def test_the_doctor_finds_an_item_that_no_job_is_for(ordered):
    OutboxMessage.objects.all().delete()
    assert [finding.check for finding in doctor.examine()] == ["external-job"]


def test_the_doctor_makes_a_new_job_with_the_same_key(ordered, charge):
    lost = job()
    OutboxMessage.objects.filter(pk=lost.pk).update(status="dropped")
    doctor.examine(repair=True, names=["external-job"])
    assert (job().pk > lost.pk, job().payload["key"]) == (True, lost.payload["key"])
    assert doctor.examine() == []
    run()
    assert (item("ship").status, len(charge.keys)) == ("inactive", 1)


def test_the_doctor_repairs_a_suspended_instance_too(ordered, charge, root):
    engine.suspend(ordered.pk, actor=root)
    OutboxMessage.objects.all().delete()
    doctor.examine(repair=True, names=["external-job"])
    assert doctor.examine() == []
    assert run() == {}


def test_nothing_runs_while_the_instance_is_suspended(ordered, charge, root):
    engine.suspend(ordered.pk, actor=root)
    assert run() == {}
    engine.resume(ordered.pk, actor=root)
    assert run()["sent"] == 1
    assert charge.attempts == [1]


def test_a_result_for_a_suspended_instance_is_applied_when_it_runs_again(ordered, charge, root):
    def does(task):
        engine.suspend(ordered.pk, actor=root)
        task.data["receipt"] = 7
        return "PAID"

    charge.does = does
    assert run()["waiting"] == 1
    assert (item("charge").status, job().kind, job().attempts) == ("active", "result", 0)
    assert run() == {}
    engine.resume(ordered.pk, actor=root)
    run()
    assert (item("ship").status, len(charge.keys)) == ("inactive", 1)
    assert ProcessInstance.objects.get().data == {"receipt": 7}


def test_a_final_failure_for_a_suspended_instance_becomes_an_incident_when_it_runs_again(topic, root):
    held = leased()
    engine.suspend(topic.pk, actor=root)
    assert engine.fail_job(held.pk, held.lease_token, "no such account", final=True).status == "kept"
    engine.resume(topic.pk, actor=root)
    run()
    assert (incident().message, status(topic)) == ("no such account", "running")


def test_withdrawing_a_suspended_instance_drops_the_kept_result(topic, root):
    held = leased()
    engine.suspend(topic.pk, actor=root)
    engine.finish_job(held.pk, held.lease_token, "PAID")
    engine.cancel(topic.pk, actor=root)
    assert job().status == "dropped"


@pytest.fixture
def resumed_meanwhile(topic, root, monkeypatch):
    """
    The instance is suspended, and goes on as soon as a unit was refused for that.
    """
    engine.suspend(topic.pk, actor=root)
    plain, units = external.unit, []

    def refused(work):
        try:
            return plain(work)
        except external._NotOpen:
            units.append(engine.resume(topic.pk, actor=root))
            raise

    monkeypatch.setattr(external, "unit", refused)
    return units


def test_a_result_refused_just_before_the_instance_is_resumed_is_taken(topic, resumed_meanwhile):
    held = leased()
    assert engine.finish_job(held.pk, held.lease_token, "PAID").status == "completed"
    assert (item("ship").status, job().status, len(resumed_meanwhile)) == ("inactive", "sent", 1)


def test_a_failure_refused_just_before_the_instance_is_resumed_is_an_incident(topic, resumed_meanwhile):
    held = leased()
    assert engine.fail_job(held.pk, held.lease_token, "no such account", final=True).status == "failed"
    assert (incident().code, job().status, len(resumed_meanwhile)) == ("job-failed", "dead", 1)


# Topics


def test_a_topic_is_left_to_workers_outside(topic):
    assert run() == {}
    assert job().status == "due"


def test_both_may_wait_in_one_instance(ana, charge, register):
    register(APPLICATION, "billing", external=True)
    both = [(name, {"autostart": True, "application": name}) for name in ("charge", "billing")]
    testing.process("Both", ["Go", *both], [("Go", "charge"), ("Go", "billing")])
    done = engine.complete(engine.start("Both", ana).pk, actor=ana)
    run()
    held = leased()
    engine.finish_job(held.pk, held.lease_token, None)
    assert status(done.instance) == "complete"


# What cannot be stored


@pytest.mark.parametrize("problem", ["bad \0 text", "bad \ud800 text"])
def test_an_error_that_cannot_be_stored_is_an_attempt_like_any_other(ordered, charge, problem):
    charge.does = fails(problem)
    assert jobs.deliver_outbox(lanes=[outbox.JOB])[outbox.JOB].get("sent") is None
    assert (job().status, job().attempts, job().lease_token) == ("due", 1, "")
    assert job().last_error.startswith("ValueError: bad ")


@pytest.mark.parametrize("value", ["bad \0 text", "bad \ud800 text", float("nan")])
def test_data_that_cannot_be_stored_is_the_applications_failure(ordered, charge, settings, value):
    settings.GOFLOW_JOB_ATTEMPTS = 1

    def does(task):
        task.data["x"] = value
        return "PAID"

    charge.does = does
    run()
    assert (len(charge.keys), item("charge").status) == (1, "fallout")
    assert (incident().code, incident().message[:15]) == ("job-failed", "TypeError: data")


def test_an_outcome_that_cannot_be_stored_is_the_applications_failure(ordered, charge):
    charge.does = lambda task: "PAID\0"
    run()
    assert (job().kind, job().status, job().last_error[:10]) == (outbox.JOB, "due", "TypeError:")


def test_a_worker_is_refused_data_that_cannot_be_stored(ordered):
    held = leased()
    with pytest.raises(TypeError, match="cannot be stored"):
        engine.finish_job(held.pk, held.lease_token, "PAID", {"x": "\0"})
    assert engine.finish_job(held.pk, held.lease_token, "PAID").status == "completed"
