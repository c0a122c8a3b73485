"""
Errors the pure core raises; every message names what was wrong and what is expected instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

SHOWN_TEXT = 80


class GoflowError(Exception):
    """
    Base of every error goflow raises on purpose.

    Attributes:
        code: stable, machine-readable name of the kind of error.
        message: one English sentence for people.
        details: plain data about the offending values.
    """

    code: ClassVar[str] = "goflow-error"

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, object] = dict(details or {})

    def __str__(self) -> str:
        return self.message


class DefinitionError(GoflowError):
    """
    A process definition, or a text inside one, is not acceptable.
    """

    code = "definition-error"


class DurationError(DefinitionError):
    """
    A text is no duration, or a duration has no spelling.
    """

    code = "duration-error"


class ConditionError(DefinitionError):
    """
    A condition cannot be understood, or cannot be evaluated over the facts at hand.

    Attributes:
        text: the condition, trimmed and NFC-normalised.
        position: index into ``text`` (from 0) where the problem was found.
        expected: what should have stood there.
    """

    code = "condition-error"

    def __init__(self, text: str, position: int, expected: str) -> None:
        message = f"Condition {_shown(text)}, position {position + 1}: expected {expected}."
        super().__init__(message, details={"text": text, "position": position, "expected": expected})
        self.text = text
        self.position = position
        self.expected = expected

    def __reduce__(self) -> tuple[type[ConditionError], tuple[str, int, str]]:
        # Exceptions unpickle from ``args``, which hold the message only.
        return type(self), (self.text, self.position, self.expected)


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + "...")
