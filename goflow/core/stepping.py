"""
The token game: what happens when an item starts, completes, times out or is withdrawn.

The only home of split and join semantics. Pure: it reads a definition, a marking and facts, and returns a
``Step``; nothing here knows of rows, users or clocks, so simulation and soundness play the very same rules.
Iterates over a work list, never recurses; joins are tried only when no other item can move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from goflow.core.board import Board
from goflow.core.branches import branches, completed
from goflow.core.conditions import Facts, Strategy, explain
from goflow.core.decisions import leading
from goflow.core.effects import (
    Decision,
    DropToken,
    FinishInstance,
    RaiseIncident,
    Step,
    TakeTransition,
)
from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, JoinMode, ProcessDef, TransitionDef
from goflow.core.marking import LiveItem, Marking, Token
from goflow.core.refusals import Unmet, is_vetoed, unmet
from goflow.core.states import InstanceStatus, ItemStatus


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What routing depends on besides the definition: plain facts, the condition strategy, and hook answers.

    ``choose`` decides in place of conditions and hooks, for those who play through what could happen.
    """

    facts: Mapping[str, object] = field(default_factory=dict)
    strategy: Strategy = "compatible"
    answers: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    choose: Callable[[TransitionDef, LiveItem], bool] | None = None


class NothingHolds(DefinitionError):
    """
    A person completed an item but no outgoing transition holds.

    Attributes:
        expected: outcomes that would do with the same facts.
        unmet: what the transitions that go with the outcome ask beside it, as far as it does not hold.
        is_vetoed: whether a hook refused what conditions allowed.
    """

    code = "outcome-required"

    def __init__(
        self, activity: str, expected: tuple[str, ...], unmet: tuple[Unmet, ...], *, is_vetoed: bool
    ) -> None:
        super().__init__(f"no transition out of {activity!r} holds")
        self.activity = activity
        self.expected = expected
        self.unmet = unmet
        self.is_vetoed = is_vetoed


class TimeoutsOnly(DefinitionError):
    """
    A person completed an item whose only ways out are timeouts.
    """

    code = "timeouts-only"

    def __init__(self, activity: str) -> None:
        super().__init__(f"{activity!r} is left by timeouts only")
        self.activity = activity


def start(definition: ProcessDef, rules: Rules) -> Step:
    """
    Open the begin activity of a new instance, without asking its join.

    Raises DefinitionError when the definition has no begin activity.
    """
    game = _Game(definition, Marking(), rules)
    begin = definition.activity(definition.begin)
    game.open(begin, sender=None, outcome=None, first=True)
    return game.play()


def complete(
    definition: ProcessDef,
    marking: Marking,
    ref: int,
    rules: Rules,
    *,
    outcome: str | None,
    by_person: bool = True,
) -> Step:
    """
    Complete a live item with an outcome and move its token on.

    Raises NothingHolds or TimeoutsOnly when ``by_person`` and no transition holds; the engine's own items
    (automatic, dummy) raise an incident in the step instead.
    """
    game = _Game(definition, marking, rules)
    item = replace(game.items[ref], outcome=outcome)
    game.close(item, ItemStatus.COMPLETE, outcome)
    game.route(item, by_person=by_person)
    return game.play()


def time_out(definition: ProcessDef, marking: Marking, ref: int, transition: str, rules: Rules) -> Step:
    """
    Withdraw an item and take one timeout transition alone, with the outcome null.
    """
    game = _Game(definition, marking, rules)
    item = replace(game.items[ref], outcome=None)
    game.close(item, ItemStatus.CANCELLED, None)
    game.take(definition.transition(transition), item)
    return game.play()


def withdraw(definition: ProcessDef, marking: Marking) -> Step:
    """
    Withdraw every token: the instance is terminated.
    """
    game = _Game(definition, marking, Rules())
    game.withdraw_rest()
    game.effects.append(FinishInstance(InstanceStatus.TERMINATED))
    return game.step()


def settle(definition: ProcessDef, marking: Marking) -> Step:
    """
    Try the waiting joins again, e.g. after an incident of the instance as a whole.
    """
    return _Game(definition, marking, Rules()).play()


