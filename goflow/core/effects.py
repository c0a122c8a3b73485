"""
What a step wants done, as data. ``runtime.apply`` turns effects into rows; the simulator prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from goflow.core.marking import Marking
from goflow.core.states import InstanceStatus, ItemStatus


@dataclass(frozen=True, slots=True)
class OpenItem:
    """
    A new work item. ``status`` is blocked for a join that waits, complete for a consumed dummy.
    """

    ref: int
    activity: str
    status: ItemStatus
    sender: int | None = None
    outcome: str | None = None
    outcomes: tuple[str | None, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class WakeItem:
    """
    The blocked item of a join opens: every token it waited for has come.
    """

    ref: int
    activity: str
    status: ItemStatus
    sender: int | None
    outcome: str | None
    outcomes: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class CloseItem:
    """
    A live or blocked item ends: completed with its outcome, or withdrawn (cancelled).
    """

    ref: int
    activity: str
    status: ItemStatus
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class TakeTransition:
    """
    A transition was taken by the item; its post_hook runs for it.
    """

    transition: str
    item: int


@dataclass(frozen=True, slots=True)
class HoldToken:
    """
    A token waits on a transition into a join.
    """

    ref: int
    transition: str
    sender: int
    waiting: int
    outcome: str | None


@dataclass(frozen=True, slots=True)
class DropToken:
    """
    A waiting token is consumed by its join, or withdrawn with the instance.
    """

    ref: int


@dataclass(frozen=True, slots=True)
class RunApplication:
    """
    An automatic activity opened: run its application and complete the item with what it returns.
    """

    ref: int
    activity: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """
    A timer from the moment the item opened; firing takes the transition alone.
    """

    ref: int
    activity: str
    transition: str
    duration: timedelta


@dataclass(frozen=True, slots=True)
class FinishInstance:
    """
    The instance reaches a final status.
    """

    status: InstanceStatus


@dataclass(frozen=True, slots=True)
class RaiseIncident:
    """
    The engine cannot go on here by itself; ``ref`` is the item it holds, None for the instance as a whole.
    """

    code: str
    ref: int | None = None
    activity: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


Effect = (
    OpenItem
    | WakeItem
    | CloseItem
    | TakeTransition
    | HoldToken
    | DropToken
    | RunApplication
    | SetTimer
    | FinishInstance
    | RaiseIncident
)


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Why a transition was or was not taken: the condition, its value and what was read for it.
    """

    item: int
    transition: str
    condition: str
    value: bool
    vetoed: bool = False
    operands: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """
    The result of one step: what to do, why, where the tokens are then, and which hooks must answer first.

    ``unanswered`` names transitions whose condition holds but whose pre_hook has not been asked; the step is
    not to be applied then but taken again with the answers.
    """

    effects: tuple[Effect, ...]
    decisions: tuple[Decision, ...]
    marking: Marking
    unanswered: tuple[tuple[str, int], ...] = ()
