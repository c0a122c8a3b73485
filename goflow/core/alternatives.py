"""
Everything that can happen next to a work item, as far as it makes a difference.

Conditions on the outcome are played with every outcome they name, with another one and with none. What
depends on anything else (data, hooks) can go either way; within one step a question has one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from goflow.core.branches import completed
from goflow.core.conditions import OUTCOME_NAMES, evaluate
from goflow.core.decisions import asked, named_outcomes, passed
from goflow.core.effects import RaiseIncident, Step, TakeTransition
from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.core.marking import LiveItem, Marking
from goflow.core.problem import TraceStep
from goflow.core.stepping import Rules, complete, start, time_out

SOMETHING_ELSE = "something else"


@dataclass(frozen=True, slots=True)
class Play:
    """
    One thing that can happen: what is done, and the step it makes. The marking starts a new drive.
    """

    step: Step
    marking: Marking
    activity: str = ""
    outcome: str | None = None
    timeout: str = ""

    def told(self) -> TraceStep:
        """
        The play as a step of a story.
        """
        taken = (e.transition for e in self.step.effects if isinstance(e, TakeTransition))
        items = sorted(item.activity for item in self.marking.items)
        tokens = sorted(token.transition for token in self.marking.tokens)
        return TraceStep(self.activity, self.outcome, self.timeout, tuple(taken), tuple(items), tuple(tokens))


class Alternatives:
    """
    The plays of one definition.
    """

    def __init__(self, definition: ProcessDef) -> None:
        self.definition = definition
        self._outcomes: dict[str, tuple[str | None, ...]] = {}
        self._behind: dict[str, tuple[ActivityDef, ...]] = {}
        self._reading: dict[str, bool] = {}
        self._timers: dict[str, tuple[TransitionDef, ...]] = {}
        self._answers: dict[tuple[str, str | None], bool] = {}

    def starts(self) -> Iterator[Play]:
        """
        The ways an instance can begin: several when the begin activity is a dummy.
        """
        for step in _every(lambda rules: start(self.definition, rules), self):
            yield Play(step, _rested(step.marking))

    def plays(self, marking: Marking, item: LiveItem) -> Iterator[Play]:
        """
        What can happen to a live item. Refusals and incidents that hold an item are left out.
        """
        for outcome in self.outcomes(item.activity):
            yield from self.completions(marking, item, outcome)
        for transition in self._timeouts(item.activity):
            yield from self.time_outs(marking, item, transition.key)

    def completions(self, marking: Marking, item: LiveItem, outcome: str | None) -> Iterator[Play]:
        """
        What can happen when the item is completed with that outcome.
        """

        def play(rules: Rules) -> Step:
            return complete(self.definition, marking, item.ref, rules, outcome=outcome, by_person=False)

        for step in _every(play, self):
            yield Play(step, _rested(step.marking), item.activity, outcome)

    def time_outs(self, marking: Marking, item: LiveItem, transition: str) -> Iterator[Play]:
        """
        What can happen when a timer takes the transition.
        """
        for step in _every(lambda r: time_out(self.definition, marking, item.ref, transition, r), self):
            yield Play(step, _rested(step.marking), item.activity, None, transition)

    def outcomes(self, key: str) -> tuple[str | None, ...]:
        """
        The outcomes that make a difference when the activity completes; only None when none does.
        """
        if key not in self._outcomes:
            named = dict.fromkeys(named_outcomes(self.definition, key))
            self._outcomes[key] = (*named, _other(named), None) if self.reads_outcome(key) else (None,)
        return self._outcomes[key]

    def reads_outcome(self, key: str) -> bool:
        """
        Whether any condition that is asked when a token leaves the activity reads its outcome.
        """
        if key not in self._reading:
            self._reading[key] = any(way.key in self._readers for way in asked(self.definition, key))
        return self._reading[key]

    def behind(self, key: str) -> tuple[ActivityDef, ...]:
        """
        The activity, and the dummies that a token leaving it may pass in the same step.
        """
        if key not in self._behind:
            self._behind[key] = tuple(passed(self.definition, key))
        return self._behind[key]

    def is_free(self, transition: TransitionDef) -> bool:
        """
        Whether the condition reads anything besides the outcome.
        """
        return transition.key in self._free

    def holds(self, transition: TransitionDef, outcome: str | None) -> bool:
        """
        Whether a condition that is not free holds.
        """
        question = (transition.key, outcome)
        if question not in self._answers:
            self._answers[question] = evaluate(transition.condition, completed({}, outcome, []))
        return self._answers[question]

    def _timeouts(self, key: str) -> tuple[TransitionDef, ...]:
        if key not in self._timers:
            waits = not self.definition.activity(key).is_automatic
            self._timers[key] = self.definition.timeouts(key) if waits else ()
        return self._timers[key]

    @cached_property
    def _free(self) -> frozenset[str]:
        return frozenset(t.key for t in self.definition.transitions if _names(t) - OUTCOME_NAMES)

    @cached_property
    def _readers(self) -> frozenset[str]:
        asking = (t for t in self.definition.transitions if not t.is_timeout)
        return frozenset(t.key for t in asking if t.parsed() is None or _names(t) & OUTCOME_NAMES)


class _Chooser:
    """
    Answers what is free: as given, and with no beyond that; keeps all answers for the next round.
    """

    def __init__(self, alternatives: Alternatives, given: list[bool]) -> None:
        self.alternatives = alternatives
        self.given = given
        self.answers: dict[Hashable, bool] = {}

    def __call__(self, transition: TransitionDef, item: LiveItem) -> bool:
        if self.alternatives.is_free(transition):
            holds = self._ask((transition.condition, item.outcome, item.outcomes))
        else:
            holds = self.alternatives.holds(transition, item.outcome)
        return holds and (not transition.pre_hook or self._ask((transition.key,)))

    def _ask(self, question: Hashable) -> bool:
        if question not in self.answers:
            number = len(self.answers)
            self.answers[question] = number < len(self.given) and self.given[number]
        return self.answers[question]

    def following(self) -> list[bool] | None:
        """
        The answers of the next round, None after the last one.
        """
        answers = list(self.answers.values())
        while answers and answers[-1]:
            answers.pop()
        return [*answers[:-1], True] if answers else None


def _every(play: Callable[[Rules], Step], alternatives: Alternatives) -> Iterator[Step]:
    given: list[bool] | None = []
    while given is not None:
        chooser = _Chooser(alternatives, given)
        step = play(Rules(choose=chooser))
        if not any(isinstance(effect, RaiseIncident) and effect.ref is not None for effect in step.effects):
            yield step
        given = chooser.following()


def _rested(marking: Marking) -> Marking:
    return replace(marking, steps=0, activations={})


def _names(transition: TransitionDef) -> frozenset[str]:
    parsed = transition.parsed()
    return frozenset() if parsed is None else parsed.names()


def _other(named: dict[str, None]) -> str:
    text = SOMETHING_ELSE
    while text in named:
        text += "…"
    return text
