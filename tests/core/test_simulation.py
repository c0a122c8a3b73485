from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.core.simulation import MAX_STEPS, Result, simulate
from tests.core.builders import process
from tests.core.exploring import blocks

REVIEW = process(
    "ask->check", "check->done eq:YES", "check->ask eq:NO", "check->late timeout:3d", xor="check"
)


def test_same_seed_gives_the_same_runs() -> None:
    assert simulate(REVIEW, seed=7, runs=20) == simulate(REVIEW, seed=7, runs=20)


def test_other_seed_gives_other_runs() -> None:
    firsts = {simulate(REVIEW, seed=seed, runs=1).first.steps for seed in range(20)}
    assert len(firsts) > 1


def test_every_way_is_walked_in_time() -> None:
    found = simulate(REVIEW, runs=100)
    assert (found.missed, found.coverage, found.stuck) == ((), 1.0, {})
    assert set(found.ends) == {("done",), ("late",)}
    assert sum(found.ends.values()) == 100


def test_runs_that_came_somewhere_are_counted() -> None:
    found = simulate(REVIEW, runs=10)
    assert found.activities["ask"] == 10
    assert found.transitions["check->done"] == found.ends[("done",)]


def test_script_decides() -> None:
    found = simulate(REVIEW, runs=5, script={"check": ["NO", "YES"]})
    assert found.ends == {("done",): 5}
    assert [(s.activity, s.outcome) for s in found.first.steps if s.activity == "check"] == [
        ("check", "NO"),
        ("check", "YES"),
    ]


def test_script_takes_a_timeout() -> None:
    found = simulate(REVIEW, runs=3, script={"check": ["@check->late"]})
    assert found.ends == {("late",): 3}
    assert found.missed == ("done", "check->done", "check->ask")
    assert found.coverage == 1 - 3 / 8


def test_script_with_an_outcome_that_is_refused() -> None:
    found = simulate(REVIEW, runs=2, script={"check": [None]})
    assert found.stuck == {(Result.REFUSED, ("check",)): 2}
    assert found.first == found.examples[0]


@pytest.mark.parametrize(
    ("runs", "script", "message"),
    [
        (0, {}, "at least one run"),
        (1, {"ghost": ["x"]}, "no activity"),
        (1, {"check": ["@ask->check"]}, "no timeout transition"),
    ],
)
def test_refused_arguments(runs: int, script: dict[str, list[str]], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        simulate(REVIEW, runs=runs, script=script)


def test_broken_definition_is_refused() -> None:
    with pytest.raises(DefinitionError, match="lint"):
        simulate(replace(REVIEW, begin=""))


def test_join_that_starves() -> None:
    definition = process("a->b eq:X", "a->c", "b->j", "c->j", xor="a", joins={"j": "and"})
    found = simulate(definition, runs=10)
    assert found.stuck == {(Result.STARVED, ("j",)): 10}
    assert found.first.steps[-1].tokens in (("b->j",), ("c->j",))


def test_activity_without_a_way_out() -> None:
    found = simulate(process("a->b false"), runs=2)
    assert found.stuck == {(Result.NO_WAY, ("a",)): 2}


def test_other_branches_go_on_beside_a_stuck_one() -> None:
    found = simulate(process("a->b", "a->c", "b->d false", "c->e", "e->f"), runs=5)
    assert found.stuck == {(Result.NO_WAY, ("b",)): 5}
    assert found.activities["f"] == 5


def test_start_without_a_way_on() -> None:
    found = simulate(process("a->b false", dummies="a"), runs=1)
    assert found.stuck == {(Result.NO_WAY, ("a",)): 1}


def test_endless_process_is_left_after_a_while() -> None:
    found = simulate(process("a->b", "b->a"), runs=1)
    assert found.first.result is Result.TOO_LONG
    assert len(found.first.steps) == MAX_STEPS + 1


def test_gateways_may_be_ends() -> None:
    assert simulate(process("a->d", dummies="d"), runs=1).ends == {("d",): 1}


def test_progress_is_told() -> None:
    told: list[int] = []
    simulate(REVIEW, runs=3, told=told.append)
    assert told == [1, 2, 3]


def test_result_is_json_serialisable() -> None:
    told = simulate(REVIEW, runs=3, script={"check": ["x"]}).as_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["stuck"] == [{"result": "outcome-refused", "where": ["check"], "runs": 3}]


@settings(max_examples=25, deadline=None)
@given(blocks(depth=2))
def test_sound_processes_are_walked_to_their_end(definition: ProcessDef) -> None:
    assert simulate(definition, runs=5).ends == {("end",): 5}
