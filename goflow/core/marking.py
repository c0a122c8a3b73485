"""
Where the tokens of an instance are: live work items, and tokens that wait on a transition into a join.

Rows that exist have their positive ids as references; what a step creates has negative ones until stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goflow.core.states import ItemStatus


@dataclass(frozen=True, slots=True)
class LiveItem:
    """
    A work item that is a token: somebody or something still has to move it.
    """

    ref: int
    activity: str
    status: ItemStatus
    outcome: str | None = None
    outcomes: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """
    A token waiting on a transition into a join; ``waiting`` is the blocked item that stands for the join.
    """

    ref: int
    transition: str
    sender: int
    waiting: int
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """
    The tokens a step works on. ``elsewhere`` counts live items that are not listed because no join of the
    definition looks at them; ``last_ref`` is the last negative reference given out in this drive.
    """

    items: tuple[LiveItem, ...] = ()
    tokens: tuple[Token, ...] = ()
    elsewhere: int = 0
    last_ref: int = 0
    steps: int = 0
    activations: Mapping[str, int] = field(default_factory=dict)

    @property
    def open_items(self) -> int:
        """
        How many live items the instance has.
        """
        return len(self.items) + self.elsewhere

    def item(self, ref: int) -> LiveItem:
        """
        The live item of that reference. Raises KeyError when it is not live here.
        """
        for item in self.items:
            if item.ref == ref:
                return item
        raise KeyError(ref)
