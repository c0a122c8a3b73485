from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from goflow.core.effects import FinishInstance, RaiseIncident
from goflow.core.errors import DefinitionError
from goflow.core.exchange import from_dict
from goflow.core.graph import ProcessDef, TransitionDef
from goflow.core.problem import Problem, Severity, TraceStep
from goflow.core.soundness import Soundness, check, replay
from tests.core.builders import process
from tests.core.exploring import blocks, explore
from tests.core.test_stepping_properties import processes

STARVED = {"deadlock", "or-join-cycle"}
many = settings(max_examples=120, deadline=None)


def codes(definition: ProcessDef) -> list[str]:
    return [problem.code for problem in check(definition).problems]


def only(definition: ProcessDef, code: str) -> Problem:
    (found,) = [problem for problem in check(definition).problems if problem.code == code]
    return found


def starving(joins: dict[str, str] | None = None) -> ProcessDef:
    """
    One of two ways is taken, and both are waited for.
    """
    return process("a->b eq:X", "a->c", "b->j", "c->j", xor="a", joins=joins or {"j": "and"})


def generator() -> ProcessDef:
    return process("a->a", "a->b")


# What is fine


@pytest.mark.parametrize(
    "definition",
    [
        process("a->b", "b->c"),
        process("a->b eq:X", "a->c", "b->d", "c->d", xor="a"),
        process("a->b", "a->c", "b->d", "c->d", joins={"d": "and"}),
        process("a->b", "a->c", "b->d", "c->d", joins={"d": "or"}),
        process("a->b eq:X", "a->c", "b->d", "c->d", xor="a", joins={"d": "or"}),
        process("a->b", "b->a eq:AGAIN", "b->c", xor="b"),
        process("a->b", "a->c", "b->b2 eq:NO", "b2->b", "b->d", "c->d", xor="b", joins={"d": "and"}),
        process("a->b", "a->c", "b->e", end="e", terminate="e"),
        process("a->b", "a->c"),
        process("a->b timeout:1d", "a->c", "b->d", "c->d"),
        process("a->d", "d->b eq:X", "d->c", "b->e", "c->e", xor="d", dummies="d"),
        process("a->b", "b->c", automatic="b"),
        process("a->b", begin="a", dummies="a"),
    ],
    ids=str,
)
def test_sound_process(definition: ProcessDef) -> None:
    found = check(definition)
    assert (found.problems, found.complete, found.is_sound) == ((), True, True)


# Deadlocks


def test_and_join_behind_xor_split_is_a_deadlock() -> None:
    found = only(starving(), "deadlock")
    assert (found.severity, found.elements) == (Severity.ERROR, ("j", "c->j"))
    assert found.message == "“J” can wait for ever: nothing may come from “C” any more."


def test_deadlock_tells_how_it_comes() -> None:
    assert only(starving(), "deadlock").trace == (
        TraceStep(items=("a",)),
        TraceStep("a", "X", "", ("a->b",), ("b",)),
        TraceStep("b", None, "", ("b->j",), (), ("b->j",)),
    )


def test_one_finding_for_each_join() -> None:
    assert codes(starving()) == ["deadlock"]


def test_deadlock_behind_a_condition_on_data() -> None:
    definition = process("a->b", "a->c data.large == true", "b->j", "c->j", joins={"j": "and"})
    assert only(definition, "deadlock").elements == ("j", "c->j")


def test_deadlock_behind_a_hook() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j", joins={"j": "and"})
    asked = tuple(replace(t, pre_hook="ask" if t.key == "a->c" else "") for t in definition.transitions)
    assert codes(replace(definition, transitions=asked)) == ["deadlock"]


def test_deadlock_by_a_timeout() -> None:
    found = only(process("a->b", "a->c", "b->j", "c->j", "c->e timeout:3d", joins={"j": "and"}), "deadlock")
    assert [step.timeout for step in found.trace if step.timeout] == ["c->e"]


def test_terminating_end_withdraws_what_waits() -> None:
    ways = ("a->b", "a->c", "b->j", "c->j", "c->e timeout:3d")
    assert codes(process(*ways, joins={"j": "and"}, terminate="e")) == []


