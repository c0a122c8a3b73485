"""
The states of work items and instances, and the table of allowed moves.
"""

from __future__ import annotations

from enum import Enum


class ItemStatus(str, Enum):
    """
    The state of one work item.
    """

    BLOCKED = "blocked"
    INACTIVE = "inactive"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FALLOUT = "fallout"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class InstanceStatus(str, Enum):
    """
    The state of one process instance.
    """

    INITIATED = "initiated"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETE = "complete"
    TERMINATED = "terminated"


LIVE = frozenset({ItemStatus.INACTIVE, ItemStatus.ACTIVE, ItemStatus.SUSPENDED, ItemStatus.FALLOUT})
"""The states that count in ``open_items``: tokens somebody or something still has to move."""

WORKABLE = frozenset({ItemStatus.INACTIVE, ItemStatus.ACTIVE})
"""The states in which a person may take or complete an item."""

CLOSED_INSTANCE = frozenset({InstanceStatus.COMPLETE, InstanceStatus.TERMINATED})

_S = ItemStatus
ITEM_MOVES: dict[ItemStatus, frozenset[ItemStatus]] = {
    _S.BLOCKED: frozenset({_S.INACTIVE, _S.ACTIVE, _S.COMPLETE, _S.FALLOUT, _S.CANCELLED}),
    _S.INACTIVE: frozenset({_S.ACTIVE, _S.COMPLETE, _S.SUSPENDED, _S.FALLOUT, _S.CANCELLED}),
    _S.ACTIVE: frozenset({_S.INACTIVE, _S.COMPLETE, _S.SUSPENDED, _S.FALLOUT, _S.CANCELLED}),
    _S.SUSPENDED: frozenset({_S.INACTIVE, _S.ACTIVE, _S.CANCELLED}),
    _S.FALLOUT: frozenset({_S.INACTIVE, _S.ACTIVE, _S.COMPLETE, _S.CANCELLED}),
    _S.COMPLETE: frozenset(),
    _S.CANCELLED: frozenset(),
}

_I = InstanceStatus
INSTANCE_MOVES: dict[InstanceStatus, frozenset[InstanceStatus]] = {
    _I.INITIATED: frozenset({_I.RUNNING, _I.TERMINATED}),
    _I.RUNNING: frozenset({_I.SUSPENDED, _I.COMPLETE, _I.TERMINATED}),
    _I.SUSPENDED: frozenset({_I.RUNNING, _I.TERMINATED}),
    _I.COMPLETE: frozenset(),
    _I.TERMINATED: frozenset(),
}


def may_move(status_from: ItemStatus, status_to: ItemStatus) -> bool:
    """
    Whether a work item may go from one state to the other.
    """
    return status_to in ITEM_MOVES[status_from]


def may_move_instance(status_from: InstanceStatus, status_to: InstanceStatus) -> bool:
    """
    Whether an instance may go from one state to the other.
    """
    return status_to in INSTANCE_MOVES[status_from]
