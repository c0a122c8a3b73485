from __future__ import annotations

import pytest
from django.db.models import QuerySet

from goflow import testing
from goflow.errors import (
    ConcurrentUpdate,
    ContentObjectMissing,
    HookFailed,
    InstanceClosed,
    MissingRegistration,
    NotAllowed,
    OutcomeRequired,
    OutcomeTooLong,
    TimeoutsOnly,
    WorkItemNotFound,
    WrongState,
)
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.models import Transition
from goflow.workflow.registry import HOOK
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import actions, publish_unchecked, status, statuses


@pytest.fixture
def decision(ana):
    """
    A decision: OK leads to Yes, NO to No.
    """
    testing.process(
        "Decision",
        [("Decide", {"split_mode": "xor"}), "Yes", "No"],
        [("Decide", "Yes", "OK"), ("Decide", "No", "NO")],
    )
    return engine.start("Decision", ana)


def test_moves_the_instance_on(line, ana):
    done = engine.complete(line.pk, actor=ana)
    assert (done.workitem.status, done.workitem.user, done.workitem.queue) == ("complete", ana, None)
    assert [(i.activity_key, i.status, i.queue) for i in done.opened] == [("b", "inactive", "*")]
    assert (done.instance_status, done.incidents) == ("running", ())


def test_the_following_item_knows_where_it_comes_from(line, ana):
    following = engine.complete(line.pk, actor=ana).opened[0]
    assert WorkItem.objects.get(pk=following.pk).workitem_from == line


def test_the_last_one_completes_the_instance(line, ana):
    last = engine.complete(line.pk, actor=ana).opened[0]
    done = engine.complete(last.pk, actor=ana)
    instance = ProcessInstance.objects.get()
    assert (done.instance_status, instance.status, instance.open_items) == ("complete", "complete", 0)
    assert instance.finished_at is not None


def test_the_outcome_decides_and_is_kept(decision, ana):
    done = engine.complete(decision.pk, actor=ana, outcome="NO")
    assert [i.activity_key for i in done.opened] == ["no"]
    assert WorkItem.objects.get(pk=decision.pk).condition == "NO"
    assert ProcessInstance.objects.get().condition == "NO"


def test_blanks_round_an_outcome_do_not_count(decision, ana):
    assert [i.activity_key for i in engine.complete(decision.pk, actor=ana, outcome=" OK ").opened] == ["yes"]


def test_an_outcome_on_the_instance_counts(decision, ana):
    item = WorkItem.objects.get(pk=decision.pk)
    item.instance.condition = "NO"
    assert [i.activity_key for i in item.complete(ana).opened] == ["no"]


def test_any_outcome_does_when_a_way_holds(line, ana):
    engine.complete(line.pk, actor=ana, outcome="whatever")
    assert WorkItem.objects.get(pk=line.pk).condition == "whatever"


def test_a_blank_outcome_is_none(line, ana):
    engine.complete(line.pk, actor=ana, outcome="  ")
    assert WorkItem.objects.get(pk=line.pk).condition is None


def test_a_pool_member_claims_and_completes_in_one(pooled, bo):
    done = engine.complete(pooled.pk, actor=bo)
    assert done.workitem.user == bo
    assert "workitem.activated" in actions(done.instance, done.workitem)


def test_prepare_is_saved_with_the_step(ana):
    testing.process(
        "Form", [("A", {"split_mode": "xor"}), "B", "C"], [("A", "B", "data.days > 3"), ("A", "C")]
    )
    item = engine.start("Form", ana)
    done = engine.complete(item.pk, actor=ana, prepare=lambda task: task.data.update(days=5))
    assert [i.activity_key for i in done.opened] == ["b"]
    assert ProcessInstance.objects.get().data == {"days": 5}


def test_prepare_of_a_refused_step_is_not_saved(decision, ana, unchanged):
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(
            decision.pk,
            actor=ana,
            outcome="?",
            prepare=lambda task: LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02"),
        )
    assert not LeaveRequest.objects.exists()


def test_prepare_does_not_run_for_somebody_without_the_right(decision, cy):
    ran = []
    with pytest.raises(NotAllowed):
        engine.complete(decision.pk, actor=cy, outcome="OK", prepare=ran.append)
    assert ran == []


def test_conditions_read_the_object(ana):
    testing.process(
        "Object",
        [("A", {"split_mode": "xor"}), "Ill", "Other"],
        [("A", "Ill", "wfobject.type == 'Illness'"), ("A", "Other")],
    )
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02", type="Illness")
    item = engine.start("Object", ana, request)
    assert [i.activity_key for i in engine.complete(item.pk, actor=ana).opened] == ["ill"]


# Refusals: a typed error whose message names the next action, and no change in any table.


def test_a_wrong_outcome_is_refused_naming_the_possible_ones(decision, ana, unchanged):
    with unchanged(), pytest.raises(OutcomeRequired, match="Choose one of: “OK”, “NO”") as refusal:
        engine.complete(decision.pk, actor=ana, outcome="MAYBE")
    assert refusal.value.params["outcomes"] == ["OK", "NO"]


def test_a_missing_outcome_is_refused(decision, ana, unchanged):
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(decision.pk, actor=ana)


def test_an_outcome_that_does_not_fit_is_refused(line, ana, unchanged):
    with unchanged(), pytest.raises(OutcomeTooLong, match="Shorten it"):
        engine.complete(line.pk, actor=ana, outcome="x" * 256)


def test_the_longest_outcome_is_stored(line, ana):
    engine.complete(line.pk, actor=ana, outcome="é" * 255)
    assert WorkItem.objects.get(pk=line.pk).condition == "é" * 255


