"""
What a verb demands of the item it has begun with.
"""

from __future__ import annotations

from collections.abc import Callable

from goflow.conf import conf
from goflow.errors import ConcurrentUpdate, NotByHand
from goflow.runtime import policy
from goflow.runtime.models import WorkItem
from goflow.runtime.permissions import Standing
from goflow.runtime.under import Under


def item_of(under: Under) -> WorkItem:
    """
    The item the unit was begun with.
    """
    if under.item is None:
        raise AssertionError("the unit was begun without an item")
    return under.item


def require_take(under: Under, version: int | None, verb: str) -> WorkItem:
    """
    The item was moved by the guarded UPDATE already; its queue before that says who could take it.
    """
    item = require_version(under, None if version is None else version + 1)
    taker = policy.Taker(under.actor, item.last_queue, under.groups)
    policy.require_take(under.loaded, item, taker, verb)
    return item


def require(under: Under, version: int | None, rule: Callable[[Standing], None]) -> WorkItem:
    """
    The item, if the caller has read it as it is and the rule of ``permissions`` lets the actor act on it.

    Raises ConcurrentUpdate, NotByHand, and what the rule raises.
    """
    item = require_version(under, version)
    rule(Standing(under.actor, item, under.loaded, under.groups))
    return item


def require_version(under: Under, version: int | None) -> WorkItem:
    """
    The item as the caller has read it.

    Raises ConcurrentUpdate when it has changed since (optimistic locking), NotByHand when it is no work
    of people.
    """
    item = item_of(under)
    if not under.loaded.graph.activity(item.activity_key).is_human:
        raise NotByHand(workitem=item.pk)
    if version is not None and item.version != version and conf.LOCK_STRATEGY != "pessimistic":
        raise ConcurrentUpdate(workitem=item.pk)
    return item
