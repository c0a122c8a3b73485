"""
The steps of an escalation as plain data and back.
"""

from __future__ import annotations

from collections.abc import Iterable

from goflow.core import readers
from goflow.core.graph import EscalationAction, EscalationDef
from goflow.core.readers import Data, ExchangeError

MAX_STEPS = 20
FIELDS = ("after", "action", "roles", "priority")
REQUIRED = ("after", "action")

_action = readers.choice(EscalationAction)
_after = readers.text(16)


def as_data(step: EscalationDef) -> Data:
    """
    A step as JSON-serialisable data; what it does not use is left out.
    """
    written: Data = {"after": step.after, "action": step.action.value}
    if step.roles:
        written["roles"] = list(step.roles)
    if step.priority:
        written["priority"] = step.priority
    return written


def listed(steps: Iterable[EscalationDef]) -> list[Data]:
    """
    All steps as data, in their order.
    """
    return [as_data(step) for step in steps]


def steps(value: object, path: str = "") -> tuple[EscalationDef, ...]:
    """
    The steps that the data describes. Whether a duration is one is for lint to tell.

    Raises ExchangeError for anything unknown, missing or of a wrong type.
    """
    entries = readers.listing(value, path, MAX_STEPS)
    return tuple(_step(entry, f"{path}[{index}]") for index, entry in enumerate(entries))


def _step(value: object, path: str) -> EscalationDef:
    entry = readers.mapping(value, path)
    for name in entry:
        if name not in FIELDS:
            raise ExchangeError(f"{path}.{name}", f"is unknown; expected one of {', '.join(FIELDS)}")
    for name in REQUIRED:
        if name not in entry:
            raise ExchangeError(f"{path}.{name}", "is missing")
    _action(entry["action"], f"{path}.action")
    return EscalationDef(
        after=str(_after(entry["after"], f"{path}.after")),
        action=EscalationAction(entry["action"]),
        roles=readers.names(entry.get("roles", []), f"{path}.roles"),
        priority=readers.whole(entry.get("priority", 0), f"{path}.priority"),
    )
