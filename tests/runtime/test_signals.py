from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from goflow import signals, testing
from goflow.errors import OutcomeRequired
from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, Timer, WorkItem
from goflow.workflow import publishing
from goflow.workflow.models import Process, Transition
from goflow.workflow.registry import APPLICATION
from tests.runtime.reading import item

ALL = [name for name in vars(signals) if name.startswith(("process_", "workitem_", "transition_", "audit_"))]


@pytest.fixture
def heard():
    """
    Every signal sent, as (name, sender, arguments); a receiver before ours fails each time.
    """
    found = []

    def failing(**kwargs):
        raise ValueError("a receiver of the host")

    def listen(name):
        def receive(sender, signal, **kwargs):
            found.append((name, sender, kwargs))

        return receive

    receivers = {name: listen(name) for name in ALL}
    for name, receive in receivers.items():
        getattr(signals, name).connect(failing)
        getattr(signals, name).connect(receive)
    yield found
    for name, receive in receivers.items():
        getattr(signals, name).disconnect(failing)
        getattr(signals, name).disconnect(receive)


@pytest.fixture
def people(transactional_db):
    return testing.person("ana"), testing.person("bo", "team")


@pytest.fixture
def line(people):
    testing.process(
        "Line",
        [("A", {"split_mode": "xor"}), ("B", {"roles": ["team"]})],
        [("A", "B", "OK"), ("A", "A", "AGAIN")],
    )
    return people


def named(heard, name):
    return [(sender, kwargs) for told, sender, kwargs in heard if told == name]


def test_a_start_is_told(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    [(sender, told)] = named(heard, "process_started")
    assert (sender, told) == (
        ProcessInstance,
        {"instance": started.instance, "process": Process.objects.get(), "actor": ana},
    )


def test_the_first_item_is_told_as_created_and_assigned(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    assert named(heard, "workitem_created") == [(WorkItem, {"workitem": started})]
    assert named(heard, "workitem_assigned") == [(WorkItem, {"workitem": started})]


def test_a_pool_item_is_created_and_not_assigned(line, heard):
    ana, _ = line
    done = engine.complete(engine.start("Line", ana).pk, actor=ana, outcome="OK")
    heard_of = [kwargs["workitem"] for _, kwargs in named(heard, "workitem_assigned")]
    assert done.opened[0] not in heard_of
    assert (WorkItem, {"workitem": done.opened[0]}) in named(heard, "workitem_created")


def test_a_claim_is_told_with_its_actor(line, heard):
    ana, bo = line
    done = engine.complete(engine.start("Line", ana).pk, actor=ana, outcome="OK")
    engine.activate(done.opened[0].pk, actor=bo)
    assert named(heard, "workitem_activated") == [(WorkItem, {"workitem": done.opened[0], "actor": bo})]


def test_a_completion_is_told_with_its_actor_and_its_state(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    engine.complete(started.pk, actor=ana, outcome="OK")
    [(sender, told)] = named(heard, "workitem_completed")
    assert (sender, told) == (WorkItem, {"workitem": started, "actor": ana})
    assert (told["workitem"].status, told["workitem"].condition) == ("complete", "OK")


def test_the_way_taken_is_told(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    engine.complete(started.pk, actor=ana, outcome="OK")
    taken = Transition.objects.get(key="a-b")
    assert named(heard, "workitem_forwarded") == [(WorkItem, {"workitem": started})]
    assert named(heard, "transition_fired") == [
        (WorkItem, {"workitem": started, "activity": taken.output, "transition": taken})
    ]


def test_a_condition_that_holds_is_told(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    engine.complete(started.pk, actor=ana, outcome="OK")
    assert named(heard, "transition_evaluated") == [
        (Transition, {"transition": Transition.objects.get(key="a-b"), "workitem": started, "result": True})
    ]


def test_a_blank_condition_is_not_told_as_evaluated(people, heard):
    testing.process("Plain", ["A", "B"], [("A", "B")])
    engine.complete(engine.start("Plain", people[0]).pk, actor=people[0])
    assert named(heard, "transition_evaluated") == []


def test_waiting_at_a_join_is_told(people, heard):
    ana, _ = people
    testing.process(
        "Join", ["A", "B", "C", ("D", {"join_mode": "and"})], [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")]
    )
    done = engine.complete(engine.start("Join", ana).pk, actor=ana)
    engine.complete(done.opened[0].pk, actor=ana)
    assert named(heard, "workitem_blocked") == [(WorkItem, {"workitem": item("d")})]


def test_fallout_is_told(people, heard):
    ana, _ = people
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "x"}})], [])
    started = engine.start("Lost", ana)
    assert named(heard, "workitem_fallout") == [(WorkItem, {"workitem": started})]


def test_a_timeout_is_told_as_forwarded(people, heard):
    ana, _ = people
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    started = engine.start("Late", ana)
    with testing.moved(timedelta(days=1)):
        engine.fire_timer(Timer.objects.get().pk)
    [(_, told)] = named(heard, "transition_fired")
    assert (told["workitem"], told["activity"].key) == (started, "c")


def test_publishing_is_told(people, heard):
    ana, _ = people
    process = testing.process("Told", ["A"], [], publish_now=False)
    publishing.publish(process, by=ana)
    assert named(heard, "process_published") == [
        (Process, {"process": process, "actor": ana, "rollback": False})
    ]


def test_every_audit_row_is_told_in_order(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    told = [kwargs["event"].action for _, kwargs in named(heard, "audit_event_created")]
    stored = AuditEvent.objects.filter(stream=f"i:{started.instance_id}").order_by("seq")
    assert told == [row.action for row in stored]


def test_without_audit_the_signals_are_sent_all_the_same(line, heard, settings):
    settings.GOFLOW_AUDIT_ENABLED = False
    ana, _ = line
    engine.complete(engine.start("Line", ana).pk, actor=ana, outcome="OK")
    assert len(named(heard, "workitem_completed")) == 1
    assert named(heard, "audit_event_created") == []


def test_nothing_is_told_before_the_callers_commit(line, heard):
    ana, _ = line
    with transaction.atomic():
        engine.start("Line", ana)
        assert heard == []
    assert named(heard, "process_started") != []


def test_nothing_is_told_of_what_was_rolled_back(line, heard):
    ana, _ = line
    with transaction.atomic():
        engine.start("Line", ana)
        transaction.set_rollback(True)
    assert heard == []


def test_nothing_is_told_of_a_refusal(line, heard):
    ana, _ = line
    started = engine.start("Line", ana)
    heard.clear()
    with pytest.raises(OutcomeRequired):
        engine.complete(started.pk, actor=ana, outcome="?")
    assert heard == []


def test_nothing_is_told_of_what_a_failed_segment_undid(people, heard, register):
    register(APPLICATION, "bad", lambda task: 1 / 0)
    ana, _ = people
    auto = {"autostart": True}
    testing.process(
        "Auto",
        ["A", ("B", {**auto, "application": "noop"}), ("C", {**auto, "application": "bad"})],
        [("A", "B"), ("B", "C")],
    )
    engine.complete(engine.start("Auto", ana).pk, actor=ana)
    assert [kwargs["workitem"].activity_key for _, kwargs in named(heard, "workitem_completed")] == ["a"]
    assert [kwargs["workitem"].activity_key for _, kwargs in named(heard, "workitem_fallout")] == ["b"]
