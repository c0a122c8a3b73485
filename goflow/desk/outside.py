"""
What programs do for an instance at this moment: the jobs of its external activities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from goflow import clock
from goflow.journal.models import OutboxMessage
from goflow.runtime.external import KINDS
from goflow.runtime.models import WorkItem


@dataclass(frozen=True, slots=True)
class Outside:
    """
    The job of a work item.

    Attributes:
        attempt: how often it was begun.
        worker: who has it, blank while nobody has.
        error: why the last attempt failed.
        due_at: when somebody may begin it, or take it over.
        is_late: that time has come and nobody has begun.
        is_done: the work is done; its result could not be taken yet.
    """

    topic: str
    attempt: int
    worker: str
    error: str
    due_at: datetime
    is_late: bool
    is_done: bool


def of(items: Iterable[WorkItem]) -> dict[int, Outside]:
    """
    The jobs of those items that programs work on, by the item's id. One query; none without such items.
    """
    wanted = [item.pk for item in items if is_outside(item)]
    if not wanted:
        return {}
    jobs = OutboxMessage.objects.filter(
        workitem_id__in=wanted, kind__in=KINDS, status=OutboxMessage.Status.DUE
    )
    now = clock.now()
    return {job.workitem_id or 0: _outside(job, now) for job in jobs.order_by("id")}


def is_outside(item: WorkItem) -> bool:
    """
    Whether a program works on the item, now or soon.
    """
    return bool(item.is_open and item.activity.autostart)


def _outside(job: OutboxMessage, now: datetime) -> Outside:
    is_held = bool(job.lease_token) and job.due_at > now
    return Outside(
        topic=job.topic,
        attempt=job.attempts,
        worker=job.worker if is_held else "",
        error=job.last_error,
        due_at=job.due_at,
        is_late=job.due_at <= now,
        is_done=job.kind != KINDS[0],
    )
