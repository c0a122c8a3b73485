"""
Who works on jobs: the applications of this project after commit, and workers outside that fetch.

Nothing here holds a transaction while an application runs; what it did is told to the engine afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from goflow import clock, logs
from goflow.conf import conf
from goflow.core.graph import ActivityDef
from goflow.core.storing import require_storable
from goflow.errors import JobDone, JobGone, JobNotFound, LeaseLost
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound.results import Tally
from goflow.runtime import external
from goflow.runtime.apply import checked_outcome, describe
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.task import Task
from goflow.runtime.unit import alias
from goflow.workflow.loader import Loaded, definition
from goflow.workflow.registry import get_application

logger = logging.getLogger("goflow.jobs")

OVER = (LeaseLost, JobDone, JobGone)
"""Somebody else has the job by now, or nobody needs it."""

LOST = "no worker came back with a result; the last one may have died"

TALLIED = {
    external.COMPLETED: "sent",
    external.KEPT: "waiting",
    external.POSTPONED: "again",
    external.FAILED: "dead",
}


@dataclass(frozen=True, slots=True)
class Job:
    """
    A leased job with its item, ready to be worked on.
    """

    message: OutboxMessage
    item: WorkItem

    @property
    def instance(self) -> ProcessInstance:
        """
        The instance of the item, as it was when the job was leased.
        """
        return self.item.instance

    @property
    def loaded(self) -> Loaded:
        """
        The version the instance runs on.
        """
        return definition(self.instance.process_id, self.instance.fingerprint, alias())

    @property
    def activity(self) -> ActivityDef:
        """
        The definition of the item's activity.
        """
        return self.loaded.graph.activity(self.item.activity_key)

    @property
    def key(self) -> str:
        """
        The same for every attempt at the item, and for no other item.
        """
        return str(self.message.payload["key"])


def suspended() -> Q:
    """
    Jobs that wait until their instance, or their item, is resumed.
    """
    items = WorkItem.objects.filter(pk=OuterRef("workitem_id"))
    paused = Q(status=WorkItem.Status.SUSPENDED) | Q(instance__status=ProcessInstance.Status.SUSPENDED)
    return Q(Exists(items.filter(paused)))


def fetch(
    topics: Collection[str], *, worker: str, limit: int, seconds: float, skip: Q | None = None
) -> list[Job]:
    """
    Lease jobs of these topics for a worker outside; it settles each with the token of its message.

    Args:
        skip: jobs that are not for this worker.
    """
    held_back = suspended() if skip is None else suspended() | skip
    lease = outbox.claim(
        [outbox.JOB], limit=limit, seconds=seconds, topics=topics, skip=held_back, worker=worker
    )
    return list(ready(lease))


def ready(lease: outbox.Lease) -> Iterator[Job]:
    """
    The jobs of a lease that can be worked on; what became of the others is settled on the way.
    """
    wanted = WorkItem.objects.select_related("instance__process", "instance__user", "instance__content_type")
    items = wanted.in_bulk([message.workitem_id for message in lease.messages])
    for message in lease.messages:
        item = items.get(message.workitem_id)
        try:
            if item is not None and _is_wanted(message, item):
                yield Job(message, item)
            elif item is None:
                outbox.dropped(message.pk, message.lease_token, "the work item is gone")
        except OVER as exc:
            logger.info("job %s is over: %s", message.pk, exc)


def _is_wanted(message: OutboxMessage, item: WorkItem) -> bool:
    if WorkItem.Status.SUSPENDED in {item.status, item.instance.status}:
        outbox.postpone(message.pk, message.lease_token, clock.now(), "", uncounted=True)
    elif item.status != WorkItem.Status.ACTIVE:
        outbox.dropped(message.pk, message.lease_token, "the work item is closed")
    elif message.attempts > conf.JOB_ATTEMPTS:
        external.fail_job(message.pk, message.lease_token, message.last_error or LOST, final=True)
    else:
        return True
    return False


# Here


def run_jobs(lease: outbox.Lease) -> Tally:
    """
    Run the application of each job, outside any transaction, and tell the engine what it returned.

    One that raises is tried again later. Raises RuntimeError inside a transaction: nothing is run then.
    """
    with transaction.atomic(using=alias(), durable=True):
        pass  # refused inside another transaction: an application would run while its locks are held
    tally = Tally()
    jobs = list(ready(lease))
    for job in jobs:
        with logs.message(job.message):
            tally[_run(job)] += 1
    tally["gone"] += len(lease.messages) - len(jobs)
    return tally


def _run(job: Job) -> str:
    message, task = job.message, task_of(job)
    before = deepcopy(task.data)
    try:
        outcome = checked_outcome(get_application(message.topic)(task))
        changed = _changes(before, task.data)
    except OVER:
        return "gone"
    except Exception as exc:
        logger.warning("job %s failed (%s)", message.pk, message.topic, exc_info=exc)
        return _failed(message, exc)
    return _finished(message, {"outcome": outcome, "data": changed})


def task_of(job: Job) -> Task:
    """
    What an external application sees: its own copies of the rows, nothing locked.
    """
    message = job.message
    return Task(
        instance=job.instance,
        workitem=job.item,
        activity=job.activity,
        params=dict(job.activity.app_params),
        key=job.key,
        attempt=message.attempts,
        beat=lambda seconds: external.extend_job(
            message.pk, message.lease_token, conf.JOB_LEASE if seconds is None else seconds
        ),
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """
    What an application put into the data. Raises TypeError for what cannot be stored as JSON.
    """
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    require_storable(changed)
    return changed


def _finished(message: OutboxMessage, result: Mapping[str, Any]) -> str:
    try:
        done = hand_in(message.pk, message.lease_token, result["outcome"], result["data"])
    except OVER:
        return "gone"
    return TALLIED[done.status]


def hand_in(
    message_id: int, token: str, outcome: str | None = None, data: Mapping[str, Any] | None = None
) -> external.Settled:
    """
    The work is done. When only the step fails, the result is kept and tried again, without the work.

    Raises JobNotFound, LeaseLost, JobDone, JobGone.
    """
    try:
        return external.finish_job(message_id, token, outcome, data)
    except (JobNotFound, *OVER):
        raise
    except Exception as exc:
        logger.exception("the result of job %s could not be applied yet", message_id)
        result = {"outcome": outcome, "data": dict(data or {})}
        return external.fail_job(message_id, token, describe(exc), result=result)


def _failed(message: OutboxMessage, exc: Exception) -> str:
    try:
        done = external.fail_job(message.pk, message.lease_token, describe(exc))
    except OVER:
        return "gone"
    return TALLIED[done.status]


def apply_results(lease: outbox.Lease) -> Tally:
    """
    Apply results that were kept: their instance was suspended, or a step failed. No application runs.
    """
    tally = Tally()
    for message in lease.messages:
        with logs.message(message):
            tally[_apply(message)] += 1
    return tally


def _apply(message: OutboxMessage) -> str:
    try:
        return TALLIED[external.apply_result(message).status]
    except OVER:
        return "gone"
    except Exception as exc:
        logger.exception("the result of job %s could not be applied yet", message.pk)
        return _failed(message, exc)