class _Game(Board):
    """
    One step on the board: who moves where, and which joins open.
    """

    def __init__(self, definition: ProcessDef, marking: Marking, rules: Rules) -> None:
        super().__init__(definition, marking)
        self.rules = rules
        self.decisions: list[Decision] = []
        self.unanswered: list[tuple[str, int]] = []

    def play(self) -> Step:
        """
        Drain dummies, then try joins, until nothing moves; then see whether the instance is over.
        """
        self._drain()
        while self._try_joins():
            self._drain()
        self._conclude()
        return self.step()

    def step(self) -> Step:
        return Step(tuple(self.effects), tuple(self.decisions), self.marking(), tuple(self.unanswered))

    # Splits

    def route(self, item: LiveItem, *, by_person: bool) -> None:
        """
        Move the token of a completed item on: end it, or take the transitions that hold.
        """
        activity = self.definition.activity(item.activity)
        if self.definition.is_end(activity.key):
            self._end(activity)
            return
        taken = self._choose(activity, item)
        if self.unanswered:
            return
        if not taken:
            self._nothing_holds(activity, item, by_person=by_person)
        for transition in taken:
            self.take(transition, item)

    def _end(self, activity: ActivityDef) -> None:
        if activity.terminate:
            self.withdraw_rest()

    def _choose(self, activity: ActivityDef, item: LiveItem) -> list[TransitionDef]:
        taken: list[TransitionDef] = []
        for branch in branches(self.definition, activity.key, lambda way: self._holds(way, item)):
            taken.extend([branch.transition] if branch.taken else [])
            if branch.is_last:
                break
        return taken

    def _holds(self, transition: TransitionDef, item: LiveItem) -> bool:
        if self.rules.choose is not None:
            chosen = self.rules.choose(transition, item)
            self.decisions.append(Decision(item.ref, transition.key, transition.condition, chosen))
            return chosen
        why = explain(transition.condition, self._facts_of(item), strategy=self.rules.strategy)
        vetoed = why.value and self._is_vetoed(transition, item)
        told = (why.value, vetoed, why.operands, why.problem or "")
        self.decisions.append(Decision(item.ref, transition.key, transition.condition, *told))
        return why.value and not vetoed

    def _is_vetoed(self, transition: TransitionDef, item: LiveItem) -> bool:
        if not transition.pre_hook:
            return False
        question = (transition.key, item.ref)
        if question not in self.rules.answers:
            self.unanswered.append(question)
            return False
        return not self.rules.answers[question]

    def _facts_of(self, item: LiveItem) -> dict[str, object]:
        return completed(self.rules.facts, item.outcome, list(item.outcomes))

    def _nothing_holds(self, activity: ActivityDef, item: LiveItem, *, by_person: bool) -> None:
        key, facts, strategy = activity.key, self._facts_of(item), self.rules.strategy
        if by_person and not self.definition.candidates(key):
            raise TimeoutsOnly(key)
        expected = expected_outcomes(self.definition, key, facts, strategy)
        if not by_person:
            self.reopen_in_fallout(item, "no-transition", outcome=item.outcome, expected=list(expected))
            return
        missing = unmet(self.definition, key, facts, strategy=strategy)
        vetoed = is_vetoed(self.definition, key, facts, strategy=strategy)
        raise NothingHolds(key, expected, missing, is_vetoed=vetoed)

    # Joins

    def take(self, transition: TransitionDef, item: LiveItem) -> None:
        """
        A token travels a transition: into an activity, or onto the transition to wait at a join.
        """
        self.effects.append(TakeTransition(transition.key, item.ref))
        target = self.definition.activity(transition.target)
        if self.definition.is_join(target.key):
            self.tokens.append(
                Token(self.new_ref(), transition.key, item.ref, self.waiting_item(target.key), item.outcome)
            )
        else:
            self.open(target, sender=item.ref, outcome=item.outcome)

    def _drain(self) -> None:
        while self.dummies and not self.unanswered:
            item = self.dummies.popleft()
            self.route(item, by_person=False)

    def _try_joins(self) -> bool:
        if self.unanswered:
            return False
        for join in sorted({self.definition.transition(t.transition).target for t in self.tokens}):
            chosen = self._ready(join)
            if chosen:
                self._open_join(join, chosen)
                return True
        return False

    def _ready(self, join: str) -> list[Token]:
        first: dict[str, Token] = {}
        for token in self.tokens:
            if self.definition.transition(token.transition).target == join:
                first.setdefault(token.transition, token)
        empty = {t.key for t in self.definition.incoming(join)} - set(first)
        if self.definition.activity(join).join_mode is JoinMode.AND:
            return [] if empty else list(first.values())
        return [] if self._may_still_come(join, empty) else list(first.values())

    def _may_still_come(self, join: str, empty: set[str]) -> bool:
        at_joins = {self.definition.transition(t.transition).target for t in self.tokens} - {join}
        sources = at_joins | {item.activity for item in self.items.values()}
        return any(self.definition.can_reach(source, join) & empty for source in sources)

    def _open_join(self, join: str, chosen: list[Token]) -> None:
        consumed = {token.ref for token in chosen}
        self.tokens = [t for t in self.tokens if t.ref not in consumed]
        for token in chosen:
            if token.ref in self.held:
                self.effects.append(DropToken(token.ref))
        outcomes = tuple(token.outcome for token in chosen)
        common = outcomes[0] if len(set(outcomes)) == 1 else None
        waiting = next((token.waiting for token in chosen if token.waiting), None)
        if waiting is not None:
            self.tokens = [replace(t, waiting=0) if t.waiting == waiting else t for t in self.tokens]
        self.open(
            self.definition.activity(join),
            sender=chosen[-1].sender,
            outcome=common,
            outcomes=outcomes,
            waiting=waiting,
        )

    # The end

    def _conclude(self) -> None:
        if self.unanswered:
            return
        self.store_tokens()
        if self.items or self.elsewhere:
            return
        if self.tokens:
            self._starve()
        else:
            self.effects.append(FinishInstance(InstanceStatus.COMPLETE))

    def _starve(self) -> None:
        joins = sorted({self.definition.transition(t.transition).target for t in self.tokens})
        held = {t.transition for t in self.tokens}
        missing = {join: self._missing(join, held) for join in joins}
        or_only = all(self.definition.activity(j).join_mode is JoinMode.OR for j in joins)
        code = "or-join-cycle" if or_only else "join-starved"
        self.effects.append(RaiseIncident(code, None, joins[0], {"joins": joins, "missing": missing}))

    def _missing(self, join: str, held: set[str]) -> list[str]:
        return [t.key for t in self.definition.incoming(join) if t.key not in held]


def expected_outcomes(
    definition: ProcessDef, key: str, facts: Facts | None = None, strategy: Strategy = "compatible"
) -> tuple[str, ...]:
    """
    The outcomes that lead on with these facts, or could without any, each once, in the order they are tried.
    """
    found = leading(definition, key, facts, strategy=strategy)
    return tuple(choice.value for choice in found if choice.value is not None)
