from __future__ import annotations

from dataclasses import replace

import pytest

from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, Kind, ProcessDef, TransitionDef
from tests.core.builders import process


def test_activity_by_key() -> None:
    assert process("a->b").activity("b").title == "B"


def test_unknown_activity_is_named() -> None:
    with pytest.raises(DefinitionError, match="process 'p' has no activity 'x'"):
        process("a->b").activity("x")


def test_transition_by_key() -> None:
    assert process("a->b eq:OK").transition("a->b").condition == "eq:OK"


def test_unknown_transition_is_named() -> None:
    with pytest.raises(DefinitionError, match="process 'p' has no transition 'x'"):
        process("a->b").transition("x")


def test_outgoing_follows_the_ordering() -> None:
    definition = process("a->b", "a->c")
    first, second = definition.transitions
    turned = replace(definition, transitions=(replace(first, ordering=30), second))
    assert [t.target for t in turned.outgoing("a")] == ["c", "b"]


def test_incoming_lists_every_way_in() -> None:
    assert [t.key for t in process("a->c", "b->c", "a->c").incoming("c")] == ["a->c", "b->c", "a->c#2"]


def test_activity_without_transitions_has_no_ways() -> None:
    definition = process("a->b")
    assert (definition.incoming("a"), definition.outgoing("b"), definition.candidates("b")) == ((), (), ())


def test_candidates_leave_timeouts_out() -> None:
    assert [t.target for t in process("a->b timeout:1d", "a->c").candidates("a")] == ["c"]


def test_candidates_of_xor_put_otherwise_last() -> None:
    assert [t.target for t in process("a->b", "a->c eq:X", xor="a").candidates("a")] == ["c", "b"]


def test_candidates_of_and_keep_the_ordering() -> None:
    assert [t.target for t in process("a->b", "a->c eq:X").candidates("a")] == ["b", "c"]


def test_candidates_of_a_dangling_source_are_found() -> None:
    definition = ProcessDef("p", "P", transitions=(TransitionDef("t", "ghost", "b"),))
    assert [t.key for t in definition.candidates("ghost")] == ["t"]


def test_timeouts_are_the_timer_transitions() -> None:
    assert [t.target for t in process("a->b timeout:1d", "a->c").timeouts("a")] == ["b"]


def test_broken_condition_parses_to_nothing() -> None:
    transition = TransitionDef("t", "a", "b", condition="outcome ==")
    assert (transition.parsed(), transition.is_timeout, transition.is_blank) == (None, False, False)


def test_blank_condition_is_blank() -> None:
    assert TransitionDef("t", "a", "b", condition="  ").is_blank


def test_sinks_and_the_end_are_ends() -> None:
    definition = process("a->b", "b->c", "a->d", end="b")
    assert [key for key in "abcd" if definition.is_end(key)] == ["b", "c", "d"]


def test_one_way_in_is_no_join() -> None:
    definition = process("a->b", "b->c", "a->c", joins={"b": "and", "c": "and"})
    assert [key for key in "abc" if definition.is_join(key)] == ["c"]


def test_xor_is_no_join() -> None:
    assert not process("a->c", "b->c").is_join("c")


def test_kinds_of_work() -> None:
    human, automatic = ActivityDef("h", "H"), ActivityDef("a", "A", autostart=True)
    dummy = ActivityDef("d", "D", kind=Kind.DUMMY, autostart=True)
    assert (human.is_human, automatic.is_human, dummy.is_human) == (True, False, False)
    assert (human.is_automatic, automatic.is_automatic, dummy.is_automatic) == (False, True, False)
    assert (human.is_dummy, automatic.is_dummy, dummy.is_dummy) == (False, False, True)


@pytest.mark.parametrize("named", [{"roles": ("r",)}, {"allowed_groups": ("g",)}, {"allowed_users": ("u",)}])
def test_naming_somebody_closes_an_activity(named: dict[str, tuple[str, ...]]) -> None:
    assert not ActivityDef("a", "A", **named).is_open_to_everyone


def test_activity_naming_nobody_is_open() -> None:
    assert ActivityDef("a", "A").is_open_to_everyone


def test_names_needed_are_those_of_its_conditions() -> None:
    definition = process("a->b wfobject.days > 3", "a->c data.urgent", "b->c wfobject.other == 1")
    assert definition.names_needed("a") == {"wfobject.days", "data.urgent"}


def test_names_needed_include_dummies_behind() -> None:
    definition = process("a->d", "d->g", "g->d wfobject.days > 3", "g->b outcome == 'X'", dummies="d g")
    assert definition.names_needed("a") == {"wfobject.days", "outcome"}


def test_names_needed_include_dummies_behind_timeouts() -> None:
    definition = process("a->b", "a->d timeout:1d", "d->b wfobject.days > 3", dummies="d")
    assert "wfobject.days" in definition.names_needed("a")


def test_names_needed_include_or_joins_that_may_open_elsewhere() -> None:
    definition = process(
        "a->b",
        "a->c",
        "b->j",
        "c->h eq:GO",
        "c->e",
        "h->j",
        "j->e wfobject.days > 3",
        joins={"j": "or"},
        dummies="j",
        xor="c",
    )
    assert "wfobject.days" in definition.names_needed("c")


def test_names_needed_pass_over_broken_conditions() -> None:
    assert process("a->b outcome ==", "a->ghost data.x").names_needed("a") == {"data.x"}


def test_names_needed_survive_dangling_transitions() -> None:
    definition = ProcessDef("p", "P", (ActivityDef("a", "A"),), (TransitionDef("t", "a", "ghost"),))
    assert definition.names_needed("a") == frozenset()


def test_names_needed_are_computed_once() -> None:
    definition = process("a->b wfobject.days > 3")
    assert definition.names_needed("a") is definition.names_needed("a")


def test_reach_names_the_ways_into_the_join() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j", joins={"j": "or"})
    assert definition.can_reach("a", "j") == {"b->j", "c->j"}
    assert definition.can_reach("b", "j") == {"b->j"}


def test_reach_of_the_join_itself_follows_loops() -> None:
    definition = process("a->j", "j->b", "b->j", joins={"j": "or"})
    assert definition.can_reach("j", "j") == {"b->j"}


def test_reach_does_not_pass_the_join() -> None:
    definition = process("a->j", "j->b", "b->j", joins={"j": "or"})
    assert definition.can_reach("a", "j") == {"a->j"}


def test_reach_of_a_self_loop() -> None:
    assert process("a->j", "j->j", joins={"j": "or"}).can_reach("j", "j") == {"j->j"}


def test_reach_of_unconnected_activities_is_empty() -> None:
    definition = process("a->j", "b->j", "j->e", joins={"j": "or"})
    assert definition.can_reach("e", "j") == frozenset()


def test_xor_and_and_joins_need_no_whole_marking() -> None:
    assert not process("a->c", "b->c", joins={"c": "and"}).needs_whole_marking


def test_or_joins_need_the_whole_marking() -> None:
    assert process("a->c", "b->c", joins={"c": "or"}).needs_whole_marking


def test_terminating_ends_need_the_whole_marking() -> None:
    assert process("a->c", terminate="c").needs_whole_marking


def test_names_of_a_long_chain_of_dummies_are_found_on_demand() -> None:
    texts = [f"n{i}->n{i + 1}" for i in range(3_000)]
    definition = process(*texts, "n3000->x data.last", dummies=" ".join(f"n{i}" for i in range(3_001)))
    assert definition.names_needed("n0") == {"data.last"}
