"""
What people say is kept beside them, round for round, and nowhere in the audit trail.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import ProtectedError

from goflow import testing
from goflow.errors import KeyReused, OutcomeRequired
from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, ProcessInstance
from goflow.testing import count_statements


def kept() -> list[tuple[object, ...]]:
    rows = DataRevision.objects.order_by("id").select_related("actor")
    return [(row.actor.get_username(), row.action, row.activity_key, row.said, row.reason) for row in rows]


def test_the_answers_of_a_completion_are_kept_beside_who_gave_them(line, ana):
    engine.complete(line.pk, actor=ana, answers={"amount": 5, "comment": "as agreed"})
    assert kept() == [("ana", "workitem.completed", "a", {"amount": 5, "comment": "as agreed"}, "")]
    row = DataRevision.objects.get()
    event = AuditEvent.objects.get(action=row.action, workitem_id=line.pk)
    assert (row.instance_id, row.workitem_id) == (line.instance_id, line.pk)
    assert (row.instance_version, row.created_at) == (event.instance_version, event.created_at)


def test_every_round_is_kept(ana):
    testing.process("Loop", ["A", "B"], [("A", "A", "Again"), ("A", "B", "Done")])
    item = engine.start("Loop", ana)
    for said in ("first objection", "second objection"):
        item = engine.complete(item.pk, actor=ana, outcome="Again", answers={"comment": said}).opened[0]
    assert [row[3] for row in kept()] == [{"comment": "first objection"}, {"comment": "second objection"}]


def test_what_was_said_at_the_start_is_kept_with_the_request(ana):
    testing.process("Own", ["A", "B"], [("A", "B")])
    engine.start("Own", ana, answers={"wish": "a desk"})
    assert kept() == [("ana", "process.started", "", {"wish": "a desk"}, "")]


def test_a_decision_that_waits_to_be_forwarded_is_kept_too(ana):
    testing.process("Slow", [("A", {"autofinish": False}), "B"], [("A", "B")])
    item = engine.start("Slow", ana)
    engine.complete(item.pk, actor=ana, answers={"comment": "soon"})
    engine.forward(item.pk, actor=ana)
    assert kept() == [("ana", "workitem.decided", "a", {"comment": "soon"}, "")]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (None, None),
        ({}, None),
        ({"a": None, "b": "", "c": [], "d": {}, "e": {"f": " \n", "g": {}}}, None),
        ({"a": 0, "b": False, "c": "", "d": [None]}, {"a": 0, "b": False, "d": [None]}),
        ({"new_password1": "hunter2", "api_key": "x", "PIN": 1234, "comment": "new"}, {"comment": "new"}),
        (
            {"secretary": "Eva", "keywords": "a, b", "key_points": "c"},
            {"secretary": "Eva", "keywords": "a, b", "key_points": "c"},
        ),
    ],
)
def test_only_what_says_something_is_kept(line, ana, answers, said):
    engine.complete(line.pk, actor=ana, answers=answers)
    assert [row[3] for row in kept()] == ([] if said is None else [said])


def test_nothing_said_costs_nothing_and_answers_one_statement(ana):
    testing.process("Own", ["A", "B"], [("A", "B")])
    items = [engine.start("Own", ana) for _ in range(3)]
    costs = []
    for item, answers in zip(items, (None, {"comment": ""}, {"comment": "yes"}), strict=True):
        with count_statements() as statements:
            engine.complete(item.pk, actor=ana, answers=answers)
        costs.append(len(statements))
    assert costs == [costs[0], costs[0], costs[0] + 1]


def test_a_refused_completion_keeps_nothing(ana, unchanged):
    testing.process("Pick", ["A", "B"], [("A", "B", "OK")])
    item = engine.start("Pick", ana)
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(item.pk, actor=ana, answers={"comment": "why not"})


@pytest.mark.parametrize("answers", [{"a": Decimal(1)}, {"a": float("nan")}, {"a": "\0"}, {"a": "\ud800"}])
def test_what_no_database_keeps_is_refused(line, ana, unchanged, answers):
    with unchanged(), pytest.raises(TypeError, match=r"JSON|stored"):
        engine.complete(line.pk, actor=ana, answers=answers)


def test_the_same_completion_with_other_answers_is_refused(line, ana, unchanged):
    engine.complete(line.pk, actor=ana, key="k1", answers={"comment": "one"})
    with unchanged(), pytest.raises(KeyReused):
        engine.complete(line.pk, actor=ana, key="k1", answers={"comment": "TWO"})


def test_the_same_completion_with_the_same_answers_is_answered(line, ana, unchanged):
    first = engine.complete(line.pk, actor=ana, key="k1", answers={"comment": "one"})
    with unchanged():
        again = engine.complete(line.pk, actor=ana, key="k1", answers={"comment": "one"})
    assert (again.workitem, again.opened) == (first.workitem, first.opened)
    assert len(kept()) == 1


def test_an_item_that_stays_live_refuses_other_answers_too(ana):
    testing.process("Slow", [("A", {"autofinish": False}), "B"], [("A", "B")])
    item = engine.start("Slow", ana)
    engine.complete(item.pk, actor=ana, key="k1", answers={"comment": "one"})
    with pytest.raises(KeyReused):
        engine.complete(item.pk, actor=ana, key="k1", answers={"comment": "TWO"})
    assert [row[3] for row in kept()] == [{"comment": "one"}]


def test_the_same_start_with_other_answers_is_refused(ana):
    testing.process("Own", ["A", "B"], [("A", "B")])
    engine.start("Own", ana, key="k1", answers={"wish": "one"})
    with pytest.raises(KeyReused):
        engine.start("Own", ana, key="k1", answers={"wish": "TWO"})


def test_two_items_of_one_step_keep_both_answers(ana):
    ways = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")]
    testing.process("Twice", ["A", "B", "C", "D"], ways)
    branches = engine.complete(engine.start("Twice", ana).pk, actor=ana).opened
    opened = [engine.complete(item.pk, actor=ana).opened[0] for item in branches]
    assert [item.activity_key for item in opened] == ["d", "d"]
    for item, said in zip(opened, ("mine", "yours"), strict=True):
        engine.complete(item.pk, actor=ana, answers={"comment": said})
    rows = DataRevision.objects.order_by("id").values_list("workitem_id", "said")
    assert list(rows) == [(opened[0].pk, {"comment": "mine"}), (opened[1].pk, {"comment": "yours"})]


def test_deleting_an_instance_deletes_what_was_said_and_leaves_its_audit_rows(line, ana):
    engine.complete(line.pk, actor=ana, answers={"comment": "yes"})
    before = AuditEvent.objects.count()
    ProcessInstance.objects.get().workitems.update(workitem_from=None)
    ProcessInstance.objects.get().delete()
    assert (DataRevision.objects.count(), AuditEvent.objects.count()) == (0, before)


def test_who_said_something_cannot_be_deleted(line, ana):
    engine.complete(line.pk, actor=ana, answers={"comment": "yes"})
    with pytest.raises(ProtectedError):
        ana.delete()


def test_a_reason_that_no_database_keeps_stops_nobody(line, ana, root):
    engine.cancel(line.instance_id, actor=root, reason=" half \ud800, nothing \0 \n")
    assert DataRevision.objects.get().reason == "half ?, nothing \ufffd"


def test_a_reason_of_blanks_is_none(line, root):
    engine.suspend(line.instance_id, actor=root, reason=" \n ")
    assert not DataRevision.objects.exists()