def test_deadlock_by_the_outcome_of_a_gateway() -> None:
    definition = process(
        "a->b", "a->c", "b->g", "c->g", "g->d eq:X", "g->e", "d->j", "e->j",
        xor="g", dummies="g", joins={"g": "and", "j": "and"},
    )  # fmt: skip
    assert codes(definition) == ["deadlock"]


def test_equal_questions_have_equal_answers() -> None:
    definition = process("a->b data.x == 1", "a->c data.x == 1", "a->d", "b->j", "c->j", joins={"j": "and"})
    assert codes(definition) == []


def test_or_joins_that_wait_for_each_other() -> None:
    definition = process(
        "a->j", "a->k", "j->x", "x->k", "k->y", "y->j", "x->e eq:OUT", "y->e eq:OUT",
        joins={"j": "or", "k": "or"}, xor="x y",
    )  # fmt: skip
    found = only(definition, "or-join-cycle")
    assert (found.severity, found.elements) == (Severity.ERROR, ("j", "k", "y->j", "x->k"))


# Other findings


def test_activity_without_a_way_out() -> None:
    found = only(process("a->b false", "b->c"), "cannot-complete")
    assert (found.severity, found.elements, found.trace[-1].items) == (Severity.ERROR, ("a",), ("a",))


def test_xor_join_behind_and_split_runs_several_times() -> None:
    found = only(process("a->b", "a->c", "b->d", "c->d", "d->e"), "multi-run")
    assert (found.severity, found.elements, found.params["count"]) == (Severity.WARNING, ("d",), 2)
    assert found.trace[-1].items == ("d", "d")


def test_multi_run_may_be_an_error() -> None:
    found = check(process("a->b", "a->c", "b->d", "c->d"), multi_run=Severity.ERROR)
    assert [problem.severity for problem in found.problems] == [Severity.ERROR]
    assert not found.is_sound


def test_what_comes_behind_a_crowd_is_not_told() -> None:
    definition = process("a->b", "a->c", "b->d", "c->d", "a->x", "d->j", "x->j", joins={"j": "and"})
    found = [p.elements for p in check(definition).problems if p.code == "multi-run"]
    assert found == [("d",)]


def test_tokens_crowd_before_a_join() -> None:
    ways = ("a->g", "a->h", "g->w", "h->w", "w->j", "a->x", "x->j", "j->e")
    found = only(process(*ways, dummies="g h w", joins={"j": "and"}), "multi-run")
    assert found.elements == ("j", "w->j")


def test_end_while_work_is_open() -> None:
    found = only(process("a->b", "a->c", "b->e", end="e"), "improper-completion")
    assert (found.severity, found.elements) == (Severity.WARNING, ("e", "c"))


def test_dead_activity() -> None:
    definition = process("a->b in:X,Y", "a->c eq:X", "a->d", "c->d", xor="a")
    found = only(definition, "dead-activity")
    assert (found.severity, found.elements) == (Severity.WARNING, ("c",))


def test_what_a_deadlock_hides_is_not_told() -> None:
    assert codes(process("a->b eq:X", "a->c", "b->j", "c->j", "j->k", xor="a", joins={"j": "and"})) == [
        "deadlock"
    ]


# Limits


def test_too_many_situations_are_never_fine() -> None:
    definition = process("a->b", "b->c", "c->d")
    found = check(definition, limit=2)
    assert [problem.code for problem in found.problems] == ["not-fully-checked"]
    assert (found.complete, found.is_sound, found.states) == (False, False, 2)


def test_limit_within_one_situation() -> None:
    ways = [f"a->b{index} data.x{index} == 1" for index in range(6)]
    assert check(process(*ways), limit=10).states == 10


def test_what_grows_for_ever_is_noticed() -> None:
    found = check(generator())
    assert [problem.code for problem in found.problems] == ["multi-run", "not-fully-checked"]
    # As soon as two are in one place that had one before.
    assert found.states == 3


