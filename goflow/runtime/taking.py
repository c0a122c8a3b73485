"""
Who has an item in hands: claim it, put it back, give it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goflow import clock
from goflow.core.states import ItemStatus
from goflow.errors import ConcurrentUpdate, NotAllowed, WrongState
from goflow.runtime import begin, guards, permissions, policy
from goflow.runtime.apply import Drive
from goflow.runtime.assignment import Assignment, personal_queue, pool_of
from goflow.runtime.models import WorkItem
from goflow.runtime.said import said
from goflow.runtime.under import Under
from goflow.runtime.unit import unit


def activate(workitem_id: int, *, actor: Any, version: int | None = None) -> WorkItem:
    """
    Take an item: it becomes the actor's own work. Again by the owner changes nothing and succeeds.

    Raises WorkItemNotFound, NotAllowed, WrongState, InstanceClosed, ConcurrentUpdate.
    """

    def work() -> WorkItem:
        params = [personal_queue(actor), actor.pk, clock.now()]
        under = begin.with_item(workitem_id, actor=actor, verb="activate", move="activate", params=params)
        item = guards.require_take(under, version, "activate")
        item.user = actor
        drive = Drive(under)
        drive.board.note("workitem.activated", item.pk, status_from="inactive", status_to="active")
        drive.finish()
        return item

    try:
        return unit(work)
    except (WrongState, ConcurrentUpdate):
        owned = _owned_already(workitem_id, actor)
        if owned is None and not actor.is_superuser:
            raise
        return owned or unit(lambda: _take_over(workitem_id, actor))


def _owned_already(workitem_id: int, actor: Any) -> WorkItem | None:
    mine = WorkItem.objects.select_related("instance").filter(
        pk=workitem_id, status=WorkItem.Status.ACTIVE, user_id=actor.pk, instance__status="running"
    )
    found: WorkItem | None = mine.first()
    return found


def _take_over(workitem_id: int, actor: Any) -> WorkItem:
    """
    A superuser takes an item out of somebody's hands; the record says so.
    """
    under = begin.with_item(workitem_id, actor=actor, verb="activate")
    policy.require_open(under.instance, guards.require_version(under, None))
    chosen = Assignment(actor, personal_queue(actor))
    metadata: dict[str, object] = {"user": str(actor.pk), "taken_over": True}
    return hand_over(under, chosen, ItemStatus.ACTIVE, "workitem.reassigned", metadata)


def release(workitem_id: int, *, actor: Any, version: int | None = None) -> WorkItem:
    """
    Put an owned item back into its activity's pool, or into the one it was escalated to.

    Raises NothingToReleaseTo when the activity names nobody else, and what ``activate`` raises.
    """

    def work() -> WorkItem:
        under = begin.with_item(workitem_id, actor=actor, verb="release")
        item = guards.require(under, version, permissions.require_release)
        queue = pool_of(under.loaded, item, under.instance)
        return hand_over(under, Assignment(None, queue), ItemStatus.INACTIVE, "workitem.released", {})

    return unit(work)


def reassign(
    workitem_id: int, *, actor: Any, to: Any, reason: str = "", version: int | None = None
) -> WorkItem:
    """
    Give an item to another person: its owner hands it over, or an administrator decides.

    An item held by an incident comes back to life with that, and the incident is resolved.
    Raises NotAllowed when the actor may not, or when the new owner is not an active user.
    """

    def work() -> WorkItem:
        under = begin.with_item(workitem_id, actor=actor, verb="reassign")
        item = guards.require(under, version, permissions.require_reassign)
        if not to.is_active:
            raise NotAllowed(verb="reassign", workitem=item.pk)
        metadata: dict[str, object] = {"user": str(to.pk)}
        assignment = Assignment(to, personal_queue(to))
        return hand_over(
            under, assignment, ItemStatus.INACTIVE, "workitem.reassigned", metadata, reason=reason
        )

    return unit(work)


def hand_over(
    under: Under,
    chosen: Assignment,
    status: ItemStatus,
    action: str,
    metadata: Mapping[str, object],
    *,
    reason: str = "",
) -> WorkItem:
    """
    The item gets another owner or pool, recorded as ``action``; why, where people read it.
    """
    item = guards.item_of(under)
    drive = Drive(under)
    if item.status == WorkItem.Status.FALLOUT:
        drive.board.cleared.append(item.pk)
    drive.board.note(action, item.pk, status_from=item.status, status_to=status.value, metadata=metadata)
    drive.board.said = said(item.pk, action, reason=reason)
    item.status, item.user, item.queue = status.value, chosen.user, chosen.queue
    item.activated_at = under.now if status is ItemStatus.ACTIVE else None
    drive.board.changed[item.pk] = None
    drive.finish()
    return item
