"""
What happens to work that is late: a warning, the breach, the steps of its escalation.

Plays run inside the unit of the timer that is due; they only collect what the drive writes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from goflow.conf import conf
from goflow.core.errors import DefinitionError
from goflow.core.graph import EscalationAction, EscalationDef
from goflow.core.states import ItemStatus
from goflow.runtime import timers
from goflow.runtime.apply import Drive
from goflow.runtime.assignment import PRIORITY_STEP, Assignment, empty_pools, personal_queue
from goflow.runtime.models import WorkItem
from goflow.runtime.policy import POOL
from goflow.workflow import queues


def play(drive: Drive, item: WorkItem, timer: str) -> None:
    """
    What the timer of that name is for, a timeout excepted. Raises DefinitionError for an unknown step.
    """
    if timer == timers.WARN:
        _tell(drive, item, "sla.warned")
    elif timer == timers.BREACH:
        _breach(drive, item)
    else:
        _escalate(drive, item, timers.step_of(timer))


def _tell(drive: Drive, item: WorkItem, action: str) -> list[int]:
    """
    Record it with the roles that are told. Returns their ids.
    """
    roles = sorted(Group.objects.filter(sla_activities=item.activity_id).values_list("pk", flat=True))
    due_at = None if item.due_at is None else item.due_at.isoformat()
    drive.board.note(action, item.pk, metadata={"due_at": due_at, "roles": roles})
    return roles


def _breach(drive: Drive, item: WorkItem) -> None:
    roles = _tell(drive, item, "sla.breached")
    chosen = _first_of(roles) if conf.SLA_AUTO_ASSIGN else None
    if chosen is None or item.user_id == chosen.pk:
        return
    before = str(item.status)
    _move(drive, item, Assignment(chosen, personal_queue(chosen)))
    metadata = {"user": str(chosen.pk), "breached": True}
    drive.board.note(
        "workitem.reassigned", item.pk, status_from=before, status_to=item.status, metadata=metadata
    )


def _first_of(roles: Collection[int]) -> Any:  # the host's user model
    users = get_user_model()._default_manager
    return users.filter(is_active=True, groups__in=roles).order_by("pk").first() if roles else None


def _escalate(drive: Drive, item: WorkItem, number: int) -> None:
    activity = drive.under.loaded.graph.activity(item.activity_key)
    if not 0 < number <= len(activity.escalations):
        raise DefinitionError(f"the escalation of {activity.key!r} has no step {number}")
    step, before = activity.escalations[number - 1], str(item.status)
    roles = sorted(Group.objects.filter(name__in=step.roles).values_list("pk", flat=True))
    metadata: dict[str, object] = {"step": number, "action": step.action.value, "roles": roles}
    if step.action is EscalationAction.REASSIGN and not _give_to(drive, item, roles):
        metadata["nobody"] = True
    if step.action is EscalationAction.PRIORITY:
        _raise(drive, item, step)
    metadata["priority"] = item.priority
    drive.board.note(
        "workitem.escalated", item.pk, status_from=before, status_to=item.status, metadata=metadata
    )


def _give_to(drive: Drive, item: WorkItem, roles: Collection[int]) -> bool:
    """
    Into the pool of the roles; where nobody would find it, the item stays where it is.
    """
    if not roles:
        return False
    pool = f"{POOL}{queues.of_groups(roles, drive.under.using)}"
    if empty_pools([pool]):
        return False
    item.pool = pool
    drive.board.escalated.add(item.pk)
    _move(drive, item, Assignment(None, pool))
    return True


def _move(drive: Drive, item: WorkItem, chosen: Assignment) -> None:
    item.status, item.activated_at = ItemStatus.INACTIVE.value, None
    item.user, item.queue = chosen.user, chosen.queue
    drive.board.changed[item.pk] = None


def _raise(drive: Drive, item: WorkItem, step: EscalationDef) -> None:
    """
    Never lowers: somebody may have found it more urgent already.
    """
    higher = step.priority - item.priority
    if higher > 0:
        item.priority = step.priority
        item.sort_key -= higher * PRIORITY_STEP
        drive.board.changed[item.pk] = None
        drive.board.escalated.add(item.pk)
