"""
The verbs of external work: a worker, in this project or outside, says what became of a job.

A job is an outbox message. Who holds its lease settles it, once; the token of the lease is the proof, and the
lease is lost when somebody else has taken the job over, not by the clock alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.db.models import F

from goflow import clock
from goflow.conf import conf
from goflow.core import stepping
from goflow.core.storing import require_storable, storable
from goflow.errors import (
    ConcurrentUpdate,
    JobDone,
    JobGone,
    JobNotFound,
    LeaseLost,
    WorkItemNotFound,
    WrongState,
)
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import begin, guards, policy
from goflow.runtime.apply import Drive, checked_outcome
from goflow.runtime.givenup import JOB_FAILED, finished
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.under import Under
from goflow.runtime.unit import unit

KINDS = (outbox.JOB, outbox.RESULT)
FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=1)
SPREAD = 0.25
"""By how much a wait is shortened at random, so that jobs which failed together do not come back together."""

ERROR_LENGTH = 2_000

COMPLETED, KEPT, POSTPONED, FAILED = "completed", "kept", "postponed", "failed"
DROPPED = "dropped"
"""Told to nobody: whoever settles such a job hears JobGone."""

TRIES = 5
"""How often a unit is tried while its instance is suspended and resumed again and again."""


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What became of a job.

    Attributes:
        status: ``completed``; ``kept``, to be applied when the instance runs again; ``postponed`` to
            ``due_at``; ``failed`` for good, with an incident.
    """

    status: str
    job: int
    workitem: int
    instance: int
    due_at: datetime | None = None


def finish_job(
    message_id: int, token: str, outcome: str | None = None, data: Mapping[str, Any] | None = None
) -> Settled:
    """
    Complete the item of a job with an outcome; ``data`` replaces or adds keys of the instance's data.

    One unit: the job is closed in the transaction that moves the instance on. The same again with the same
    token answers the same. The result for a suspended instance is kept and applied when it runs again.

    Raises JobNotFound, LeaseLost, JobDone, JobGone, TypeError for an outcome that is no short text or data
    that cannot be stored, and what the hooks and conditions behind the item raise; nothing was changed then.
    """
    job = _job(message_id)
    result = {"outcome": checked_outcome(outcome), "data": dict(data or {})}
    require_storable(result)
    return _once(job, token, lambda: unit(lambda: _finish(job, token, result)), result)


def fail_job(
    message_id: int,
    token: str,
    error: str,
    retry_in: float | None = None,
    *,
    final: bool = False,
    result: Mapping[str, Any] | None = None,
) -> Settled:
    """
    The work failed: it is tried again later, or after ``GOFLOW_JOB_ATTEMPTS`` the item gets an incident.

    Args:
        retry_in: seconds to wait; without it 10 seconds, doubled with each attempt, one hour at most.
        final: trying again is of no use: the incident comes at once.
        result: what the application returned, when only applying it failed: it is not run again then, not
            even by retrying the incident. The first failure of this kind begins the count of attempts anew.

    The same again with the same token answers the same. Raises JobNotFound, LeaseLost, JobDone, JobGone.
    """
    job, error = _job(message_id), storable(error[:ERROR_LENGTH])
    is_first = result is not None and job.kind == outbox.JOB
    tried = 1 if is_first else job.attempts  # applying a result has a count of its own
    kept = finished(job.payload) if result is None else result

    def work() -> Settled:
        if not final and tried < conf.JOB_ATTEMPTS:
            return _postpone(job, token, error, retry_in, tried, result)
        return unit(lambda: _give_up(job, token, error, kept))

    return _once(job, token, work, {"error": error} if kept is None else kept)


def extend_job(message_id: int, token: str, seconds: float) -> datetime:
    """
    Hold a job longer. Returns until when.

    Raises JobNotFound, LeaseLost, JobDone, JobGone: stop working on it then.
    """
    return outbox.extend(message_id, token, seconds) or refuse(message_id)


def apply_result(job: OutboxMessage) -> Settled:
    """
    Do with a kept result what could not be done when it came. Raises what ``finish_job`` raises.
    """
    result = job.payload["result"]
    if "error" in result:
        return fail_job(job.pk, job.lease_token, result["error"], final=True)
    return finish_job(job.pk, job.lease_token, result["outcome"], result["data"])


def _job(message_id: int) -> OutboxMessage:
    found = OutboxMessage.objects.filter(pk=message_id, kind__in=KINDS).first()
    if found is None:
        raise JobNotFound(job=message_id)
    return found


def _once(job: OutboxMessage, token: str, work: Callable[[], Settled], result: Mapping[str, Any]) -> Settled:
    """
    Settle the job, or answer what this lease has settled before, perhaps at this very moment.
    """
    before = _before(job, token)
    if before is not None:
        return before
    try:
        return _tried(job, token, work, result)
    except _NotHeld:
        return _before(_job(job.pk), token) or refuse(job.pk)


def _tried(job: OutboxMessage, token: str, work: Callable[[], Settled], result: Mapping[str, Any]) -> Settled:
    for _ in range(TRIES):
        try:
            return work()
        except _NotOpen:
            aside = unit(lambda: _put_aside(job, token, result))
        if aside is not None and aside.status == DROPPED:
            raise _NotHeld
        if aside is not None:
            return aside
    raise ConcurrentUpdate