def test_branches_in_parallel_are_not_multiplied() -> None:
    ways = [f"{source}->{target}" for b in "bcdefghk" for source, target in branch(b)]
    assert check(process(*ways, joins={"j": "and"})).states == 1 + 1 + 8 * 10 + 1


def branch(name: str) -> list[tuple[str, str]]:
    keys = ["a", *(f"{name}{index}" for index in range(10)), "j"]
    return list(pairwise(keys))


@pytest.mark.parametrize(
    "definition",
    [
        ProcessDef("p", "P"),
        replace(process("a->b"), begin="x"),
        replace(process("a->b"), transitions=(TransitionDef("t", "a", "x"),)),
    ],
)
def test_broken_definitions_are_left_to_lint(definition: ProcessDef) -> None:
    assert check(definition) == Soundness((), complete=False, states=0)


# Stories


def test_findings_are_json_serialisable() -> None:
    told = only(starving(), "deadlock").as_dict()
    assert json.loads(json.dumps(told)) == told
    assert [step["activity"] for step in told["trace"]] == ["", "a", "b"]


def test_story_can_be_played() -> None:
    steps = replay(starving(), only(starving(), "deadlock").trace)
    assert [e.code for e in steps[-1].effects if isinstance(e, RaiseIncident)] == ["join-starved"]


def test_story_with_a_timeout_can_be_played() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j", "c->e timeout:3d", joins={"j": "and"})
    steps = replay(definition, only(definition, "deadlock").trace)
    assert [e.code for e in steps[-1].effects if isinstance(e, RaiseIncident)] == ["join-starved"]


def test_story_uses_outcomes_that_no_condition_names() -> None:
    definition = process("a->b eq:'something else'", "a->c notin:x,y", "b->j", "c->j", joins={"j": "and"})
    outcomes = {step.outcome for p in check(definition).problems for step in p.trace if step.activity == "a"}
    assert outcomes == {"something else…"}


def test_story_of_another_definition() -> None:
    with pytest.raises(DefinitionError, match="not open"):
        replay(process("x->b"), only(starving(), "deadlock").trace)


# Any process


@settings(max_examples=60, deadline=None)
@given(blocks())
def test_blocks_are_sound(definition: ProcessDef) -> None:
    found = check(definition)
    assert (found.problems, found.complete) == ((), True)


@many
@given(processes())
def test_every_story_ends_as_it_says(definition: ProcessDef) -> None:
    for problem in check(definition, limit=500).problems:
        steps = replay(definition, problem.trace)
        markings = [sorted(item.activity for item in step.marking.items) for step in steps]
        assert markings == [list(step.items) for step in problem.trace]
        incidents = [e for step in steps for e in step.effects if isinstance(e, RaiseIncident)]
        # The step that crowds an activity may starve a join as well.
        assert incidents or problem.code not in STARVED
        assert not any(isinstance(e, FinishInstance) for step in steps for e in step.effects)


@many
@given(processes())
def test_nothing_is_missed_by_leaving_orders_out(definition: ProcessDef) -> None:
    found, seen = check(definition, limit=500), explore(definition, 60)
    if found.complete and seen.is_whole:
        by_code = {code: {p.elements for p in found.problems if p.code == code} for code in codes(definition)}
        starved = by_code.get("deadlock", set()) | by_code.get("or-join-cycle", set())
        joins = {tuple(key for key in elements if not key.startswith("t")) for elements in starved}
        assert joins == seen.starved
        assert {keys[0] for keys in by_code.get("cannot-complete", set())} == seen.stuck
        assert ("multi-run" in by_code) == bool(seen.crowded)


def test_work_that_piles_up_in_a_large_ring_is_given_up() -> None:
    count = 400
    ring = from_dict(
        {
            "format": "goflow-process",
            "format_version": 1,
            "title": "Ring",
            "begin": "a-0",
            "activities": [{"key": f"a-{n}", "title": f"A {n}"} for n in range(count)],
            "transitions": [
                {"source": f"a-{n % count}", "target": f"a-{(n + 7) % count}"} for n in range(2 * count)
            ],
        }
    )
    found = check(ring)
    assert not found.complete
    assert "not-fully-checked" in {problem.code for problem in found.problems}
