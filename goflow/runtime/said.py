"""
What a person says with a verb: answers, a remark, a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from goflow.core.storing import require_storable, storable

BLANK: tuple[object, ...] = (None, "", [], {})
"""Answers that say nothing. Zero and False do say something."""

SECRET = re.compile(r"password|(?:^|_)(?:secret|token|key|pin)\d*$", re.IGNORECASE)
"""Names of answers that nobody is to read again: ``api_key`` and ``new_password1``, not ``keywords``."""


@dataclass(frozen=True, slots=True)
class Said:
    """
    What a revision is made of: the item it is about (None for the instance) and the action it goes with.
    """

    ref: int | None
    action: str
    answers: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.answers or self.reason)


def checked(answers: Mapping[str, object] | None) -> dict[str, object]:
    """
    Answers as a caller gives them. Raises TypeError for what cannot be stored as JSON.
    """
    found = dict(answers or {})
    require_storable(found)
    return found


def said(ref: int | None, action: str, answers: Mapping[str, object] | None = None, reason: str = "") -> Said:
    """
    What is worth keeping of what was said: no blank members, and nothing that is a secret by its name.
    """
    found = {name: value for name, value in (answers or {}).items() if not SECRET.search(name)}
    return Said(ref, action, _without_blanks(found), storable(reason).strip())


def _without_blanks(values: Mapping[str, object]) -> dict[str, object]:
    found = {name: _inner(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value not in BLANK}


def _inner(value: object) -> object:
    if isinstance(value, str):
        return value if value.strip() else ""
    return _without_blanks(value) if isinstance(value, Mapping) else value