class _NotOpen(Exception):
    """
    The job's own item is not open, which is told apart from what hooks raise.
    """


class _NotHeld(Exception):
    """
    The lease is not there (any more).
    """


def _finish(job: OutboxMessage, token: str, result: Mapping[str, Any]) -> Settled:
    under, item = _begin(job)
    _settle(job, token, COMPLETED, status=outbox.SENT)
    drive, graph = Drive(under), under.loaded.graph
    task = drive.task(item, graph.activity(item.activity_key))
    task.data.update(result["data"])
    drive.advance(
        lambda rules: stepping.complete(
            graph, drive.marking, item.pk, rules, outcome=result["outcome"], by_person=False
        ),
        task,
    )
    drive.finish()
    return _settled(job, COMPLETED)


def _give_up(job: OutboxMessage, token: str, error: str, result: Mapping[str, Any] | None) -> Settled:
    under, item = _begin(job)
    _settle(job, token, FAILED, status=outbox.DEAD, last_error=error, result=result)
    drive = Drive(under)
    params = {"application": job.topic, "attempts": job.attempts, "key": job.payload["key"]}
    drive.board.hold(item.pk, JOB_FAILED, error, params)
    drive.finish()
    return _settled(job, FAILED)


def _begin(job: OutboxMessage) -> tuple[Under, WorkItem]:
    """
    The instance is locked before the job, as everywhere: two units never wait for each other.
    """
    try:
        under = begin.with_item(job.workitem_id or 0, actor=None, verb="settle a job")
        item = guards.item_of(under)
        policy.require_open(under.instance, item)
    except (WorkItemNotFound, WrongState, ConcurrentUpdate) as exc:  # the last: resumed at this moment
        raise _NotOpen from exc
    return under, item


def _postpone(
    job: OutboxMessage,
    token: str,
    error: str,
    retry_in: float | None,
    tried: int,
    result: Mapping[str, Any] | None,
) -> Settled:
    due_at = clock.now() + (_wait(tried) if retry_in is None else timedelta(seconds=retry_in))
    _settle(job, token, POSTPONED, due_at=due_at, attempts=tried, last_error=error, result=result)
    return _settled(job, POSTPONED, due_at)


def _wait(attempts: int) -> timedelta:
    wait = outbox.backoff(attempts, first=FIRST, longest=LONGEST)
    return wait * random.uniform(1 - SPREAD, 1)  # noqa: S311 - jitter, not a secret


def _put_aside(job: OutboxMessage, token: str, result: Mapping[str, Any]) -> Settled | None:
    """
    The unit was refused. A suspended instance gets the result when it runs again; else nobody needs it.

    The instance is locked: nobody suspends, resumes or withdraws it meanwhile. None when it goes on by
    now, so that the unit has to be tried again.
    """
    item = _locked(job)
    if item is not None and WorkItem.Status.SUSPENDED in {item.status, item.instance.status}:
        attempts = max(0, job.attempts - 1) if job.kind == outbox.RESULT else 0
        _settle(job, token, KEPT, due_at=clock.now(), attempts=attempts, result=result)
        return _settled(job, KEPT)
    if item is not None and item.is_open and item.instance.status == ProcessInstance.Status.RUNNING:
        return None
    if not outbox.dropped(job.pk, token, "the work item is closed"):
        raise _NotHeld
    return _settled(job, DROPPED)


def _locked(job: OutboxMessage) -> WorkItem | None:
    """
    The version stays as it is: nothing is changed that the journal tells of.
    """
    ProcessInstance.objects.filter(pk=job.instance_id or 0).update(version=F("version"))
    return WorkItem.objects.select_related("instance").filter(pk=job.workitem_id or 0).first()


def _settle(
    job: OutboxMessage, token: str, became: str, *, result: Mapping[str, Any] | None = None, **values: object
) -> None:
    """
    Close the job, or give it back, and note which lease did: a repetition of the same is answered from there.
    """
    due_at = values.get("due_at") if became == POSTPONED else None
    settled = {
        "token": token,
        "status": became,
        "due_at": due_at.isoformat() if isinstance(due_at, datetime) else None,
    }
    payload = {**job.payload, "settled": settled}
    if result is not None:
        payload["result"], values["kind"] = dict(result), outbox.RESULT
    if not outbox.settle(job.pk, token, payload=payload, **values):
        raise _NotHeld


def _before(job: OutboxMessage, token: str) -> Settled | None:
    """
    What this lease has settled already.
    """
    kept = job.payload.get("settled")
    if kept is None or kept["token"] != token:
        return None
    due_at = kept["due_at"]
    return _settled(job, kept["status"], None if due_at is None else datetime.fromisoformat(due_at))


def _settled(job: OutboxMessage, status: str, due_at: datetime | None = None) -> Settled:
    return Settled(status, job.pk, job.workitem_id or 0, job.instance_id or 0, due_at)


def refuse(message_id: int) -> NoReturn:
    """
    Say why a job cannot be settled with that token.
    """
    status = _job(message_id).status
    if status == outbox.SENT:
        raise JobDone(job=message_id)
    raise JobGone(job=message_id) if status == outbox.DROPPED else LeaseLost(job=message_id)
