"""
What a person may do to a work item: the one rule that the engine enforces and every door offers by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from goflow.conf import conf
from goflow.core.graph import ActivityDef
from goflow.core.states import ItemStatus
from goflow.errors import EngineError, NotAllowed, NotByHand, NothingToReleaseTo, WrongState
from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime import policy
from goflow.runtime.assignment import empty_pools, pool_of
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded


@dataclass(frozen=True, slots=True)
class Permissions:
    """
    True for what the engine would not refuse this person now. Outcomes and answers may still be refused.
    """

    activate: bool = False
    complete: bool = False
    release: bool = False
    reassign: bool = False
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """
    One person before one item as it is now; ``groups`` are the keys of the person's groups.
    """

    user: Any  # the host's user model; None is nobody
    item: WorkItem
    loaded: Loaded
    groups: frozenset[Any]

    @property
    def activity(self) -> ActivityDef:
        """
        The definition of the item's activity.
        """
        return self.loaded.graph.activity(self.item.activity_key)

    @property
    def administers(self) -> bool:
        """
        Whether the person administers the instance.
        """
        return policy.may_administer(self.user, self.item.instance)


def permissions_on(user: Any, item: WorkItem, loaded: Loaded) -> Permissions:
    """
    What this person may do to this item. A constant number of queries, none per row of anything.
    """
    groups = frozenset(user.groups.values_list("pk", flat=True))
    standing = Standing(user, item, loaded, groups)
    may_take = _allows(require_take, standing)
    return Permissions(
        activate=may_take,
        complete=may_take,
        release=_allows(require_release, standing),
        reassign=_allows(require_reassign, standing),
        forward=_allows(require_forward, standing),
    )


def require_take(standing: Standing) -> None:
    """
    To take or complete it. Raises NotByHand, InstanceClosed, WrongState, NotAllowed.
    """
    _require_open(standing)
    taker = policy.Taker(standing.user, standing.item.queue, standing.groups)
    policy.require_take(standing.loaded, standing.item, taker, "activate")


def require_release(standing: Standing) -> None:
    """
    To put it back into its pool. Raises NothingToReleaseTo when there is none with people in it, WrongState
    when nobody has it, and what ``require_reassign`` raises.
    """
    _require_own(standing, "release")
    item = standing.item
    if item.user_id is None:
        raise WrongState(status=item.get_status_display(), workitem=item.pk)
    queue = pool_of(standing.loaded, item, item.instance)
    if policy.is_pushed_only(standing.loaded, item) or empty_pools([queue]):
        raise NothingToReleaseTo(workitem=item.pk)


def require_reassign(standing: Standing) -> None:
    """
    To give it to another person. Raises NotByHand, InstanceClosed, WrongState, NotAllowed.

    An administrator may give away what an incident holds, too: that is how it leaves a pool without people.
    """
    instance, is_held = standing.item.instance, standing.item.status == ItemStatus.FALLOUT.value
    if not (is_held and standing.activity.is_human and standing.administers):
        _require_own(standing, "reassign")
    elif instance.status != ProcessInstance.Status.RUNNING:
        raise policy.stopped(instance)


def require_forward(standing: Standing) -> None:
    """
    To move on what was decided and waits. Raises WrongState when it does not wait for that, and what
    ``require_reassign`` raises.
    """
    _require_own(standing, "forward")
    if not awaits_forward(standing.item, standing.activity):
        raise WrongState(status=standing.item.get_status_display(), workitem=standing.item.pk)


def awaits_forward(item: WorkItem, activity: ActivityDef) -> bool:
    """
    Whether the item was decided and its activity does not finish by itself. One query at most.
    """
    if activity.autofinish:
        return False
    if not conf.AUDIT_ENABLED:
        # Nothing but the outcome tells of the decision then.
        return item.condition is not None
    rows = AuditEvent.objects.filter(stream=instance_stream(item.instance_id), workitem_id=item.pk)
    return rows.filter(action="workitem.decided").exists()


def _require_own(standing: Standing, verb: str) -> None:
    _require_open(standing)
    item, user = standing.item, standing.user
    is_own = user is not None and item.user_id == user.pk
    if not (is_own or standing.administers):
        raise NotAllowed(verb=verb, workitem=item.pk)


def _require_open(standing: Standing) -> None:
    if not standing.activity.is_human:
        raise NotByHand(workitem=standing.item.pk)
    policy.require_open(standing.item.instance, standing.item)


def _allows(rule: Callable[[Standing], None], standing: Standing) -> bool:
    try:
        rule(standing)
    except EngineError:
        return False
    return True
