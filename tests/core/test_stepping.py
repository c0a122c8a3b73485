from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from goflow.core import board
from goflow.core.effects import (
    CloseItem,
    DropToken,
    FinishInstance,
    HoldToken,
    OpenItem,
    RaiseIncident,
    RunApplication,
    SetTimer,
    TakeTransition,
    WakeItem,
)
from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, Kind, ProcessDef
from goflow.core.marking import LiveItem, Marking, Token
from goflow.core.states import InstanceStatus, ItemStatus
from goflow.core.stepping import NothingHolds, Rules, TimeoutsOnly, complete, expected_outcomes, settle, start
from tests.core.builders import Play, process

# Sequence and ends


def test_start_opens_begin() -> None:
    play = Play(process("a->b")).start()
    assert play.effects == (OpenItem(-1, "a", ItemStatus.INACTIVE, first=True),)


def test_start_without_begin_is_refused() -> None:
    with pytest.raises(DefinitionError, match="has no activity ''"):
        start(ProcessDef("p", "P"), Rules())


def test_sequence_opens_the_next_one() -> None:
    play = Play(process("a->b")).start().stored(10).complete("a", "OK")
    assert play.effects == (
        CloseItem(11, "a", ItemStatus.COMPLETE, "OK"),
        TakeTransition("a->b", 11),
        OpenItem(-1, "b", ItemStatus.INACTIVE, sender=11),
    )


def test_next_item_has_no_outcome_of_its_own() -> None:
    assert Play(process("a->b")).start().complete("a", "OK").item("b").outcome is None


def test_sink_finishes_the_instance() -> None:
    play = Play(process("a->b")).start().complete("a").complete("b")
    assert play.status is InstanceStatus.COMPLETE


def test_item_at_the_end_needs_no_outcome() -> None:
    play = Play(process("a->b eq:OK", end="b")).start().complete("a", "OK").complete("b", "anything")
    assert (play.status, play.live) == (InstanceStatus.COMPLETE, [])


def test_transitions_out_of_the_end_are_not_taken() -> None:
    play = Play(process("a->b", "b->a", end="b")).start().complete("a").complete("b")
    assert (play.status, play.live) == (InstanceStatus.COMPLETE, [])


def test_instance_goes_on_while_another_branch_is_open() -> None:
    play = (
        Play(process("a->b", "a->c", "b->e", "c->f", end="e"))
        .start()
        .complete("a")
        .complete("b")
        .complete("e")
    )
    assert (play.status, play.live) == (None, ["c"])


def test_last_of_several_sinks_finishes_the_instance() -> None:
    play = Play(process("a->b", "a->c")).start().complete("a").complete("b").complete("c")
    assert play.status is InstanceStatus.COMPLETE


def test_items_elsewhere_keep_the_instance_running() -> None:
    marking = Marking((LiveItem(1, "b", ItemStatus.ACTIVE),), elsewhere=1)
    step = complete(process("a->b"), marking, 1, Rules(), outcome=None)
    assert (step.effects, step.marking.open_items) == ((CloseItem(1, "b", ItemStatus.COMPLETE),), 1)


def test_terminating_end_withdraws_items() -> None:
    play = Play(process("a->b", "a->c", terminate="b")).start().complete("a").complete("b")
    assert (play.status, play.live) == (InstanceStatus.COMPLETE, [])
    assert [e.status for e in play.last(CloseItem)] == [ItemStatus.COMPLETE, ItemStatus.CANCELLED]


def test_terminating_end_withdraws_waiting_tokens() -> None:
    definition = process("a->b", "a->c", "a->t", "b->j", "c->j", joins={"j": "and"}, terminate="t")
    play = Play(definition).start().complete("a").complete("b")
    play.stored(20)
    waiting = play.marking.tokens[0]
    play.complete("t")
    assert play.last(DropToken) == [DropToken(waiting.ref)]
    assert CloseItem(waiting.waiting, "j", ItemStatus.CANCELLED) in play.effects
    assert (play.status, play.held) == (InstanceStatus.COMPLETE, [])


