"""
Who gets an opened work item: a person by push, a pool by role, or everyone; and which queues a person reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from goflow import tenancy
from goflow.core.graph import ActivityDef
from goflow.errors import EngineError
from goflow.runtime import policy
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.policy import POOL
from goflow.runtime.task import Task
from goflow.runtime.unit import alias
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Queue
from goflow.workflow.registry import get_push

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

PATIENCE = timedelta(days=30)
"""An item without a due time is sorted as if it were due this long after its creation."""

PRIORITY_STEP = 10**11
"""Seconds between two priorities in a sort key: more than any time in seconds."""


class NobodyToPushTo(EngineError):
    """
    The push function named nobody who can work.
    """

    code = "push-failed"
    template = "the push function %(name)s named nobody who is active"


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Owner (None for a pool) and queue of an opened item.
    """

    user: Any | None  # the host's user model
    queue: str


def personal_queue(user: AbstractBaseUser) -> str:
    """
    The queue of one person.
    """
    return f"u:{user.pk}"


def sort_key(*, priority: int, due_at: datetime | None, created_at: datetime) -> int:
    """
    One ascending integer: higher priority first, then the earlier due time.
    """
    moment = due_at or created_at + PATIENCE
    return -priority * PRIORITY_STEP + int(moment.timestamp())


def assign(loaded: Loaded, activity: ActivityDef, task: Task, *, first: bool) -> Assignment:
    """
    Decide who gets the item of a human activity.

    Runs the push function in a savepoint of its own; what it raises reaches the caller, who makes it an
    incident of this item. Raises NobodyToPushTo when it names nobody.
    """
    if activity.push_application:
        return _owned(_pushed(activity, task))
    if first and _requester_takes(loaded, activity, task.requester):
        return _owned(task.requester)
    return Assignment(None, pool(loaded, activity.key, task.instance))


def pool_of(loaded: Loaded, item: WorkItem, instance: ProcessInstance) -> str:
    """
    The queue an item goes back to: the pool it was escalated to, else its activity's.
    """
    return item.pool or pool(loaded, item.activity_key, instance)


def pool(loaded: Loaded, activity: str, instance: ProcessInstance) -> str:
    """
    The queue of an activity's unowned items; the one for everyone is that of the instance's tenant.
    """
    queue = loaded.queues[activity]
    return f"{policy.EVERYONE}{instance.tenant_id}" if queue.startswith(policy.EVERYONE) else queue


def _owned(user: Any) -> Assignment:
    return Assignment(user, personal_queue(user))


def _pushed(activity: ActivityDef, task: Task) -> Any:
    push: Callable[..., Any] = get_push(activity.push_application)
    with transaction.atomic(using=alias()):
        user = push(task, **activity.push_params)
    if user is None or not user.is_active:
        raise NobodyToPushTo(name=activity.push_application)
    return user


def _requester_takes(loaded: Loaded, activity: ActivityDef, requester: Any) -> bool:
    named_groups, named_users = loaded.group_ids[activity.key], loaded.user_ids[activity.key]
    if policy.is_for_everyone(loaded, activity.key) or requester.pk in named_users:
        return True
    return bool(named_groups) and requester.groups.filter(pk__in=named_groups).exists()


def queues_of(user: AbstractBaseUser) -> list[str]:
    """
    The keys of every queue the user reads. One query, remembered on the user object.
    """
    known: list[str] | None = getattr(user, "_goflow_queues", None)
    if known is None:
        known = [personal_queue(user), *pools_of(user)]
        user._goflow_queues = known  # type: ignore[attr-defined]
    return list(known)


def pools_of(user: AbstractBaseUser) -> list[str]:
    """
    The pools the user may take from, the one for everyone included. One query.
    """
    member = Q(users=user.pk) | Q(groups__in=_group_ids(user))
    found = Queue.objects.filter(member).distinct().order_by("id").values_list("id", flat=True)
    return [f"{policy.EVERYONE}{tenancy.resolve(user=user).tenant_id}", *(f"{POOL}{pk}" for pk in found)]


def empty_pools(keys: Collection[str] | None = None) -> list[str]:
    """
    The pools, or those of ``keys``, that nobody active reads: their roles were emptied or deleted. One query.
    """
    found = Queue.objects.exclude(users__is_active=True).exclude(groups__user__is_active=True)
    if keys is not None:
        found = found.filter(pk__in=[key.removeprefix(POOL) for key in keys if key.startswith(POOL)])
    return [f"{POOL}{pk}" for pk in found.order_by("id").values_list("id", flat=True)]


def _group_ids(user: AbstractBaseUser) -> Any:
    return user.groups.order_by().values("pk")  # type: ignore[attr-defined] # PermissionsMixin
