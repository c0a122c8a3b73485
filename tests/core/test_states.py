from __future__ import annotations

import pytest

from goflow.core.states import (
    CLOSED_INSTANCE,
    INSTANCE_MOVES,
    ITEM_MOVES,
    LIVE,
    WORKABLE,
    InstanceStatus,
    ItemStatus,
    may_move,
    may_move_instance,
)


def test_every_item_status_has_its_moves() -> None:
    assert set(ITEM_MOVES) == set(ItemStatus)


def test_every_instance_status_has_its_moves() -> None:
    assert set(INSTANCE_MOVES) == set(InstanceStatus)


@pytest.mark.parametrize("status", [ItemStatus.COMPLETE, ItemStatus.CANCELLED])
def test_ended_items_stay_as_they_are(status: ItemStatus) -> None:
    assert not any(may_move(status, other) for other in ItemStatus)


@pytest.mark.parametrize("status", sorted(CLOSED_INSTANCE))
def test_ended_instances_stay_as_they_are(status: InstanceStatus) -> None:
    assert not any(may_move_instance(status, other) for other in InstanceStatus)


def test_every_open_item_can_be_withdrawn() -> None:
    assert all(may_move(status, ItemStatus.CANCELLED) for status in LIVE | {ItemStatus.BLOCKED})


def test_suspended_items_are_not_completed() -> None:
    assert not may_move(ItemStatus.SUSPENDED, ItemStatus.COMPLETE)


def test_running_instances_can_be_suspended() -> None:
    assert may_move_instance(InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


def test_workable_items_are_live() -> None:
    assert WORKABLE < LIVE


def test_blocked_items_are_no_tokens() -> None:
    assert ItemStatus.BLOCKED not in LIVE
