"""
Which verbs a person may use on a work item now: what the doors offer, by the rules that the engine enforces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime import policy
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded


@dataclass(frozen=True, slots=True)
class Verbs:
    """
    True for what would not be refused.
    """

    activate: bool = False
    complete: bool = False
    release: bool = False
    reassign: bool = False
    forward: bool = False


def of(user: Any, item: WorkItem, loaded: Loaded) -> Verbs:
    """
    The verbs that this person may use on this item. Four queries at most.
    """
    administers = policy.may_administer(user, item.instance)
    activity = loaded.graph.activity(item.activity_key)
    if not item.is_open or not activity.is_human or item.instance.status != ProcessInstance.Status.RUNNING:
        is_stopped = item.status == WorkItem.Status.FALLOUT and activity.is_human
        is_closed = item.instance.is_closed
        return Verbs(reassign=is_stopped and administers and not is_closed)
    groups = frozenset(user.groups.values_list("pk", flat=True))
    may_take = policy.may_take(loaded, item, policy.Taker(user, item.queue, groups))
    holds = item.user_id == user.pk or administers
    return Verbs(
        activate=may_take,
        complete=may_take,
        release=holds and item.user_id is not None and not policy.is_pushed_only(loaded, item),
        reassign=holds,
        forward=holds and not activity.autofinish and _is_decided(item),
    )


def _is_decided(item: WorkItem) -> bool:
    rows = AuditEvent.objects.filter(stream=instance_stream(item.instance_id), workitem_id=item.pk)
    return rows.filter(action="workitem.decided").exists()