def test_somebody_elses_item_is_refused(line, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed, match="Ask an administrator"):
        engine.complete(line.pk, actor=cy)


def test_without_the_role_a_pool_item_is_refused(pooled, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.complete(pooled.pk, actor=cy)


def test_a_second_completion_is_refused(line, ana, unchanged):
    engine.complete(line.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState, match="Reload the list"):
        engine.complete(line.pk, actor=ana)


def test_an_item_of_a_closed_instance_is_refused(line, ana, root, unchanged):
    engine.cancel(line.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed, match="Open its history"):
        engine.complete(line.pk, actor=ana)


def test_an_item_of_a_suspended_instance_is_refused(line, ana, unchanged):
    ProcessInstance.objects.update(status="suspended")
    with unchanged(), pytest.raises(InstanceClosed):
        engine.complete(line.pk, actor=ana)


@pytest.mark.parametrize("held", ["fallout", "suspended", "blocked", "cancelled"])
def test_an_item_nobody_can_work_on_is_refused(line, ana, unchanged, held):
    WorkItem.objects.update(status=held)
    with unchanged(), pytest.raises(WrongState):
        engine.complete(line.pk, actor=ana)


def test_an_unknown_item_is_refused(ana, unchanged):
    with unchanged(), pytest.raises(WorkItemNotFound):
        engine.complete(4_711, actor=ana)


def test_a_stale_version_is_refused(line, ana, unchanged):
    WorkItem.objects.update(version=5)
    with unchanged(), pytest.raises(ConcurrentUpdate, match="Reload it"):
        engine.complete(line.pk, actor=ana, version=4)


def test_a_stale_object_is_refused(line, ana, unchanged):
    stale = WorkItem.objects.get(pk=line.pk)
    WorkItem.objects.update(version=5)
    with unchanged(), pytest.raises(ConcurrentUpdate):
        stale.complete(ana)


def test_pessimistic_locking_goes_on_with_the_fresh_row(line, ana, settings):
    settings.GOFLOW_LOCK_STRATEGY = "pessimistic"
    WorkItem.objects.update(version=5)
    assert engine.complete(line.pk, actor=ana, version=4).workitem.status == "complete"


def test_an_activity_left_by_timeouts_only_is_refused(ana, unchanged):
    publish_unchecked(testing.process("Wait", ["A", "B"], [("A", "B", "timeout: 1d")], publish_now=False))
    item = engine.start("Wait", ana)
    with unchanged(), pytest.raises(TimeoutsOnly, match="Wait for it"):
        engine.complete(item.pk, actor=ana)


@pytest.fixture
def badly_stored(ana):
    """
    A to B under a condition that does not parse, as rows written by old code may have it.
    """
    process = testing.process("Bad", ["A", "B"], [("A", "B")], publish_now=False)
    QuerySet(Transition).filter(process=process).update(condition="outcome ==")
    publish_unchecked(process)
    return engine.start("Bad", ana)


def test_unreadable_stored_condition_compares_its_text(badly_stored, ana):
    assert [
        i.activity_key for i in engine.complete(badly_stored.pk, actor=ana, outcome="outcome ==").opened
    ] == ["b"]


def test_unreadable_stored_condition_with_another_outcome_is_refused(badly_stored, ana, unchanged):
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(badly_stored.pk, actor=ana, outcome="OK")


def test_unreadable_stored_condition_is_false_when_strict(badly_stored, ana, unchanged, settings):
    settings.GOFLOW_CONDITION_STRATEGY = "strict"
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(badly_stored.pk, actor=ana, outcome="outcome ==")


def test_a_deleted_object_is_refused_when_a_condition_reads_it(ana, unchanged):
    testing.process("Object", ["A", "B"], [("A", "B", "wfobject.type == 'Illness'")])
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    item = engine.start("Object", ana, request)
    request.delete()
    with unchanged(), pytest.raises(ContentObjectMissing, match="Ask an administrator to cancel"):
        engine.complete(item.pk, actor=ana)


def test_a_deleted_object_that_no_condition_reads_harms_nothing(ana):
    testing.process("Object", ["A", "B"], [("A", "B")])
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    item = engine.start("Object", ana, request)
    request.delete()
    assert engine.complete(item.pk, actor=ana).workitem.status == "complete"


def test_a_hook_that_is_not_registered_any_more_is_refused(ana, unchanged):
    ways = [("A", "B", "", {"pre_hook": "gone.hook"})]
    publish_unchecked(testing.process("Hooked", ["A", "B"], ways, publish_now=False))
    item = engine.start("Hooked", ana)
    with unchanged(), pytest.raises(MissingRegistration, match=r"Register it in a workflow_apps\.py"):
        engine.complete(item.pk, actor=ana)


def test_a_failing_hook_refuses_the_completion(ana, register, unchanged):
    register(HOOK, "bad.hook", lambda task, transition: 1 / 0)
    testing.process("Hooked", ["A", "B"], [("A", "B", "", {"pre_hook": "bad.hook"})])
    item = engine.start("Hooked", ana)
    with unchanged(), pytest.raises(HookFailed, match="tell an administrator"):
        engine.complete(item.pk, actor=ana)


def test_a_refusal_leaves_the_instance_as_it_was(decision, ana):
    with pytest.raises(OutcomeRequired):
        engine.complete(decision.pk, actor=ana, outcome="?")
    assert status(decision.instance) == "running"
    assert statuses(decision.instance) == [("decide", "inactive")]