def test_terminating_dummy_withdraws_dummies_not_yet_moved() -> None:
    definition = process("a->t", "a->d", "d->b", dummies="t d", terminate="t")
    play = Play(definition).start().complete("a")
    assert (play.status, play.live) == (InstanceStatus.COMPLETE, [])
    assert [e.activity for e in play.last(CloseItem)] == ["a", "d"]


# Splits


def test_and_split_takes_all_that_hold() -> None:
    play = Play(process("a->b eq:OK", "a->c", "a->d eq:NO")).start().complete("a", "OK")
    assert play.live == ["b", "c"]


def test_xor_split_takes_the_first_by_ordering() -> None:
    definition = process("a->b eq:OK", "a->c in:OK,NO", xor="a")
    first, second = definition.transitions
    turned = replace(definition, transitions=(replace(first, ordering=30), second))
    assert Play(turned).start().complete("a", "OK").live == ["c"]


def test_xor_split_with_equal_ordering_takes_the_first_listed() -> None:
    definition = process("a->b eq:OK", "a->c eq:OK", xor="a")
    level = tuple(replace(t, ordering=10) for t in definition.transitions)
    assert Play(replace(definition, transitions=level)).start().complete("a", "OK").live == ["b"]


def test_xor_split_tries_otherwise_last() -> None:
    assert Play(process("a->b", "a->c eq:OK", xor="a")).start().complete("a", "OK").live == ["c"]


def test_xor_split_falls_back_to_otherwise() -> None:
    assert Play(process("a->b", "a->c eq:OK", xor="a")).start().complete("a", "NO").live == ["b"]


def test_routing_reads_facts() -> None:
    rules = Rules(facts={"wfobject": {"amount": 5}, "instance": {"title": "x"}})
    play = Play(process("a->b wfobject.amount > 3 and instance.title == 'x'"), rules).start().complete("a")
    assert play.live == ["b"]


def test_instance_condition_is_the_outcome_of_the_item() -> None:
    rules = Rules(facts={"instance": {"condition": "OLD"}})
    play = Play(process("a->b instance.condition == 'NEW'"), rules).start().complete("a", "NEW")
    assert play.live == ["b"]


def test_decisions_say_what_was_read() -> None:
    play = Play(process("a->b eq:OK", "a->c eq:NO", xor="a")).start().complete("a", "NO")
    first, second = play.steps[-1].decisions
    assert (first.transition, first.value, first.operands) == ("a->b", False, {"outcome": "NO"})
    assert (second.transition, second.value) == ("a->c", True)


def test_strict_strategy_does_not_compare_broken_texts() -> None:
    definition = process("a->b outcome ==", "a->c", xor="a")
    assert Play(definition, Rules(strategy="strict")).start().complete("a", "outcome ==").live == ["c"]


def test_compatible_strategy_compares_broken_texts() -> None:
    play = Play(process("a->b outcome ==", "a->c", xor="a")).start().complete("a", "outcome ==")
    assert play.live == ["b"]


# Nothing holds


def test_person_is_told_the_expected_outcomes() -> None:
    play = Play(process("a->b eq:OK", "a->c in:NO,LATER")).start()
    with pytest.raises(NothingHolds) as caught:
        play.complete("a", "WRONG")
    assert (caught.value.activity, caught.value.expected) == ("a", ("OK", "NO", "LATER"))


def test_refusal_changes_nothing() -> None:
    play = Play(process("a->b eq:OK")).start()
    before = play.marking
    with pytest.raises(NothingHolds):
        play.complete("a")
    assert play.marking == before


def test_a_broken_text_is_expected_as_the_outcome_it_means() -> None:
    broken = process("a->b outcome ==", "a->c eq:OK")
    assert expected_outcomes(broken, "a") == ("outcome ==", "OK")
    assert expected_outcomes(broken, "a", strategy="strict") == ("OK",)


def test_engine_item_that_cannot_go_on_falls_out() -> None:
    play = Play(process("a->b eq:OK", automatic="a")).start().complete("a", "WRONG", by_person=False)
    assert play.last(RaiseIncident) == [
        RaiseIncident("no-transition", -1, "a", {"outcome": "WRONG", "expected": ["OK"]})
    ]
    assert play.item("a").status is ItemStatus.FALLOUT
    assert (play.last(CloseItem), play.status) == ([], None)


