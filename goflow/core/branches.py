"""
What a split takes, as data: the only home of "the first that holds", of "otherwise" and of the facts read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from goflow.core.conditions import UNDECIDED, Facts, Strategy, outlook
from goflow.core.graph import ProcessDef, SplitMode, TransitionDef

Ask: TypeAlias = Callable[[TransitionDef], bool | None]

ROOTS = ("instance", "workitem", "wfobject", "data")
NOTHING_KNOWN: Facts = dict.fromkeys((*ROOTS, "outcomes"), UNDECIDED)
"""The facts of a drawing without a request."""


@dataclass(frozen=True, slots=True)
class Branch:
    """
    One way out of an activity that is completed; None where facts that are undecided decide.

    Attributes:
        holds: what the condition of the transition says.
        taken: whether the token goes there, with what was tried before it.
        is_last: whether no transition after this one can be taken.
    """

    transition: TransitionDef
    holds: bool | None
    taken: bool | None
    is_last: bool


def branches(definition: ProcessDef, key: str, ask: Ask) -> Iterator[Branch]:
    """
    Ask the transitions out of an activity one by one, in the order they are tried; timeouts are left out.

    Nothing is asked before its branch is fetched, so who stops after ``is_last`` asks no more than needed.
    """
    is_choice = definition.activity(key).split_mode is SplitMode.XOR
    before: bool | None = False  # whether a choice is made already
    for transition in definition.candidates(key):
        holds = ask(transition)
        taken = _both(holds, None if before is None else not before)
        before = _either(before, taken) if is_choice else False
        yield Branch(transition, holds, taken, before is True)


def completed(facts: Facts, outcome: object, outcomes: Sequence[object] | object) -> dict[str, object]:
    """
    The facts of an item that is completed with an outcome; ``outcomes`` are those its join took together.
    """
    found = {**facts, "outcome": outcome, "outcomes": outcomes}
    for root in ("instance", "workitem"):
        known = facts.get(root)
        if known is not UNDECIDED:
            found[root] = {**(known if isinstance(known, Mapping) else {}), "condition": outcome}
    return found


def foreseen(transition: TransitionDef, facts: Facts, strategy: Strategy) -> bool | None:
    """
    Whether a transition will hold; a hook may still veto what does.
    """
    holds = outlook(transition.condition, facts, strategy=strategy)
    return None if holds and transition.pre_hook else holds


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one and other else None


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return False if one is False and other is False else None
