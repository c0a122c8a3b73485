from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import (
    ConcurrentUpdate,
    InstanceClosed,
    NotAllowed,
    NothingToReleaseTo,
    WorkItemNotFound,
    WrongState,
)
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from tests.runtime.reading import actions


def test_puts_a_claimed_item_back_into_its_pool(pooled, bo):
    engine.activate(pooled.pk, actor=bo)
    item = engine.release(pooled.pk, actor=bo)
    stored = WorkItem.objects.get(pk=pooled.pk)
    assert (item.status, item.user, item.queue) == ("inactive", None, pooled.queue)
    assert (stored.status, stored.user, stored.queue, stored.activated_at) == (
        "inactive",
        None,
        pooled.queue,
        None,
    )


def test_an_item_for_everyone_goes_back_to_everyone(line, ana):
    assert engine.release(line.pk, actor=ana).queue == "*"


def test_an_administrator_releases_for_somebody(pooled, bo, root):
    engine.activate(pooled.pk, actor=bo)
    assert engine.release(pooled.pk, actor=root).user is None


def test_the_journal_tells_of_it(pooled, bo):
    engine.activate(pooled.pk, actor=bo)
    item = engine.release(pooled.pk, actor=bo)
    assert actions(item.instance, item)[-1] == "workitem.released"


def test_the_next_member_may_claim_it(pooled, bo):
    other = testing.person("other", "team")
    engine.activate(pooled.pk, actor=bo)
    engine.release(pooled.pk, actor=bo)
    assert engine.activate(pooled.pk, actor=other).user == other


def test_somebody_else_may_not(pooled, bo, cy, unchanged):
    engine.activate(pooled.pk, actor=bo)
    with unchanged(), pytest.raises(NotAllowed):
        engine.release(pooled.pk, actor=cy)


def test_an_unowned_item_is_in_its_pool_already(pooled, root, unchanged):
    with unchanged(), pytest.raises(WrongState):
        engine.release(pooled.pk, actor=root)


def test_a_pushed_item_without_a_pool_stays(ana, unchanged):
    testing.process("Pushed", [("A", {"push": "route_to_requester"}), "B"], [("A", "B")])
    item = engine.start("Pushed", ana)
    with unchanged(), pytest.raises(NothingToReleaseTo, match="Reassign it to a person"):
        engine.release(item.pk, actor=ana)


def test_a_pushed_item_with_a_role_goes_to_the_roles_pool(ana, bo):
    testing.process("Pushed", [("A", {"push": "route_to_requester", "roles": ["team"]}), "B"], [("A", "B")])
    item = engine.start("Pushed", ana)
    assert engine.release(item.pk, actor=ana).queue.startswith("q:")


def test_an_empty_pool_takes_nothing_back(pooled, bo, unchanged):
    engine.activate(pooled.pk, actor=bo)
    bo.groups.clear()
    with unchanged(), pytest.raises(NothingToReleaseTo):
        engine.release(pooled.pk, actor=bo)


def test_a_stale_version_is_refused(pooled, bo, unchanged):
    engine.activate(pooled.pk, actor=bo)
    with unchanged(), pytest.raises(ConcurrentUpdate):
        engine.release(pooled.pk, actor=bo, version=1)


def test_a_finished_item_is_refused(line, ana, unchanged):
    engine.complete(line.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState):
        engine.release(line.pk, actor=ana)


def test_a_closed_instance_is_refused(line, ana, root, unchanged):
    engine.cancel(line.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.release(line.pk, actor=ana)


def test_an_unknown_item_is_refused(ana, unchanged):
    with unchanged(), pytest.raises(WorkItemNotFound):
        engine.release(4_711, actor=ana)
