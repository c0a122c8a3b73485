from __future__ import annotations

import random
from datetime import timedelta

import pytest

from goflow import testing
from goflow.clock import now
from goflow.errors import WrongState
from goflow.runtime import engine, scans
from goflow.runtime.models import ProcessInstance, Timer, WorkItem
from tests.runtime.reading import actions, item, status, statuses, unsound


@pytest.fixture
def waiting(ana):
    """
    Ana has asked; somebody has three days to decide, then it goes to the boss.
    """
    testing.process(
        "Deadline",
        ["Ask", ("Decide", {"split_mode": "xor"}), "Boss", "Inform"],
        [
            ("Ask", "Decide"),
            ("Decide", "Inform", "OK"),
            ("Decide", "Boss", "timeout: 3d"),
            ("Boss", "Inform"),
        ],
    )
    return engine.complete(engine.start("Deadline", ana).pk, actor=ana).opened[0]


def test_the_timer_is_due_so_long_after_the_item_opened(waiting):
    timer = Timer.objects.get()
    assert (timer.workitem, timer.name) == (waiting, "timeout:decide-boss")
    assert timer.due_at == WorkItem.objects.get(pk=waiting.pk).opened_at + timedelta(days=3)


def test_before_its_time_nothing_fires(waiting, unchanged):
    with unchanged():
        assert engine.fire_timer(Timer.objects.get().pk) is False


def test_firing_takes_its_transition_alone_and_withdraws_the_item(waiting):
    with testing.moved(timedelta(days=3)):
        assert engine.fire_timer(Timer.objects.get().pk) is True
    assert statuses(waiting.instance) == [("ask", "complete"), ("decide", "cancelled"), ("boss", "inactive")]
    assert item("boss").workitem_from == waiting


def test_the_withdrawn_item_has_no_outcome_and_is_in_no_queue(waiting):
    with testing.moved(timedelta(days=3)):
        engine.fire_timer(Timer.objects.get().pk)
    stored = WorkItem.objects.get(pk=waiting.pk)
    assert (stored.condition, stored.queue) == (None, None)
    assert stored.completed_at is not None


def test_it_fires_once(waiting):
    timer = Timer.objects.get()
    with testing.moved(timedelta(days=3)):
        assert [engine.fire_timer(timer.pk), engine.fire_timer(timer.pk)] == [True, False]
    assert WorkItem.objects.filter(activity_key="boss").count() == 1


def test_the_journal_names_the_transition_and_no_person(waiting):
    with testing.moved(timedelta(days=3)):
        engine.fire_timer(Timer.objects.get().pk)
    assert actions(waiting.instance, waiting)[-3:] == [
        "workitem.timeout",
        "workitem.cancelled",
        "workitem.forwarded",
    ]


def test_claiming_does_not_restart_the_time(waiting, ana):
    due = Timer.objects.get().due_at
    with testing.moved(timedelta(days=2)):
        engine.activate(waiting.pk, actor=ana)
    assert Timer.objects.get().due_at == due


def test_completing_in_time_removes_the_timer(waiting, ana):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    assert not Timer.objects.exists()


def test_a_late_completion_is_refused_once_it_fired(waiting, ana, unchanged):
    with testing.moved(timedelta(days=3)):
        engine.fire_timer(Timer.objects.get().pk)
    with unchanged(), pytest.raises(WrongState):
        engine.complete(waiting.pk, actor=ana, outcome="OK")


def test_a_late_completion_counts_when_it_comes_first(waiting, ana):
    with testing.moved(timedelta(days=30)):
        assert engine.complete(waiting.pk, actor=ana, outcome="OK").workitem.status == "complete"


def test_a_timeout_is_no_way_out_on_completion(waiting, ana):
    done = engine.complete(waiting.pk, actor=ana, outcome="OK")
    assert [i.activity_key for i in done.opened] == ["inform"]


def test_a_timer_of_a_suspended_instance_does_not_fire(waiting, unchanged):
    ProcessInstance.objects.update(status="suspended")
    with testing.moved(timedelta(days=3)), unchanged():
        assert engine.fire_timer(Timer.objects.get().pk) is False


def test_a_timer_of_a_held_item_does_not_fire(waiting, unchanged):
    WorkItem.objects.filter(pk=waiting.pk).update(status="fallout")
    with testing.moved(timedelta(days=3)), unchanged():
        assert engine.fire_timer(Timer.objects.get().pk) is False


def test_an_unknown_timer_does_not_fire(db):
    assert engine.fire_timer(4_711) is False


def test_the_first_of_two_timers_removes_the_other(ana):
    testing.process(
        "Two", ["A", "B", "C", "D"], [("A", "B", "timeout: 1d"), ("A", "C", "timeout: 2d"), ("A", "D")]
    )
    engine.start("Two", ana)
    with testing.moved(timedelta(days=5)):
        engine.fire_timer(Timer.objects.get(name="timeout:a-b").pk)
    assert not Timer.objects.exists()
    assert statuses(ProcessInstance.objects.get()) == [("a", "cancelled"), ("b", "inactive")]


def test_a_joining_activitys_time_counts_from_when_the_join_opens(ana):
    testing.process(
        "Join",
        ["A", "B", "C", ("D", {"join_mode": "and"}), "E", "Late"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E"), ("D", "Late", "timeout: 1d")],
    )
    first, second = engine.complete(engine.start("Join", ana).pk, actor=ana).opened
    engine.complete(first.pk, actor=ana)
    assert not Timer.objects.exists()
    with testing.moved(timedelta(days=7)):
        engine.complete(second.pk, actor=ana)
        assert Timer.objects.get().due_at > now()


def test_a_timeout_into_a_join_completes_it(ana):
    unsound(
        "Join",
        ["A", "B", "C", ("D", {"join_mode": "and"}), "E"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "E"), ("C", "D", "timeout: 1d")],
    )
    first, _ = engine.complete(engine.start("Join", ana).pk, actor=ana).opened
    engine.complete(first.pk, actor=ana)
    with testing.moved(timedelta(days=1)):
        engine.fire_timer(Timer.objects.get().pk)
    assert item("d").status == "inactive"


def test_a_timeout_into_the_last_automatic_step_completes_the_instance(ana):
    testing.process("End", ["A", "B", ("End", {"kind": "dummy"})], [("A", "B"), ("A", "End", "timeout: 1h")])
    first = engine.start("End", ana)
    with testing.moved(timedelta(hours=1)):
        engine.fire_timer(Timer.objects.get().pk)
    assert status(first.instance) == "complete"


@pytest.mark.parametrize("start", range(4))
def test_a_scan_keeps_the_order_of_each_instance_wherever_it_begins(ana, monkeypatch, start):
    ways = [
        ("A", "B"),
        ("A", "C"),
        ("B", "D"),
        ("C", "D"),
        ("B", "Late", "timeout: 2d"),
        ("C", "Late", "timeout: 1d"),
    ]
    testing.process("Two", ["A", "B", "C", "D", "Late"], ways)
    instances = []
    for _ in range(3):
        first = engine.start("Two", ana)
        engine.complete(first.pk, actor=ana)
        instances.append(first.instance)
    monkeypatch.setattr(random, "randrange", lambda count: start % count)
    with testing.moved(timedelta(days=3)):
        scans.timeout_scan()
    for instance in instances:
        late = WorkItem.objects.filter(instance=instance, activity_key="late").order_by("id")
        assert [one.workitem_from.activity_key for one in late] == ["c", "b"]
