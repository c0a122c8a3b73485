"""
A finding about a definition, and the steps that lead to it.

The code is stable and the values of the sentence are kept, so that a door can translate it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from goflow.core.graph import ActivityDef, TransitionDef
from goflow.core.problem_texts import TEXTS


class Severity(str, Enum):
    """
    Whether a problem blocks publishing.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class TraceStep:
    """
    One step of a story: an activity is completed with an outcome, or left by a timeout.

    The first step has no activity: the instance starts.

    Attributes:
        transitions: keys of those taken, in order, dummies passed on the way included.
        items: keys of the activities that are open then, as often as they are.
        tokens: keys of the transitions on which tokens wait then.
    """

    activity: str = ""
    outcome: str | None = None
    timeout: str = ""
    transitions: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """
        The step as JSON-serialisable data.
        """
        return {
            "activity": self.activity,
            "outcome": self.outcome,
            "timeout": self.timeout,
            "transitions": list(self.transitions),
            "items": list(self.items),
            "tokens": list(self.tokens),
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One finding. ``elements`` are keys of activities and transitions; none when it concerns the whole process.

    ``trace`` tells how an instance gets there, for findings about what can happen.
    """

    code: str
    severity: Severity
    elements: tuple[str, ...]
    message: str
    fix: str
    params: Mapping[str, object] = field(default_factory=dict)
    trace: tuple[TraceStep, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """
        The problem as JSON-serialisable data; ``trace`` only when there is one.
        """
        told: dict[str, object] = {
            "code": self.code,
            "severity": self.severity.value,
            "elements": list(self.elements),
            "message": self.message,
            "fix": self.fix,
            "params": dict(self.params),
        }
        return told | ({"trace": [step.as_dict() for step in self.trace]} if self.trace else {})


def problem(code: str, elements: Iterable[str], **params: object) -> Problem:
    """
    The problem of that code, its sentences filled in with the parameters.
    """
    text = TEXTS[code]
    message, fix = text.message.format(**params), text.fix.format(**params)
    return Problem(code, Severity(text.severity), tuple(elements), message, fix, params)


def named(activity: ActivityDef) -> str:
    """
    What a sentence calls an activity.
    """
    return activity.title or activity.key


def route(transition: TransitionDef) -> str:
    """
    What a sentence calls a transition.
    """
    return transition.name or f"{transition.source} → {transition.target}"