def test_dummy_that_cannot_go_on_falls_out() -> None:
    play = Play(process("a->d", "d->b eq:OK", dummies="d")).start().complete("a", "WRONG")
    assert OpenItem(-2, "d", ItemStatus.FALLOUT, -1, "WRONG") in play.effects
    assert (play.item("d").status, play.incidents) == (ItemStatus.FALLOUT, ["no-transition"])


def test_dummy_join_that_cannot_go_on_falls_out() -> None:
    definition = process("a->b", "a->c", "b->d", "c->d", "d->e eq:OK", joins={"d": "and"}, dummies="d")
    play = Play(definition).start().complete("a").complete("b").complete("c")
    assert [(e.activity, e.status) for e in play.last(WakeItem)] == [("d", ItemStatus.FALLOUT)]


def test_timeouts_only_is_refused_for_persons() -> None:
    with pytest.raises(TimeoutsOnly) as caught:
        Play(process("a->b timeout:3d")).start().complete("a", "OK")
    assert caught.value.activity == "a"


def test_timeouts_only_is_an_incident_for_the_engine() -> None:
    play = Play(process("a->b timeout:3d", automatic="a")).start().run_automatic()
    assert play.incidents == ["no-transition"]


# Timeouts


def test_opening_sets_timers() -> None:
    play = Play(process("a->b", "a->c timeout:3d", "a->d timeout:2h")).start()
    assert play.last(SetTimer) == [
        SetTimer(-1, "a", "a->c", timedelta(days=3)),
        SetTimer(-1, "a", "a->d", timedelta(hours=2)),
    ]


def test_completion_takes_no_timeout() -> None:
    assert Play(process("a->b", "a->c timeout:3d")).start().complete("a").live == ["b"]


def test_timeout_takes_its_transition_alone() -> None:
    play = Play(process("a->b", "a->c timeout:3d")).start().time_out("a", "a->c")
    assert play.effects == (
        CloseItem(-1, "a", ItemStatus.CANCELLED),
        TakeTransition("a->c", -1),
        OpenItem(-2, "c", ItemStatus.INACTIVE, -1),
    )


def test_timeout_sends_no_outcome() -> None:
    definition = process("a->b", "a->d timeout:3d", "d->e eq:OK", "d->f", xor="d", dummies="d")
    assert Play(definition).start().time_out("a", "a->d").live == ["f"]


def test_timeout_into_a_join_fills_its_branch() -> None:
    definition = process("a->b", "a->c", "b->j", "b->j timeout:1d", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a").time_out("b", "b->j#2")
    assert play.held == ["b->j#2"]


# Dummies and automatic activities


def test_dummies_pass_the_outcome_on() -> None:
    definition = process("a->d", "d->g", "g->b eq:OK", "g->c", xor="g", dummies="d g")
    play = Play(definition).start().complete("a", "OK")
    assert play.live == ["b"]
    assert [(e.activity, e.status) for e in play.last(OpenItem)] == [
        ("d", ItemStatus.COMPLETE),
        ("g", ItemStatus.COMPLETE),
        ("b", ItemStatus.INACTIVE),
    ]


def test_begin_may_be_a_dummy() -> None:
    assert Play(process("d->a", dummies="d")).start().live == ["a"]


def test_dummy_sink_finishes() -> None:
    assert Play(process("a->d", dummies="d")).start().complete("a").status is InstanceStatus.COMPLETE


def test_automatic_item_is_to_be_run() -> None:
    play = Play(process("a->b", automatic="b")).start().complete("a")
    assert play.effects[-2:] == (OpenItem(-2, "b", ItemStatus.ACTIVE, -1), RunApplication(-2, "b"))


def test_automatic_items_set_no_timer() -> None:
    assert Play(process("a->b timeout:1d", "a->c", automatic="a")).start().last(SetTimer) == []


def test_subflow_items_wait() -> None:
    definition = ProcessDef("p", "P", (ActivityDef("s", "S", kind=Kind.SUBFLOW, autostart=True),), begin="s")
    play = Play(definition).start()
    assert (play.item("s").status, play.last(RunApplication)) == (ItemStatus.INACTIVE, [])


def chain(length: int) -> list[str]:
    return [f"n{index}->n{index + 1}" for index in range(length)]


def test_long_chain_of_dummies_needs_no_recursion() -> None:
    definition = process(*chain(2_000), dummies=" ".join(f"n{index}" for index in range(1, 2_000)))
    assert Play(definition).start().complete("n0").live == ["n2000"]


def test_long_chain_of_automatic_items_needs_no_recursion() -> None:
    definition = process(*chain(2_000), automatic=" ".join(f"n{index}" for index in range(2_001)))
    assert Play(definition).start().run_automatic().status is InstanceStatus.COMPLETE


def test_endless_dummy_loop_is_an_incident() -> None:
    play = Play(process("a->d", "d->g", "g->d", dummies="d g")).start().complete("a")
    assert (play.incidents, play.live) == (["endless-loop"], ["d"])
    assert play.item("d").status is ItemStatus.FALLOUT


def test_endless_automatic_loop_is_an_incident() -> None:
    play = Play(process("a->b", "b->a", automatic="a b")).start().run_automatic()
    assert (play.incidents, play.live) == (["endless-loop"], ["a"])


def test_too_many_steps_are_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "MAX_STEPS", 3)
    play = Play(process(*chain(5), automatic="n0 n1 n2 n3 n4 n5")).start().run_automatic()
    assert (play.incidents, play.live) == (["too-many-steps"], ["n3"])


