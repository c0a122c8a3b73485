"""
Which decisions a step offers, where they lead, and that the engine takes exactly those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goflow.core.branches import NOTHING_KNOWN
from goflow.core.conditions import UNDECIDED, evaluate, outlook
from goflow.core.decisions import Choice, choices, leading, named_outcomes
from goflow.core.effects import RaiseIncident
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef, TransitionDef
from goflow.core.leads import Lead, Manner
from goflow.core.marking import LiveItem, Marking
from goflow.core.states import ItemStatus
from goflow.core.stepping import NothingHolds, Rules, complete
from tests.core.builders import process


def offered(definition: ProcessDef, **data: object) -> list[str | None]:
    facts = {**NOTHING_KNOWN, "data": data} if data else None
    return [choice.value for choice in choices(definition, "a", facts)]


def named(definition: ProcessDef, **names: str) -> ProcessDef:
    """
    The definition with names on its transitions, given by their position as ``t0="Pay"``.
    """
    found = tuple(
        replace(way, name=names.get(f"t{number}", "")) for number, way in enumerate(definition.transitions)
    )
    return replace(definition, transitions=found)


def labels(definition: ProcessDef) -> list[str]:
    return [choice.label for choice in choices(definition, "a")]


LIMIT = (
    "a->pay outcome == 'Approved' and data.amount <= 1000",
    "a->boss outcome == 'Approved' and data.amount > 1000",
    "a->no Rejected",
)


# -- what is offered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        (LIMIT, ["Approved", "Rejected"]),
        (("a->b outcome == 'OK' or data.urgent == true",), ["OK", None]),
        (("a->b outcome in ('A', 'B') and wfobject.days > 3", "a->c C"), ["A", "B", "C"]),
        (("a->b not outcome != 'A'", "a->c not outcome in ('A', 'B') and outcome"), ["A"]),
        (("a->b ne:NO", "a->c NO"), ["NO", None]),
        (("a->b notin:A,B", "a->c in:A,B"), ["A", "B", None]),
        (("a->b 'A' == outcome", "a->c workitem.condition == 'B'"), ["A", "B"]),
        (("a->b instance.condition == 'A'",), ["A"]),
        (("a->b outcome == 5 and data.x", "a->c outcome in (6, 7.5)"), ["5", "6", "7.5"]),
        (("a->b data.kind == 'B' or outcome == 'A'",), ["A", None]),
        (("a->b data.kind == 'B'",), [None]),
        (("a->b outcome == ''", "a->c OK"), ["OK"]),
        (("a->b A", "a->c A", "a->d B"), ["A", "B"]),
        (("a->b timeout:3d", "a->c OK"), ["OK"]),
        (("a->b timeout:3d",), [None]),
        (("a->b false", "a->c OK"), ["OK"]),
        (("a->b OK and sunshine",), ["OK and sunshine"]),
    ],
)  # fmt: skip
def test_a_decision_is_offered_wherever_a_condition_names_it(
    arrows: tuple[str, ...], expected: list[str | None]
) -> None:
    assert offered(process(*arrows, xor="a")) == expected


def test_decisions_come_in_the_order_of_the_ways_they_take() -> None:
    definition = process("a->b outcome != 'A' and outcome != null", "a->c B", "a->d A", xor="a")
    assert offered(definition) == ["B", "A"]


def test_facts_drop_what_leads_nowhere() -> None:
    definition = process(*LIMIT, "a->help outcome == 'Ask' and data.amount > 5000", xor="a")
    assert offered(definition, amount=10) == ["Approved", "Rejected"]
    assert offered(definition, amount=6000) == ["Approved", "Rejected", "Ask"]
    assert offered(definition, amount=None) == ["Rejected"]


def test_what_a_form_may_still_change_drops_nothing() -> None:
    definition = process(*LIMIT, xor="a")
    assert offered(definition, amount=UNDECIDED) == ["Approved", "Rejected"]
    assert offered(definition, other={"amount": 3}) == ["Rejected"]


def test_a_hook_may_veto_but_takes_no_decision_away() -> None:
    definition = process("a->b A", "a->c", xor="a")
    hooked = replace(definition.transitions[0], pre_hook="check")
    definition = replace(definition, transitions=(hooked, definition.transitions[1]))
    found = {choice.value: choice.lead for choice in choices(definition, "a")}
    assert found["A"] == Lead(Manner.ANY, parts=(activity("B"), activity("C")))


def test_when_nothing_leads_on_the_drawing_alone_is_offered() -> None:
    definition = process("a->b outcome == 'A' and data.x > 1", xor="a")
    facts = {**NOTHING_KNOWN, "data": {"x": 0}}
    assert leading(definition, "a", facts) == ()
    assert choices(definition, "a", facts) == (Choice("A", "A"),)
    assert choices(process("a->b false"), "a") == (Choice(None, ""),)


def test_wanted_outcomes_replace_the_named_ones() -> None:
    definition = process("a->b ne:NO")
    assert [c.value for c in choices(definition, "a", wanted=["GO", "NO"])] == ["GO"]
    assert [c.label for c in choices(process("a->b A"), "a", wanted=["X", "Y"])] == ["X", "Y"]


def test_an_end_has_one_free_decision() -> None:
    assert choices(process("a->b"), "b") == (Choice(None, ""),)


def test_an_unknown_activity_is_refused() -> None:
    with pytest.raises(DefinitionError):
        choices(process("a->b"), "nowhere")


def test_strategies_decide_what_a_broken_text_means() -> None:
    definition = process("a->b outcome ==", "a->c OK", xor="a")
    assert [c.value for c in choices(definition, "a")] == ["outcome ==", "OK"]
    assert [c.value for c in choices(definition, "a", strategy="strict")] == ["OK"]


# -- routing activities --------------------------------------------------------------------------------------


def test_decisions_named_behind_routing_activities_are_offered() -> None:
    definition = process("a->g", "g->b OK", "g->c NO", xor="g", dummies="g")
    assert offered(definition) == ["OK", "NO"]


def test_a_free_decision_that_gets_stuck_in_routing_is_not_offered() -> None:
    definition = process("a->b data.big", "a->g", "g->c OK", dummies="g", xor="a g")
    assert offered(definition, big=False) == ["OK"]
    assert offered(definition, big=True) == ["OK", None]


def test_a_branch_that_gets_stuck_beside_another_leads_nowhere() -> None:
    assert offered(process("a->b", "a->g", "g->c OK", dummies="g")) == ["OK"]


def test_routing_in_circles_leads_nowhere() -> None:
    definition = process("a->g", "g->h", "h->g", "h->b OK", dummies="g h", xor="h")
    assert offered(definition) == ["OK"]


def test_what_a_join_looks_for_is_offered_before_it() -> None:
    definition = process(
        "s->a", "s->o", "a->j", "o->j", "j->x 'NO' in outcomes", "j->y", joins={"j": "and"}, xor="j"
    )  # fmt: skip
    assert named_outcomes(definition, "a") == ("NO",)
    assert offered(definition) == ["NO", None]
    assert [c.value for c in choices(definition, "j")] == [None]


def test_loose_ends_of_a_drawing_are_no_obstacle() -> None:
    definition = process("a->b OK")
    loose = TransitionDef("t", "a", "nowhere", condition="NO", ordering=99)
    assert offered(replace(definition, transitions=(*definition.transitions, loose))) == ["OK", "NO"]


# -- labels --------------------------------------------------------------------------------------------------


def test_a_name_that_stands_for_one_value_is_its_label() -> None:
    definition = named(process(*LIMIT, xor="a"), t0="Approve", t1="Approve", t2="Reject")
    assert labels(definition) == ["Approve", "Reject"]


def test_a_name_for_several_values_is_no_label() -> None:
    assert labels(named(process("a->b in:A,B"), t0="Either")) == ["A", "B"]


def test_names_that_differ_leave_the_value() -> None:
    definition = named(process(*LIMIT, xor="a"), t0="Pay", t1="Ask the boss", t2="Reject")
    assert labels(definition) == ["Approved", "Reject"]
    facts = {**NOTHING_KNOWN, "data": {"amount": 10}}
    assert [choice.label for choice in choices(definition, "a", facts)] == ["Pay", "Reject"]


def test_two_decisions_never_look_alike() -> None:
    assert labels(named(process("a->b A", "a->c B"), t0="Go", t1="Go")) == ["A", "B"]


def test_names_behind_routing_label_too() -> None:
    definition = named(process("a->g", "g->b OK", "g->c", dummies="g", xor="g"), t1="Agree", t2="Refuse")
    assert labels(definition) == ["Agree", "Refuse"]


# -- leads ---------------------------------------------------------------------------------------------------


def activity(title: str) -> Lead:
    return Lead(Manner.ACTIVITY, title)


def lead(definition: ProcessDef, value: str | None = None, **data: object) -> Lead | None:
    facts = {**NOTHING_KNOWN, "data": data} if data else None
    return next(c.lead for c in choices(definition, "a", facts) if c.value == value)


def test_alternatives_are_told_as_alternatives() -> None:
    definition = process(*LIMIT, xor="a")
    assert lead(definition, "Approved") == Lead(Manner.ANY, parts=(activity("Pay"), activity("Boss")))
    assert lead(definition, "Approved", amount=10) == activity("Pay")
    assert lead(definition, "Approved", amount="1000.01") == activity("Boss")


def test_what_opens_together_is_told_together() -> None:
    both = Lead(Manner.ALL, parts=(activity("B"), activity("C")))
    assert lead(process("a->b", "a->c")) == both
    assert lead(process("a->g", "g->b", "g->c", dummies="g")) == both


def test_ways_that_ask_the_same_are_taken_together() -> None:
    definition = process("a->b data.big", "a->c data.big", "a->d not data.big")
    both = Lead(Manner.ALL, parts=(activity("B"), activity("C")))
    assert lead(definition) == Lead(Manner.ANY, parts=(both, activity("D")))


def test_of_ways_of_a_choice_that_ask_the_same_only_the_first_is_taken() -> None:
    assert lead(process("a->b data.big", "a->c data.big", xor="a")) == activity("B")


def test_what_may_come_beside_it_is_told_as_such() -> None:
    definition = process("a->b", "a->c data.big")
    perhaps = Lead(Manner.PERHAPS, parts=(activity("C"),))
    assert lead(definition) == Lead(Manner.ALL, parts=(activity("B"), perhaps))
    assert lead(definition, big=True) == Lead(Manner.ALL, parts=(activity("B"), activity("C")))


def test_conditions_behind_routing_are_evaluated() -> None:
    definition = process("a->g", "g->b data.x > 1", "g->c", dummies="g", xor="g")
    assert lead(definition) == Lead(Manner.ANY, parts=(activity("B"), activity("C")))
    assert lead(definition, x=2) == activity("B")


def test_alternatives_of_alternatives_are_one_list_without_repeats() -> None:
    definition = process("a->g data.x", "a->b", "g->b data.y", "g->c", dummies="g", xor="a g")
    assert lead(definition) == Lead(Manner.ANY, parts=(activity("B"), activity("C")))


# -- undecided facts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data.open > 1", None),
        ("data.open > 1 and data.known == 2", False),
        ("data.known == 1 or data.open", True),
        ("not data.open", None),
        ("not (data.open and data.known == 2)", True),
        ("outcome == 'A' and data.open", None),
        ("outcome == 'B' and data.open", False),
        ("3 < data.known < data.open", False),
        ("0 < data.known < data.open", None),
        ("data.open.deep == null", None),
        ("data.known in (1, data.open)", None),
        ("data == null", None),
        ("(data.open or data.known) == 1", None),
        ("wfobject.missing or data.open", False),
        ("data.open and wfobject.missing", False),
        ("data.open or wfobject.missing", None),
        ("workitem.condition == 'A'", True),
        ("workitem.priority > 1", None),
        ("", True),
        ("outcome ==", False),
    ],
)
def test_outlook(text: str, expected: bool | None) -> None:
    facts: dict[str, Any] = {"outcome": "A", "data": {"known": 1, "open": UNDECIDED}, "wfobject": {}}
    assert outlook(text, {**facts, "workitem": UNDECIDED}) is expected


# -- the engine takes exactly what is offered ----------------------------------------------------------------

OUTCOME_ATOMS = st.sampled_from(
    [
        "outcome == 'A'",
        "outcome != 'B'",
        "outcome in ('A', 'B')",
        "not outcome == 'A'",
        "workitem.condition == 'C'",
    ]
)


@st.composite
def conditions(draw: st.DrawFn, names: Iterator[str], depth: int = 2) -> str:
    kind = draw(st.sampled_from(["outcome", "data", "and", "or", "not"] if depth else ["outcome", "data"]))
    if kind == "outcome":
        return draw(OUTCOME_ATOMS)
    if kind == "data":
        return f"data.{next(names)} > 1"
    one = draw(conditions(names, depth - 1))
    return f"not ({one})" if kind == "not" else f"({one}) {kind} ({draw(conditions(names, depth - 1))})"


@st.composite
def steps(draw: st.DrawFn) -> tuple[ProcessDef, list[str]]:
    """
    One step with a routing activity behind it; each name is read once, so that nothing depends on another.
    """
    used: list[str] = []

    def fresh() -> Iterator[str]:
        while True:
            used.append(f"x{len(used)}")
            yield used[-1]

    names = fresh()
    texts = []
    for source, targets in (("a", "bcg"), ("g", "de")):
        for target in draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3)):
            condition = draw(st.one_of(st.just(""), st.just("A"), conditions(names)))
            texts.append(f"{source}->{target} {condition}".strip())
    return process(*texts, "b->end", dummies="g", xor=draw(st.sampled_from(["", "a", "a g", "g"]))), used


def accepts(definition: ProcessDef, outcome: str | None, data: Mapping[str, object]) -> bool:
    marking = Marking(items=(LiveItem(1, "a", ItemStatus.ACTIVE),))
    try:
        step = complete(definition, marking, 1, Rules(facts={"data": data}), outcome=outcome)
    except NothingHolds:
        return False
    return not any(isinstance(effect, RaiseIncident) for effect in step.effects)


def completions(data: Mapping[str, object]) -> Iterator[dict[str, object]]:
    undecided = [name for name, value in data.items() if value is UNDECIDED]
    for values in product((0, 2), repeat=len(undecided)):
        yield {**data, **dict(zip(undecided, values, strict=True))}


VALUES = st.sampled_from([0, 2, "2.50", None, UNDECIDED])


@given(steps(), st.data())
def test_what_is_offered_can_be_accepted_and_what_is_accepted_is_offered(
    step: tuple[ProcessDef, list[str]], chosen: st.DataObject
) -> None:
    definition, names = step
    names = names[:6]
    data = {name: chosen.draw(VALUES) for name in names}
    found = {c.value for c in leading(definition, "a", {"data": data, "outcomes": []})}
    possible = list(completions(data))
    for value in (*named_outcomes(definition, "a"), None):
        assert (value in found) is any(accepts(definition, value, known) for known in possible)


@given(steps(), st.data())
def test_the_outlook_agrees_with_every_completion(
    step: tuple[ProcessDef, list[str]], chosen: st.DataObject
) -> None:
    definition, names = step
    data = {name: chosen.draw(VALUES) for name in names[:6]}
    for way in definition.transitions:
        for outcome in ("A", "C", None):
            answers = (
                {evaluate(way.condition, {"outcome": outcome, "data": known}) for known in completions(data)}
                if "workitem" not in way.condition
                else set()
            )
            expected = outlook(way.condition, {"outcome": outcome, "data": data})
            assert not answers or expected is (answers.pop() if len(answers) == 1 else None)
