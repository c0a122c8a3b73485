from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from goflow.core.effects import (
    CloseItem,
    DropToken,
    Effect,
    FinishInstance,
    HoldToken,
    OpenItem,
    RaiseIncident,
    TakeTransition,
    WakeItem,
)
from goflow.core.graph import ActivityDef, JoinMode, Kind, ProcessDef, SplitMode, TransitionDef
from goflow.core.states import InstanceStatus, ItemStatus
from tests.core.builders import Play

ENDED = {ItemStatus.COMPLETE, ItemStatus.CANCELLED}


@st.composite
def processes(draw: st.DrawFn, *, terminating: bool = True) -> ProcessDef:
    """
    Any graph of up to seven activities; its transitions hold for one of two outcomes or always.
    """
    keys = [f"n{index}" for index in range(draw(st.integers(2, 7)))]
    activities = [
        ActivityDef(
            key,
            key,
            kind=draw(st.sampled_from([Kind.STANDARD, Kind.STANDARD, Kind.DUMMY]))
            if key != "n0"
            else Kind.STANDARD,
            join_mode=draw(st.sampled_from(JoinMode)),
            split_mode=draw(st.sampled_from(SplitMode)),
            terminate=terminating and draw(st.integers(0, 9)) == 0,
        )
        for key in keys
    ]
    ends = st.tuples(st.sampled_from(keys), st.sampled_from(keys), st.sampled_from(["", "", "eq:A", "eq:B"]))
    arcs = draw(st.lists(ends, min_size=1, max_size=12))
    transitions = [TransitionDef(f"t{i}", s, t, condition=c, ordering=i) for i, (s, t, c) in enumerate(arcs)]
    return ProcessDef(
        "p", "P", tuple(activities), tuple(transitions), begin="n0", end=draw(st.sampled_from(["", keys[-1]]))
    )


class Ledger:
    """
    The rows that the effects of every step would leave.
    """

    def __init__(self) -> None:
        self.items: dict[int, ItemStatus] = {}
        self.tokens: dict[int, HoldToken] = {}
        self.arrived: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()

    def apply(self, effect: Effect) -> None:
        if isinstance(effect, (OpenItem, WakeItem, CloseItem)):
            self.items[effect.ref] = effect.status
        if isinstance(effect, (OpenItem, WakeItem)) and effect.status is not ItemStatus.BLOCKED:
            self.opened[effect.activity] += 1
        if isinstance(effect, HoldToken):
            self.tokens[effect.ref] = effect
        if isinstance(effect, DropToken):
            del self.tokens[effect.ref]
        if isinstance(effect, TakeTransition):
            self.arrived[effect.transition] += 1
        if isinstance(effect, RaiseIncident) and effect.ref is not None:
            self.items[effect.ref] = ItemStatus.FALLOUT

    def refs(self, *, blocked: bool) -> set[int]:
        live = {ref: status for ref, status in self.items.items() if status not in ENDED}
        return {ref for ref, status in live.items() if (status is ItemStatus.BLOCKED) == blocked}


def played(definition: ProcessDef, choices: list[tuple[int, str]]) -> tuple[Play, Ledger]:
    """
    Play random completions; persons choose outcome A or B, and nothing holding is an incident.
    """
    play, ledger = Play(definition).start(), Ledger()
    for effect in play.effects:
        ledger.apply(effect)
    for pick, outcome in choices:
        ready = [item for item in play.marking.items if item.status is not ItemStatus.FALLOUT]
        if not ready:
            break
        play.complete(ready[pick % len(ready)].activity, outcome, by_person=False)
        for effect in play.effects:
            ledger.apply(effect)
    return play, ledger


CHOICES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("AB")), max_size=12)
any_play = given(processes(), CHOICES)
many = settings(max_examples=150, deadline=None)


@many
@any_play
def test_rows_and_marking_agree(definition: ProcessDef, choices: list[tuple[int, str]]) -> None:
    play, ledger = played(definition, choices)
    assert ledger.refs(blocked=False) == {item.ref for item in play.marking.items}
    assert set(ledger.tokens) == {token.ref for token in play.marking.tokens}
    assert {t.ref: t.waiting for t in ledger.tokens.values()} == {
        t.ref: t.waiting for t in play.marking.tokens
    }


@many
@any_play
def test_each_waiting_join_has_one_blocked_item(
    definition: ProcessDef, choices: list[tuple[int, str]]
) -> None:
    play, ledger = played(definition, choices)
    pairs = {(definition.transition(t.transition).target, t.waiting) for t in play.marking.tokens}
    assert len({join for join, _ in pairs}) == len(pairs)
    assert ledger.refs(blocked=True) == {ref for _, ref in pairs}


@many
@given(processes(terminating=False), CHOICES)
def test_and_join_opens_once_per_full_set(definition: ProcessDef, choices: list[tuple[int, str]]) -> None:
    _, ledger = played(definition, choices)
    joins = [
        a.key for a in definition.activities if a.join_mode is JoinMode.AND and definition.is_join(a.key)
    ]
    opened = {key: ledger.opened[key] - (key == definition.begin) for key in joins}
    assert opened == {key: min(ledger.arrived[t.key] for t in definition.incoming(key)) for key in joins}


@many
@any_play
def test_instance_ends_only_when_nothing_is_left(
    definition: ProcessDef, choices: list[tuple[int, str]]
) -> None:
    play, _ = played(definition, choices)
    is_over = any(isinstance(effect, FinishInstance) for step in play.steps for effect in step.effects)
    assert is_over == (not play.marking.items and not play.marking.tokens)
    assert play.status in (None, InstanceStatus.COMPLETE)


@many
@any_play
def test_nothing_live_with_tokens_left_is_an_incident(
    definition: ProcessDef, choices: list[tuple[int, str]]
) -> None:
    play, _ = played(definition, choices)
    starved = {"join-starved", "or-join-cycle"} & set(play.incidents)
    assert bool(starved) == bool(play.marking.tokens and not play.marking.items)
