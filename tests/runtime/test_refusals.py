"""
How a completion that leads nowhere is refused: worded as what it is.
"""

from __future__ import annotations

from typing import Any

import pytest

from goflow import testing
from goflow.errors import OutcomeRequired
from goflow.runtime import engine
from goflow.runtime.refusals import ConditionNotMet, DecisionRequired
from goflow.workflow import registry

LIMIT = [
    ("Approve", "Boss", "outcome == 'Approved' and data.amount > 1000"),
    ("Approve", "No", "Rejected"),
]


def item(ana: Any, *ways: tuple[Any, ...], data: dict[str, object] | None = None) -> int:
    others = [target for _source, target, *_rest in ways]
    testing.process("Limit", [("Approve", {"split_mode": "xor"}), *others], list(ways))
    return engine.start("Limit", ana, data=data or {}).pk


def refused(ana: Any, pk: int, outcome: str | None) -> OutcomeRequired:
    with pytest.raises(OutcomeRequired) as refusal:
        engine.complete(pk, actor=ana, outcome=outcome)
    return refusal.value


def test_the_condition_that_is_not_met_is_told(ana, unchanged):
    pk = item(ana, *LIMIT, data={"amount": 10})
    with unchanged():
        found = refused(ana, pk, "Approved")
    assert (type(found), found.code) == (ConditionNotMet, "condition-not-met")
    assert str(found) == (
        "“Approved” does not lead on now, because of this: amount > 1000 (amount is 10)."
        " Check your answers, or ask an administrator of the process."
    )
    assert found.params["outcomes"] == ["Rejected"]


def test_what_nobody_has_said_yet_is_told_as_unknown(ana):
    found = refused(ana, item(ana, *LIMIT), "Approved")
    assert "amount > 1000 (amount is not known)" in str(found)


def test_a_step_without_a_decision_says_which_condition_fails(ana):
    found = refused(ana, item(ana, ("Approve", "Pay", "data.paid == true and workitem.priority < 3")), None)
    assert str(found).startswith("“Approve” does not lead on now, because of this: paid == true (paid is not")
    assert "priority" not in str(found)


def test_values_are_told_as_conditions_write_them(ana):
    data = {"paid": False, "sum": "3.50", "notes": ["late"], "who": "Bo"}
    ways = ("Approve", "Pay", "data.paid and data.sum > 5 and data.who == 'Cy' and 'ok' in data.notes")
    found = refused(ana, item(ana, ways, data=data), None)
    assert found.params["unmet"] == (
        "paid (paid is false); sum > 5 (sum is 3.50); who == 'Cy' (who is Bo);"
        " 'ok' in notes (notes is ['late'])"
    )


def test_parts_of_a_condition_are_written_as_they_were_meant(ana):
    text = "not (data.a == 1 or data.b) and (data.c or (data.d and not data.e)) and 1 < data.f < 5"
    found = refused(ana, item(ana, ("Approve", "Pay", text), data={"b": 2}), None)
    assert "not (a == 1 or b) (" in str(found)
    assert "c or (d and not e) (" in str(found)
    assert "1 < f < 5 (f is not known)" in str(found)


def test_no_sentence_names_a_dash(ana):
    found = refused(ana, item(ana, ("Approve", "Pay", "data.paid or data.free")), "Whatever")
    assert "–" not in str(found)
    assert "paid or free (paid is not known, free is not known)" in str(found)


def test_a_wrong_outcome_names_those_that_lead_on_now(ana):
    found = refused(ana, item(ana, *LIMIT, data={"amount": 10}), "Perhaps")
    assert type(found) is OutcomeRequired
    assert str(found) == "No way leads on with the outcome “Perhaps”. Choose one of: “Rejected”."


def test_a_missing_decision_is_asked_for(ana):
    found = refused(ana, item(ana, *LIMIT, data={"amount": 2000}), None)
    assert (type(found), found.code) == (DecisionRequired, "outcome-required")
    assert str(found) == "This step needs a decision. Choose one of: “Approved”, “Rejected”."


def test_a_refusal_of_a_hook_is_told_as_such(ana):
    with registry.registered(registry.HOOK, "never", lambda task, transition: False):
        found = refused(ana, item(ana, ("Approve", "Pay", "OK", {"pre_hook": "never"})), "OK")
    assert "a check of the process refuses it" in str(found)
    assert type(found) is ConditionNotMet
