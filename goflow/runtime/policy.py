"""
Who may do what. The engine asks here under the instance's lock; pages ask here what to offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.db.models import Count, Q

from goflow.core.states import WORKABLE, ItemStatus
from goflow.errors import InstanceClosed, InstanceSuspended, NotAllowed, WrongState
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Process, Queue

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model

START = "goflow.can_instantiate"
BROWSE = "goflow.can_browse"
ADMINISTER = "goflow.change_processinstance"
CHANGE_PROCESS = "goflow.change_process"

EVERYONE = "*"
"""What the queue keys of activities that name nobody begin with; the tenant follows."""

POOL = "q:"
"""What the queue keys of activities that name groups or users begin with; the id of the Queue follows."""


@dataclass(frozen=True, slots=True)
class Taker:
    """
    A person before a work item: the item's queue before the verb, and the person's groups.
    """

    user: Any  # the host's user model
    queue: str | None
    groups: frozenset[Any]


def holds(user: AbstractBaseUser | None, perm: str, obj: Model | None = None) -> bool:
    """
    Superuser, or has the permission, or has it for the object (object permission back-ends plug in here).
    """
    if user is None or not getattr(user, "is_active", False):
        return False
    if user.has_perm(perm):  # type: ignore[attr-defined] # PermissionsMixin, present on every usable user model
        return True
    return obj is not None and bool(user.has_perm(perm, obj))  # type: ignore[attr-defined]


def may_start(user: AbstractBaseUser | None, process: Process) -> bool:
    """
    Holds the right for the process as object; or holds it in general and is in the process's group, if any.
    """
    if user is None or not getattr(user, "is_active", False):
        return False
    if getattr(user, "is_superuser", False) or user.has_perm(START, process):  # type: ignore[attr-defined]
        return True
    if not user.has_perm(START):  # type: ignore[attr-defined]
        return False
    named = Group.objects.filter(name__in=[process.title, process.code])
    members = named.annotate(is_member=Count("user", filter=Q(user=user.pk))).values_list(
        "is_member", flat=True
    )
    counts = list(members)
    return not counts or any(counts)


def is_open_to(loaded: Loaded, item: WorkItem, user: Any, groups: frozenset[Any]) -> bool:
    """
    Whether the item, unowned, may be taken by the user.

    One query for an item that an escalation sent to another pool than its activity's; else none.
    """
    if not getattr(user, "is_active", False):
        return False
    if item.pool is not None:
        return _is_member(item.pool, user, groups)
    activity = item.activity_key
    if is_for_everyone(loaded, activity):
        return True
    return user.pk in loaded.user_ids[activity] or bool(loaded.group_ids[activity] & groups)


def _is_member(pool: str, user: Any, groups: frozenset[Any]) -> bool:
    member = Q(users=user.pk) | Q(groups__in=groups)
    return bool(Queue.objects.filter(member, pk=pool.removeprefix(POOL)).exists())


def is_for_everyone(loaded: Loaded, activity: str) -> bool:
    """
    Whether the activity named nobody when it was published.

    Asked of its queue: a role that was deleted since then closes the activity, it never opens it.
    """
    return loaded.queues[activity].startswith(EVERYONE)


def is_pushed_only(loaded: Loaded, item: WorkItem) -> bool:
    """
    Whether a function chose who has the item, and there is no pool that it could go back to.
    """
    is_pushed = bool(loaded.graph.activity(item.activity_key).push_application)
    return is_pushed and item.pool is None and is_for_everyone(loaded, item.activity_key)


def may_take(loaded: Loaded, item: WorkItem, taker: Taker) -> bool:
    """
    The owner; when unowned, whoever the activity names, or who got it by escalation; superusers always.

    Nobody what a program does.
    """
    user = taker.user
    if not getattr(user, "is_active", False) or not loaded.graph.activity(item.activity_key).is_human:
        return False
    if user.is_superuser or taker.queue == f"u:{user.pk}":
        return True
    owned = taker.queue is not None and taker.queue.startswith("u:")
    return not owned and is_open_to(loaded, item, user, taker.groups)


def require_take(loaded: Loaded, item: WorkItem, taker: Taker, verb: str) -> None:
    """
    Raises NotAllowed unless the person may take the item; nothing is changed then.
    """
    if not may_take(loaded, item, taker):
        raise NotAllowed(verb=verb, workitem=item.pk)


def require_administrator(user: Any, instance: ProcessInstance, verb: str) -> None:
    """
    Raises NotAllowed unless the user administers instances of the process.
    """
    if not may_administer(user, instance):
        raise NotAllowed(verb=verb, instance=instance.pk)


def may_administer(user: Any, instance: ProcessInstance | None = None) -> bool:
    """
    Whether the user may cancel, reassign, retry: ``goflow.change_processinstance``, also per object.
    """
    return holds(user, ADMINISTER, instance)


def stopped(instance: ProcessInstance) -> InstanceClosed:
    """
    Why nothing can be done in an instance that does not run.
    """
    is_paused = instance.status == ProcessInstance.Status.SUSPENDED
    kind = InstanceSuspended if is_paused else InstanceClosed
    return kind(status=instance.get_status_display(), instance=instance.pk)


def require_open(instance: ProcessInstance, item: WorkItem) -> None:
    """
    Raises InstanceClosed or WrongState for an item nobody can work on.
    """
    if instance.status != ProcessInstance.Status.RUNNING:
        raise stopped(instance)
    if ItemStatus(item.status) not in WORKABLE:
        raise WrongState(status=item.get_status_display(), workitem=item.pk)