# Xor-joins


def test_xor_join_opens_for_each_token() -> None:
    play = Play(process("a->b", "a->c", "b->x", "c->x")).start().complete("a").complete("b").complete("c")
    assert play.live == ["x", "x"]


# And-joins

REVIEW = process("a->b", "a->c", "b->j", "c->j", joins={"j": "and"})


def test_and_join_waits_for_every_branch() -> None:
    play = Play(REVIEW).start().stored(10).complete("a").stored(20).complete("b", "OK")
    assert play.effects == (
        CloseItem(21, "b", ItemStatus.COMPLETE, "OK"),
        TakeTransition("b->j", 21),
        OpenItem(-2, "j", ItemStatus.BLOCKED, 21),
        HoldToken(-1, "b->j", 21, -2, "OK"),
    )
    assert play.live == ["c"]


def test_and_join_opens_with_the_last_branch() -> None:
    play = Play(REVIEW).start().complete("a").complete("b", "OK").stored(30)
    token = play.marking.tokens[0]
    play.complete("c", "OK")
    assert play.last(DropToken) == [DropToken(token.ref)]
    assert play.last(WakeItem) == [
        WakeItem(token.waiting, "j", ItemStatus.INACTIVE, play.steps[-1].effects[0].ref, "OK", ("OK", "OK"))
    ]
    assert (play.live, play.held) == (["j"], [])


def test_and_join_filled_in_one_step_opens_a_new_item() -> None:
    definition = process("a->d", "a->g", "d->j", "g->j", joins={"j": "and"}, dummies="d g")
    play = Play(definition).start().complete("a", "OK")
    assert (play.live, play.last(HoldToken), play.last(WakeItem)) == (["j"], [], [])
    assert play.item("j").outcomes == ("OK", "OK")


