from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import InstanceClosed, NotAllowed, OutcomeRequired, WorkItemNotFound, WrongState
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from tests.runtime.reading import actions, statuses


@pytest.fixture
def waiting(ana):
    """
    An item of an activity that does not move on by itself.
    """
    testing.process(
        "Wait",
        [("A", {"autofinish": False, "split_mode": "xor"}), "B", "C"],
        [("A", "B", "OK"), ("A", "C", "NO")],
    )
    return engine.start("Wait", ana)


def test_completing_records_the_outcome_and_keeps_the_item(waiting, ana):
    done = engine.complete(waiting.pk, actor=ana, outcome="NO")
    item = WorkItem.objects.get(pk=waiting.pk)
    assert (item.status, item.condition, item.queue, item.completed_at) == (
        "active",
        "NO",
        f"u:{ana.pk}",
        None,
    )
    assert (done.opened, statuses(item.instance)) == ((), [("a", "active")])


def test_forward_moves_on_with_the_recorded_outcome(waiting, ana):
    engine.complete(waiting.pk, actor=ana, outcome="NO")
    done = engine.forward(waiting.pk, actor=ana)
    assert [i.activity_key for i in done.opened] == ["c"]
    stored = WorkItem.objects.get(pk=waiting.pk)
    assert (stored.status, stored.condition, stored.queue) == ("complete", "NO", None)
    assert stored.completed_at is not None


def test_the_outcome_may_be_given_again_before(waiting, ana):
    engine.complete(waiting.pk, actor=ana, outcome="NO")
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    assert [i.activity_key for i in engine.forward(waiting.pk, actor=ana).opened] == ["b"]


def test_the_bound_verb_forwards(waiting, ana):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    item = WorkItem.objects.get(pk=waiting.pk)
    assert item.forward(ana).opened[0].activity_key == "b"
    assert item.status == "complete"


def test_the_journal_tells_both(waiting, ana):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    engine.forward(waiting.pk, actor=ana)
    assert actions(waiting.instance, waiting)[-3:] == [
        "workitem.decided",
        "workitem.completed",
        "workitem.forwarded",
    ]


def test_a_second_forward_is_refused(waiting, ana, unchanged):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    engine.forward(waiting.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState):
        engine.forward(waiting.pk, actor=ana)


def test_forward_without_a_way_is_refused(waiting, ana, unchanged):
    engine.complete(waiting.pk, actor=ana, outcome="MAYBE")
    with unchanged(), pytest.raises(OutcomeRequired, match="Choose one of"):
        engine.forward(waiting.pk, actor=ana)


def test_an_item_that_moves_on_by_itself_is_refused(line, ana, unchanged):
    with unchanged(), pytest.raises(WrongState):
        engine.forward(line.pk, actor=ana)


def test_somebody_else_is_refused(waiting, ana, cy, unchanged):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    with unchanged(), pytest.raises(NotAllowed):
        engine.forward(waiting.pk, actor=cy)


def test_an_administrator_may(waiting, ana, root):
    engine.complete(waiting.pk, actor=ana, outcome="OK")
    assert engine.forward(waiting.pk, actor=root).workitem.status == "complete"


def test_a_closed_instance_is_refused(waiting, ana, root, unchanged):
    engine.cancel(waiting.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.forward(waiting.pk, actor=ana)


def test_an_unknown_item_is_refused(ana, unchanged):
    with unchanged(), pytest.raises(WorkItemNotFound):
        engine.forward(4_711, actor=ana)


def test_at_an_end_it_is_ignored(ana):
    testing.process("End", [("A", {"autofinish": False})], [])
    done = engine.complete(engine.start("End", ana).pk, actor=ana)
    assert (done.workitem.status, done.instance_status) == ("complete", "complete")
