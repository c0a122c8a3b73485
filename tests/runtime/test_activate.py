from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import (
    ConcurrentUpdate,
    InstanceClosed,
    NotAllowed,
    WorkItemNotFound,
    WrongState,
)
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from tests.runtime.reading import actions


def test_claiming_moves_the_item_into_the_persons_queue(pooled, bo):
    item = engine.activate(pooled.pk, actor=bo)
    stored = WorkItem.objects.get(pk=pooled.pk)
    assert (item.status, item.user, item.queue) == ("active", bo, f"u:{bo.pk}")
    assert (stored.status, stored.user, stored.queue, stored.version) == ("active", bo, f"u:{bo.pk}", 2)
    assert stored.activated_at is not None


def test_the_bound_verb_refreshes_the_callers_object(pooled, bo):
    item = WorkItem.objects.get(pk=pooled.pk)
    item.activate(bo)
    assert (item.status, item.user, item.version) == ("active", bo, 2)


def test_again_by_the_owner_changes_nothing_and_succeeds(pooled, bo, unchanged):
    engine.activate(pooled.pk, actor=bo)
    with unchanged():
        item = engine.activate(pooled.pk, actor=bo)
    assert item.status == "active"


def test_somebody_without_the_role_is_refused(pooled, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed, match="Ask an administrator"):
        engine.activate(pooled.pk, actor=cy)


def test_an_inactive_member_is_refused(pooled, unchanged):
    gone = testing.person("gone", "team", is_active=False)
    with unchanged(), pytest.raises(NotAllowed):
        engine.activate(pooled.pk, actor=gone)


def test_somebody_elses_item_is_refused(line, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.activate(line.pk, actor=cy)


def test_a_claimed_pool_item_is_refused_to_the_next_member(pooled, bo, unchanged):
    engine.activate(pooled.pk, actor=bo)
    late = testing.person("late", "team")
    with unchanged(), pytest.raises(ConcurrentUpdate, match="Reload it"):
        engine.activate(pooled.pk, actor=late)


def test_a_superuser_takes_over_and_the_record_says_so(pooled, bo, root):
    engine.activate(pooled.pk, actor=bo)
    item = engine.activate(pooled.pk, actor=root)
    assert (item.user, item.status) == (root, "active")
    assert item.activated_at is not None
    assert actions(item.instance, item)[-1] == "workitem.reassigned"


def test_a_finished_item_is_refused(line, ana, unchanged):
    engine.complete(line.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState, match="Reload the list") as refusal:
        engine.activate(line.pk, actor=ana)
    assert refusal.value.code == "wrong-state"


def test_a_finished_item_is_refused_to_superusers_too(line, ana, root, unchanged):
    engine.complete(line.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState):
        engine.activate(line.pk, actor=root)


def test_an_item_of_a_cancelled_instance_is_refused(line, ana, root, unchanged):
    engine.cancel(line.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed, match="Open its history"):
        engine.activate(line.pk, actor=ana)


def test_an_item_of_a_suspended_instance_is_refused(line, ana, unchanged):
    ProcessInstance.objects.update(status="suspended")
    with unchanged(), pytest.raises(InstanceClosed):
        engine.activate(line.pk, actor=ana)


def test_an_unknown_item_is_refused(ana, unchanged):
    with unchanged(), pytest.raises(WorkItemNotFound, match="Open it from your list"):
        engine.activate(4_711, actor=ana)


def test_a_stale_version_is_refused(pooled, bo, unchanged):
    WorkItem.objects.filter(pk=pooled.pk).update(version=5)
    with unchanged(), pytest.raises(ConcurrentUpdate, match="decide again"):
        engine.activate(pooled.pk, actor=bo, version=4)


def test_the_version_that_was_read_is_accepted(pooled, bo):
    assert engine.activate(pooled.pk, actor=bo, version=pooled.version).status == "active"


def test_pessimistic_locking_goes_on_with_the_fresh_row(pooled, bo, settings):
    settings.GOFLOW_LOCK_STRATEGY = "pessimistic"
    WorkItem.objects.filter(pk=pooled.pk).update(version=5)
    assert engine.activate(pooled.pk, actor=bo, version=4).status == "active"


def test_allowed_users_may_take_and_others_may_not(ana, cy, bo, unchanged):
    testing.process("Named", [("A", {"users": ["cy"]}), "B"], [("A", "B")])
    item = engine.start("Named", ana)
    with unchanged(), pytest.raises(NotAllowed):
        engine.activate(item.pk, actor=bo)
    assert engine.activate(item.pk, actor=cy).user == cy


def test_allowed_groups_may_take(ana, bo):
    testing.process("Named", [("A", {"groups": ["team"]}), "B"], [("A", "B")])
    assert engine.activate(engine.start("Named", ana).pk, actor=bo).user == bo


def test_anybody_takes_an_item_that_names_nobody(ana, cy):
    testing.process("Open", ["A", "B"], [("A", "B")])
    following = engine.complete(engine.start("Open", ana).pk, actor=ana).opened[0]
    assert engine.activate(following.pk, actor=cy).user == cy
