"""
What happens to work that is late: a warning, the breach, the steps of its escalation.

Plays run inside the unit of the timer that is due; they only collect what the drive writes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from goflow.conf import conf
from goflow.core.errors import DefinitionError
from goflow.core.graph import EscalationAction, EscalationDef
from goflow.core.states import ItemStatus
from goflow.outbound import audience
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
    chosen = _first_of(roles, item) if conf.SLA_AUTO_ASSIGN else None
    if chosen is not None and item.user_id != chosen.pk:
        assignment = Assignment(chosen, personal_queue(chosen))
        _move(drive, item, assignment, {"user": str(chosen.pk), "breached": True})


def _first_of(roles: Collection[int], item: WorkItem) -> Any:  # the host's user model
    """
    The first active member of the roles who could see the item; None when nobody could.
    """
    if not roles:
        return None
    members = get_user_model()._default_manager.filter(is_active=True, groups__in=roles).order_by("pk")
    if conf.TENANT_RESOLVER is not None or conf.TENANT_FILTER is not None:
        ids = list(members.values_list("pk", flat=True))
        members = members.filter(pk__in=audience.of_tenant(ids, item.tenant_id, item.instance_id))
    return members.first()


def _escalate(drive: Drive, item: WorkItem, number: int) -> None:
    activity = drive.under.loaded.graph.activity(item.activity_key)
    if not 0 < number <= len(activity.escalations):
        raise DefinitionError(f"the escalation of {activity.key!r} has no step {number}")
    step = activity.escalations[number - 1]
    roles = sorted(Group.objects.filter(name__in=step.roles).values_list("pk", flat=True))
    metadata: dict[str, object] = {"step": number, "action": step.action.value, "roles": roles}
    if step.action is EscalationAction.PRIORITY:
        _raise(drive, item, step)
    is_moved = step.action is EscalationAction.REASSIGN
    pool = _pool_of(roles, item, drive.under.using) if is_moved else None
    metadata |= {"priority": item.priority, **({"nobody": True} if is_moved and pool is None else {})}
    drive.board.note("workitem.escalated", item.pk, metadata=metadata)
    if pool is not None:
        _give_to(drive, item, pool, {"roles": roles, "step": number})


def _pool_of(roles: Collection[int], item: WorkItem, using: str) -> str | None:
    """
    The pool of the roles; None where nobody would find the item.
    """
    pool = f"{POOL}{queues.of_groups(roles, using)}" if roles else None
    has_tenants = conf.TENANT_RESOLVER is not None or conf.TENANT_FILTER is not None
    if pool is None or empty_pools([pool]) or (has_tenants and _first_of(roles, item) is None):
        return None
    return pool


def _give_to(drive: Drive, item: WorkItem, pool: str, metadata: Mapping[str, object]) -> None:
    item.pool = pool
    drive.board.escalated.add(item.pk)
    _move(drive, item, Assignment(None, pool), metadata)


def _move(drive: Drive, item: WorkItem, chosen: Assignment, metadata: Mapping[str, object]) -> None:
    drive.board.note(
        "workitem.reassigned",
        item.pk,
        status_from=str(item.status),
        status_to=ItemStatus.INACTIVE.value,
        metadata=metadata,
    )
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
