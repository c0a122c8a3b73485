from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import clock, testing
from goflow.errors import InstanceClosed, InstanceNotFound, InstanceSuspended, NotAllowed
from goflow.journal.models import AuditEvent
from goflow.runtime import engine, timers
from goflow.runtime.assignment import sort_key
from goflow.runtime.models import DataRevision, ProcessInstance, Timer, WorkItem
from goflow.runtime.pausing import NotSuspended
from goflow.testing import count_statements
from tests.runtime.reading import actions

HOUR = timedelta(hours=1)


@pytest.fixture
def waiting(ana):
    """
    An item that is due after 4 hours; after 5 hours it goes another way.
    """
    limits = {"sla_warn": "2h", "sla_duration": "4h"}
    testing.process("Wait", [("A", limits), "B", "C"], [("A", "B"), ("A", "C", "timeout: 5h")])
    return engine.start("Wait", ana)


def stored(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("instance").get(pk=item.pk)


def test_an_administrator_suspends_with_a_reason(waiting, root):
    found = engine.suspend(waiting.instance_id, actor=root, reason="audit")
    kept = ProcessInstance.objects.get()
    assert (found.status, kept.status, kept.suspended_at) == ("suspended", "suspended", found.suspended_at)
    event = AuditEvent.objects.get(action="instance.status_changed")
    assert (event.status_from, event.status_to, event.actor) == ("running", "suspended", str(root.pk))
    assert event.metadata == {}
    said = DataRevision.objects.get()
    assert (said.action, said.actor, said.reason) == (event.action, root, "audit")


def test_resuming_is_recorded_too(waiting, root):
    engine.suspend(waiting.instance_id, actor=root)
    engine.resume(waiting.instance_id, actor=root, reason="done")
    kept = ProcessInstance.objects.get()
    assert (kept.status, kept.suspended_at) == ("running", None)
    assert actions(kept)[-2:] == ["instance.status_changed", "instance.status_changed"]


@pytest.mark.parametrize("verb", [engine.suspend, engine.resume])
def test_others_may_not(waiting, ana, unchanged, verb):
    with unchanged(), pytest.raises(NotAllowed):
        verb(waiting.instance_id, actor=ana)


@pytest.mark.parametrize("verb", [engine.suspend, engine.resume])
def test_an_unknown_instance(root, verb):
    with pytest.raises(InstanceNotFound):
        verb(4_711, actor=root)


@pytest.mark.parametrize("verb", [engine.suspend, engine.resume])
def test_a_closed_instance_stays_closed(waiting, root, verb):
    engine.cancel(waiting.instance_id, actor=root)
    with pytest.raises(InstanceClosed) as caught:
        verb(waiting.instance_id, actor=root)
    assert caught.value.code == "instance-closed"


def test_suspending_twice_is_refused(waiting, root, unchanged):
    engine.suspend(waiting.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceSuspended, match="resumed first"):
        engine.suspend(waiting.instance_id, actor=root)


def test_resuming_what_runs_is_refused(waiting, root, unchanged):
    with unchanged(), pytest.raises(NotSuspended, match="Reload"):
        engine.resume(waiting.instance_id, actor=root)


@pytest.mark.parametrize(
    "verb",
    [
        lambda pk, user: engine.activate(pk, actor=user),
        lambda pk, user: engine.complete(pk, actor=user),
        lambda pk, user: engine.release(pk, actor=user),
        lambda pk, user: engine.forward(pk, actor=user),
        lambda pk, user: engine.reassign(pk, actor=user, to=user),
    ],
)
def test_every_verb_says_to_resume_it_first(waiting, ana, root, unchanged, verb):
    engine.suspend(waiting.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceSuspended, match="resumed first"):
        verb(waiting.pk, ana)


def test_a_suspended_instance_can_be_cancelled(waiting, root):
    engine.suspend(waiting.instance_id, actor=root)
    engine.cancel(waiting.instance_id, actor=root)
    kept = ProcessInstance.objects.get()
    assert (kept.status, kept.suspended_at) == ("terminated", None)


def test_no_timer_is_due_meanwhile(waiting, root, unchanged):
    engine.suspend(waiting.instance_id, actor=root)
    with testing.moved(9 * HOUR), unchanged():
        assert timers.due(clock.now(), 10) == []
        assert [engine.fire_timer(timer.pk) for timer in Timer.objects.all()] == [False] * 3


def test_the_time_it_stood_still_does_not_count(waiting, root):
    before = {timer.name: timer.due_at for timer in Timer.objects.all()}
    with testing.moved(HOUR):
        suspended_at = engine.suspend(waiting.instance_id, actor=root).suspended_at
    with testing.moved(30 * HOUR):
        engine.resume(waiting.instance_id, actor=root)
    shifts = {timer.due_at - before[timer.name] for timer in Timer.objects.all()}
    assert len(shifts) == 1
    shift = shifts.pop()
    assert 29 * HOUR <= shift < 29 * HOUR + timedelta(minutes=5)
    assert shift.microseconds == 0
    assert suspended_at + shift >= AuditEvent.objects.latest("id").created_at


def test_the_item_is_due_later_and_sorted_so(waiting, root):
    with testing.moved(HOUR):
        engine.suspend(waiting.instance_id, actor=root)
    with testing.moved(30 * HOUR):
        engine.resume(waiting.instance_id, actor=root)
    item = stored(waiting)
    breach = Timer.objects.get(name="sla.breach")
    assert item.due_at == breach.due_at
    assert item.sort_key == sort_key(priority=0, due_at=item.due_at, created_at=item.created_at)


def test_pauses_add_up(waiting, root):
    due_at = stored(waiting).due_at
    for at in (1, 3):
        with testing.moved(at * HOUR):
            engine.suspend(waiting.instance_id, actor=root)
        with testing.moved((at + 1) * HOUR):
            engine.resume(waiting.instance_id, actor=root)
    assert timedelta(0) <= stored(waiting).due_at - due_at - 2 * HOUR < timedelta(minutes=5)


def test_other_instances_keep_their_times(waiting, ana, root):
    other = engine.start("Wait", ana)
    before = list(Timer.objects.filter(workitem=other).order_by("id").values_list())
    engine.suspend(waiting.instance_id, actor=root)
    with testing.moved(HOUR):
        engine.resume(waiting.instance_id, actor=root)
    assert list(Timer.objects.filter(workitem=other).order_by("id").values_list()) == before
    assert stored(other).due_at == other.due_at


def test_a_closed_item_keeps_its_time(ana, root):
    testing.process("Own", [("A", {"sla_duration": "4h"}), "B"], [("A", "B")])
    first = engine.start("Own", ana)
    engine.complete(first.pk, actor=ana)
    engine.suspend(first.instance_id, actor=root)
    with testing.moved(HOUR):
        engine.resume(first.instance_id, actor=root)
    assert stored(first).due_at == first.due_at


def test_work_goes_on_where_it_was(waiting, ana, root):
    engine.suspend(waiting.instance_id, actor=root)
    engine.resume(waiting.instance_id, actor=root)
    assert engine.complete(waiting.pk, actor=ana).opened[0].activity_key == "b"


def test_resuming_costs_the_same_for_any_number_of_items(ana, root):
    ways = [("A", f"B{n}") for n in range(6)]
    testing.process("Wide", ["A", *((f"B{n}", {"sla_duration": "1h"}) for n in range(6))], ways)
    first = engine.start("Wide", ana)
    engine.complete(first.pk, actor=ana)
    engine.suspend(first.instance_id, actor=root)
    with count_statements() as statements:
        engine.resume(first.instance_id, actor=root)
    assert len(statements) <= 12, statements
