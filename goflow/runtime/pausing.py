"""
An instance stands still, and goes on: time does not count meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from goflow.core.states import InstanceStatus
from goflow.errors import WrongState
from goflow.runtime import begin, policy
from goflow.runtime.apply import Drive
from goflow.runtime.models import ProcessInstance, Timer, WorkItem
from goflow.runtime.said import said
from goflow.runtime.statements import NOT_CLOSED
from goflow.runtime.under import Under
from goflow.runtime.unit import unit

NOT_OVER = ("blocked", "inactive", "active", "suspended", "fallout")


class NotSuspended(WrongState):
    """
    There is nothing to resume.
    """

    code = "not-suspended"
    template = _("This request is “%(status)s”, not suspended, so it cannot be resumed. Reload the page.")


def suspend(instance_id: int, *, actor: Any, reason: str = "") -> ProcessInstance:
    """
    Let an instance stand still: no verb, no timer and no result changes it until it is resumed.

    For administrators. Raises InstanceNotFound, InstanceClosed (InstanceSuspended when it stands already),
    NotAllowed.
    """

    def work() -> ProcessInstance:
        under = begin.with_instance(instance_id, actor=actor)
        policy.require_administrator(actor, under.instance, "suspend")
        return _change(under, InstanceStatus.SUSPENDED, reason)

    return unit(work)


def resume(instance_id: int, *, actor: Any, reason: str = "") -> ProcessInstance:
    """
    Let a suspended instance go on. What was to be due is due later by the time it stood still.

    For administrators. Raises InstanceNotFound, InstanceClosed, NotSuspended, NotAllowed.
    """

    def work() -> ProcessInstance:
        under = begin.with_instance(instance_id, actor=actor, statuses=NOT_CLOSED)
        policy.require_administrator(actor, under.instance, "resume")
        instance = under.instance
        if instance.status != ProcessInstance.Status.SUSPENDED:
            raise NotSuspended(status=instance.get_status_display(), instance=instance.pk)
        _shift(instance_id, under.now - (instance.suspended_at or under.now))
        return _change(under, InstanceStatus.RUNNING, reason)

    return unit(work)


def _change(under: Under, status: InstanceStatus, reason: str) -> ProcessInstance:
    drive = Drive(under)
    drive.board.status = status.value
    before, action = str(under.instance.status), "instance.status_changed"
    drive.board.note(action, None, status_from=before, status_to=status.value)
    drive.board.said = said(None, action, reason=reason)
    drive.finish()
    return under.instance


def _shift(instance_id: int, pause: timedelta) -> None:
    """
    Two statements, whatever the number of items. Whole seconds, as sort keys count them.
    """
    seconds = max(0, ceil(pause.total_seconds()))
    later = F("due_at") + timedelta(seconds=seconds)
    QuerySet(Timer).filter(workitem__instance_id=instance_id).update(due_at=later)
    items: QuerySet[WorkItem] = QuerySet(WorkItem).filter(
        instance_id=instance_id, status__in=NOT_OVER, due_at__isnull=False
    )
    items.update(due_at=later, sort_key=F("sort_key") + seconds)