def test_same_branch_twice_does_not_open_the_and_join() -> None:
    """D21: arrivals were counted, so one branch that looped opened the join before the other came."""
    definition = process("a->b", "a->c", "b->j", "b->b eq:AGAIN", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a").complete("b", "AGAIN").complete("b", "OK")
    assert (play.live, play.held) == (["c"], ["b->j", "b->j"])


def test_and_join_takes_the_first_token_of_each_branch() -> None:
    definition = process("a->b", "a->b", "a->c", "b->j", "c->j", joins={"j": "and"})
    play = (
        Play(definition)
        .start()
        .complete("a")
        .complete("b", "FIRST")
        .complete("b", "SECOND")
        .complete("c", "C")
    )
    assert play.item("j").outcomes == ("FIRST", "C")
    assert [token.outcome for token in play.marking.tokens] == ["SECOND"]


def test_tokens_left_at_an_opened_join_get_a_new_blocked_item() -> None:
    definition = process("a->b", "a->b", "a->c", "b->j", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a").complete("b", "FIRST").complete("b", "SECOND").stored(50)
    left = play.marking.tokens[1]
    play.complete("c", "C")
    opened = play.last(OpenItem)[-1]
    assert (opened.activity, opened.status) == ("j", ItemStatus.BLOCKED)
    assert play.last(HoldToken) == [HoldToken(left.ref, "b->j", left.sender, opened.ref, "SECOND")]


def test_and_join_opens_a_second_time_with_a_second_set() -> None:
    definition = process("a->b", "a->b", "a->c", "a->c", "b->j", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a")
    play.complete("b").complete("b").complete("c").complete("c")
    assert (play.live, play.held) == (["j", "j"], [])


def test_and_join_with_one_way_in_opens_at_once() -> None:
    play = Play(process("a->j", joins={"j": "and"})).start().complete("a")
    assert (play.live, play.last(HoldToken)) == (["j"], [])


def test_start_does_not_ask_the_join_of_the_begin() -> None:
    definition = process("j->b", "b->j", "b->j", joins={"j": "and"})
    assert Play(definition).start().live == ["j"]


def test_later_arrivals_obey_the_join_of_the_begin() -> None:
    definition = process("j->b", "b->j eq:BACK", "b->j", joins={"j": "and"}, xor="b")
    play = Play(definition).start().complete("j").complete("b", "BACK")
    assert (play.live, play.incidents) == ([], ["join-starved"])


def test_starved_and_join_names_the_missing_branches() -> None:
    definition = process("a->b", "a->c eq:BOTH", "b->j", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a").complete("b")
    assert play.last(RaiseIncident) == [
        RaiseIncident("join-starved", None, "j", {"joins": ["j"], "missing": {"j": ["c->j"]}})
    ]
    assert play.status is None


def test_starvation_is_decided_only_when_nothing_is_live() -> None:
    definition = process("a->b", "a->k", "a->c eq:BOTH", "b->j", "c->j", joins={"j": "and"})
    play = Play(definition).start().complete("a").complete("b")
    assert play.incidents == []
    assert play.complete("k").incidents == ["join-starved"]


def test_tokens_with_unstored_references_are_consumed_later() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j", "j->e", joins={"j": "and"}, automatic="a b c")
    play = Play(definition).start().run_automatic()
    assert play.last(DropToken) == [DropToken(play.steps[-2].marking.tokens[0].ref)]
    assert play.last(WakeItem)[0].ref == play.steps[-2].marking.tokens[0].waiting
    assert (play.live, play.held) == (["j"], [])


# Outcomes at joins


def test_join_opens_with_the_common_outcome() -> None:
    play = Play(REVIEW).start().complete("a").complete("b", "OK").complete("c", "OK")
    assert play.item("j").outcome == "OK"


def test_join_of_different_outcomes_opens_without_one() -> None:
    play = Play(REVIEW).start().complete("a").complete("b", "OK").complete("c", "NO")
    assert (play.item("j").outcome, play.item("j").outcomes) == (None, ("OK", "NO"))


def test_outcomes_of_all_tokens_are_readable() -> None:
    definition = process(
        "a->b",
        "a->c",
        "b->j",
        "c->j",
        "j->x 'NO' in outcomes",
        "j->y",
        joins={"j": "and"},
        xor="j",
        dummies="j",
    )
    play = Play(definition).start().complete("a").complete("b", "OK").complete("c", "NO")
    assert play.live == ["x"]


def test_outcomes_stay_readable_when_a_person_completes_the_join() -> None:
    definition = process(
        "a->b", "a->c", "b->j", "c->j", "j->x 'NO' in outcomes", "j->y", joins={"j": "and"}, xor="j"
    )
    play = Play(definition).start().complete("a").complete("b", "OK").complete("c", "NO").complete("j", "Z")
    assert play.live == ["x"]


# Or-joins

OR_REVIEW = process("a->b", "a->c eq:BOTH", "b->j", "c->j", joins={"j": "or"})


def test_or_join_waits_while_a_token_can_still_come() -> None:
    play = Play(OR_REVIEW).start().complete("a", "BOTH").complete("b")
    assert (play.live, play.held) == (["c"], ["b->j"])


def test_or_join_opens_when_every_branch_has_come() -> None:
    play = Play(OR_REVIEW).start().complete("a", "BOTH").complete("b").complete("c")
    assert (play.live, play.held) == (["j"], [])


def test_or_join_opens_when_no_other_token_can_come() -> None:
    assert Play(OR_REVIEW).start().complete("a").complete("b").live == ["j"]


def test_or_join_opens_when_the_other_branch_goes_elsewhere() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j eq:OK", "c->x", joins={"j": "or"}, xor="c")
    play = Play(definition).start().complete("a").complete("b")
    assert play.live == ["c"]
    assert play.complete("c").live == ["j", "x"]


def test_or_join_counts_timeouts_as_ways() -> None:
    definition = process("a->b", "a->c", "b->j", "c->x", "c->j timeout:3d", joins={"j": "or"})
    assert Play(definition).start().complete("a").complete("b").live == ["c"]


def test_or_join_counts_items_in_fallout() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j", joins={"j": "or"})
    items = (LiveItem(1, "b", ItemStatus.ACTIVE), LiveItem(2, "c", ItemStatus.FALLOUT))
    step = complete(definition, Marking(items), 1, Rules(), outcome=None)
    assert [item.activity for item in step.marking.items] == ["c"]


def test_or_join_waits_for_a_loop_to_end() -> None:
    definition = process("a->b", "a->c", "b->j", "c->j eq:OK", "c->a", joins={"j": "or"}, xor="c")
    play = Play(definition).start().complete("a").complete("b").complete("c", "AGAIN")
    assert (play.live, play.held) == (["a"], ["b->j"])


def test_or_join_waits_for_an_item_of_its_own_activity() -> None:
    definition = process("a->j", "a->b", "b->j", "j->b eq:BACK", "j->e", joins={"j": "or"}, xor="j")
    items = (LiveItem(1, "a", ItemStatus.ACTIVE), LiveItem(2, "j", ItemStatus.ACTIVE))
    step = complete(
        replace(definition, transitions=definition.transitions[:1] + definition.transitions[2:]),
        Marking(items),
        1,
        Rules(),
        outcome=None,
    )
    assert [token.transition for token in step.marking.tokens] == ["a->j"]


def test_or_join_does_not_wait_for_ways_through_itself() -> None:
    definition = process("x->y", "c->j", "j->k", "k->j", joins={"j": "or"})
    items = (LiveItem(1, "x", ItemStatus.ACTIVE), LiveItem(2, "c", ItemStatus.ACTIVE))
    step = complete(definition, Marking(items, (Token(5, "c->j", 4, 6),)), 1, Rules(), outcome=None)
    assert [item.activity for item in step.marking.items] == ["c", "y", "j"]


def test_or_join_waits_for_tokens_at_other_joins() -> None:
    definition = process(
        "a->b", "a->c", "a->d", "b->k", "c->k", "k->j", "d->j", joins={"k": "and", "j": "or"}
    )
    items = (LiveItem(1, "d", ItemStatus.ACTIVE),)
    tokens = (Token(5, "b->k", 4, 6),)
    step = complete(definition, Marking(items, tokens), 1, Rules(), outcome=None)
    assert [e.code for e in step.effects if isinstance(e, RaiseIncident)] == ["join-starved"]


def test_or_joins_that_wait_for_each_other_are_an_incident() -> None:
    definition = process("a->b", "a->c", "b->j", "c->k", "j->k", "k->j", joins={"j": "or", "k": "or"})
    play = Play(definition).start().complete("a").complete("b").complete("c")
    assert play.last(RaiseIncident) == [
        RaiseIncident(
            "or-join-cycle", None, "j", {"joins": ["j", "k"], "missing": {"j": ["k->j"], "k": ["j->k"]}}
        )
    ]


def test_joins_are_tried_in_order_of_their_keys() -> None:
    definition = process("a->k", "a->j", "x->k", "x->j", joins={"j": "or", "k": "or"})
    play = Play(definition).start().complete("a")
    assert [e.activity for e in play.last(OpenItem)] == ["j", "k"]


def test_opening_one_join_lets_another_open() -> None:
    definition = process(
        "a->b", "a->c", "b->j", "c->j", "j->k", "a->k", joins={"j": "and", "k": "and"}, dummies="b c j"
    )
    assert Play(definition).start().complete("a").live == ["k"]


# Hooks


def hooked() -> ProcessDef:
    definition = process("a->b eq:OK", "a->c", "a->d eq:NO", xor="a")
    guarded = tuple(replace(t, pre_hook="guard") for t in definition.transitions)
    return replace(definition, transitions=guarded)


def test_hooks_are_asked_for_transitions_that_hold() -> None:
    step = Play(hooked()).start().complete("a", "OK").steps[-1]
    assert step.unanswered == (("a->b", -1),)


def test_answered_hook_lets_the_transition_be_taken() -> None:
    play = Play(hooked(), Rules(answers={("a->b", -1): True})).start().complete("a", "OK")
    assert (play.live, play.steps[-1].unanswered) == (["b"], ())


def test_vetoed_transition_is_passed_over() -> None:
    answers = {("a->b", -1): False, ("a->c", -1): True}
    play = Play(hooked(), Rules(answers=answers)).start().complete("a", "OK")
    assert play.live == ["c"]
    assert [(d.transition, d.value, d.vetoed) for d in play.steps[-1].decisions] == [
        ("a->b", True, True),
        ("a->d", False, False),
        ("a->c", True, False),
    ]


def test_everything_vetoed_is_refused() -> None:
    answers = {("a->b", -1): False, ("a->c", -1): False}
    with pytest.raises(NothingHolds):
        Play(hooked(), Rules(answers=answers)).start().complete("a", "OK")


def test_and_split_asks_all_hooks_at_once() -> None:
    definition = hooked()
    parallel = replace(definition, activities=tuple(process("a->b", "a->c", "a->d").activities))
    step = Play(parallel).start().complete("a", "OK").steps[-1]
    assert step.unanswered == (("a->b", -1), ("a->c", -1))


def test_unanswered_hook_of_a_dummy_stops_the_step() -> None:
    definition = process("a->d", "d->b", "a->c", dummies="d")
    guarded = tuple(replace(t, pre_hook="guard" if t.key == "d->b" else "") for t in definition.transitions)
    step = Play(replace(definition, transitions=guarded)).start().complete("a").steps[-1]
    assert step.unanswered == (("d->b", -2),)
    assert not any(isinstance(e, FinishInstance) for e in step.effects)


def test_hook_of_a_dummy_is_asked_under_the_same_reference_again() -> None:
    definition = process("a->d", "d->b", dummies="d")
    guarded = tuple(replace(t, pre_hook="guard" if t.key == "d->b" else "") for t in definition.transitions)
    rules = Rules(answers={("d->b", -2): True})
    assert Play(replace(definition, transitions=guarded), rules).start().complete("a").live == ["b"]


# Withdrawal


def test_withdraw_ends_everything() -> None:
    play = Play(REVIEW).start().complete("a").complete("b").stored(10)
    token, item = play.marking.tokens[0], play.marking.items[0]
    play.withdraw()
    assert play.effects == (
        CloseItem(item.ref, "c", ItemStatus.CANCELLED),
        DropToken(token.ref),
        CloseItem(token.waiting, "j", ItemStatus.CANCELLED),
        FinishInstance(InstanceStatus.TERMINATED),
    )
    assert (play.live, play.held) == ([], [])


def test_settling_opens_joins_that_became_ready() -> None:
    tokens = (Token(5, "b->j", 3, 7), Token(6, "c->j", 4, 7))
    step = settle(REVIEW, Marking(tokens=tokens))
    assert [item.activity for item in step.marking.items] == ["j"]


def test_marking_finds_items_by_reference() -> None:
    items = (LiveItem(1, "a", ItemStatus.ACTIVE), LiveItem(2, "b", ItemStatus.ACTIVE))
    assert Marking(items, elsewhere=3).item(2) is items[1]


def test_marking_counts_items_elsewhere() -> None:
    assert Marking((LiveItem(1, "a", ItemStatus.ACTIVE),), elsewhere=3).open_items == 4


def test_marking_refuses_unknown_references() -> None:
    with pytest.raises(KeyError):
        Marking().item(7)
