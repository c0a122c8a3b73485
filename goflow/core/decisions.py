"""
Which decisions a step offers: the one answer for pages, REST, lint, the designer and refusals.

A decision is offered wherever a condition names it, once, as long as it can lead on with the facts at hand.
What is ``UNDECIDED`` in the facts, because a form on the same page may still change it, rules nothing out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from goflow.core.branches import NOTHING_KNOWN, completed, foreseen
from goflow.core.conditions import LONGEST_OUTCOME, UNDECIDED, Facts, Strategy
from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.core.leads import Lead, Outlook


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One decision that a step offers.

    Attributes:
        value: the outcome it gives; None completes without one.
        label: the name for people; empty when nobody gave the free decision one.
        lead: where it leads; None at an end, and when it is offered although nothing leads on now.
        order: the place of the first transition it may take among those of the activity.
    """

    value: str | None
    label: str
    lead: Lead | None = None
    order: int = 0


def choices(
    definition: ProcessDef,
    key: str,
    facts: Facts | None = None,
    *,
    strategy: Strategy = "compatible",
    wanted: Sequence[str] = (),
) -> tuple[Choice, ...]:
    """
    The decisions of an activity, in the order of the transitions they take; the free one last. At least one.

    When with these facts nothing leads on, those of the drawing alone are given, without leads.

    Args:
        definition: the process.
        key: the activity; DefinitionError when there is none of that key.
        facts: what conditions read, as the engine completes them; without facts everything is undecided.
        strategy: decides for conditions that fail.
        wanted: outcomes to offer in place of those that conditions name.
    """
    if not wanted and definition.is_end(definition.activity(key).key):
        return (Choice(None, ""),)
    found = leading(definition, key, facts, strategy=strategy, wanted=wanted)
    if found:
        return found
    drawn = leading(definition, key, strategy=strategy, wanted=wanted)
    return tuple(replace(choice, lead=None) for choice in drawn) or _bare(wanted)


def leading(
    definition: ProcessDef,
    key: str,
    facts: Facts | None = None,
    *,
    strategy: Strategy = "compatible",
    wanted: Sequence[str] = (),
) -> tuple[Choice, ...]:
    """
    As ``choices``, but nothing when nothing leads on.
    """
    step = _Step(definition, key, NOTHING_KNOWN if facts is None else facts, strategy)
    values = [*wanted] if wanted else [*named_outcomes(definition, key), None]
    found = [choice for value in values if (choice := step.choice(value)) is not None]
    if wanted:
        return tuple(replace(choice, label=choice.value or "") for choice in found)
    found.sort(key=lambda choice: (choice.value is None, choice.order))
    return _distinct(found)


def named_outcomes(definition: ProcessDef, key: str) -> tuple[str, ...]:
    """
    The outcomes that conditions name which are asked when a token leaves the activity, each once.

    Those of routing activities behind it are among them, and those looked for where its token is joined.
    """
    found = (text for way in asked(definition, key) for text in named_by(way))
    joined = (text for way in _asked_of_joins(definition, key) for text in _joined_by(way))
    fitting = (text for text in (*found, *joined) if text and len(text) <= LONGEST_OUTCOME)
    return tuple(dict.fromkeys(fitting))


def named_by(way: TransitionDef) -> tuple[str, ...]:
    """
    The outcomes that the condition of one transition names.
    """
    parsed = way.parsed()
    # A text that does not parse may be an outcome itself.
    return parsed.outcomes if parsed is not None else (way.condition.strip(),)


def surely_accepted(way: TransitionDef, strategy: Strategy = "compatible") -> tuple[str, ...]:
    """
    The outcomes with which the condition of one transition holds, whatever else is or is not known.
    """
    return tuple(value for value in named_by(way) if _foreseen(way, value, strategy))


def asked(definition: ProcessDef, key: str) -> Iterator[TransitionDef]:
    """
    Every transition that may be asked when a token leaves the activity, routing activities behind included.
    """
    for activity in passed(definition, key):
        yield from definition.candidates(activity.key)


def passed(definition: ProcessDef, key: str) -> Iterator[ActivityDef]:
    """
    The activity, and the routing activities that a token leaving it may pass in the same step.
    """
    known = {activity.key: activity for activity in definition.activities}
    waiting, seen = [key], {key}
    while waiting:
        activity = known[waiting.pop(0)]
        yield activity
        for way in definition.outgoing(activity.key):
            target = known.get(way.target)
            if target is not None and target.is_dummy and target.key not in seen:
                seen.add(target.key)
                waiting.append(target.key)


def _asked_of_joins(definition: ProcessDef, key: str) -> Iterator[TransitionDef]:
    known = {activity.key for activity in definition.activities}
    targets = dict.fromkeys(way.target for way in asked(definition, key) if way.target in known)
    for target in targets:
        if definition.is_join(target):
            yield from definition.candidates(target)


def _joined_by(way: TransitionDef) -> tuple[str, ...]:
    parsed = way.parsed()
    return () if parsed is None else parsed.joined_outcomes


def _foreseen(way: TransitionDef, value: str | None, strategy: Strategy) -> bool | None:
    return foreseen(way, completed(NOTHING_KNOWN, value, UNDECIDED), strategy)


class _Step:
    """
    One activity before its decision.
    """

    def __init__(self, definition: ProcessDef, key: str, facts: Facts, strategy: Strategy) -> None:
        self.definition = definition
        self.key = key
        self.facts = facts
        self.strategy: Strategy = strategy
        self.order = {way.key: number for number, way in enumerate(definition.candidates(key))}

    def choice(self, value: str | None) -> Choice | None:
        """
        The decision for that outcome; None when it surely leads nowhere.
        """
        ahead = Outlook(self.definition, self.facts, self.strategy)
        lead = ahead.lead(self.key, value, self.facts.get("outcomes", []))
        if lead is None:
            return None
        order = min(self.order[way.key] for way in ahead.passed if way.key in self.order)
        return Choice(value, self._label(value, ahead.passed), lead, order)

    def _label(self, value: str | None, ways: Sequence[TransitionDef]) -> str:
        """
        The name of the transitions that stand for this one outcome alone, else the outcome.
        """
        own = [way for way in ways if way.key in self.order]
        for group in (own, ways):
            names = {way.name for way in group if way.name and self._stands_for(way) == {value}}
            if len(names) == 1:
                return names.pop()
        return value or ""

    def _stands_for(self, way: TransitionDef) -> set[str | None]:
        values = (*named_by(way), None)
        return {value for value in values if _foreseen(way, value, self.strategy) is not False}


def _distinct(found: list[Choice]) -> tuple[Choice, ...]:
    """
    Two decisions never look alike: what shares its name is called by its outcome.
    """
    count = Counter(choice.label for choice in found)
    return tuple(
        replace(choice, label=choice.value) if choice.value and count[choice.label] > 1 else choice
        for choice in found
    )


def _bare(wanted: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, value) for value in wanted) or (Choice(None, ""),)
