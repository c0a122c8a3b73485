"""
Jobs of external activities, for workers in any language: fetch, extend, complete, fail.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from ninja import Path, Router

from goflow import tenancy
from goflow.api import forms, items
from goflow.api.errors import UnknownTopic, declared
from goflow.api.job_shapes import ExtendedOut, ExtendIn, FailIn, FetchIn, FinishIn, JobOut, SettledOut
from goflow.api.shapes import Id
from goflow.conf import conf
from goflow.desk import answers
from goflow.errors import JobNotFound, NotAllowed
from goflow.journal.models import OutboxMessage
from goflow.runtime import engine, policy, working
from goflow.runtime.external import KINDS, Settled
from goflow.runtime.models import WorkItem
from goflow.workflow import registry

WORK = "goflow.can_work_jobs"

router = Router()

REFUSED = declared(400, 401, 403, 404, 409, 422)


@router.post(
    "/jobs/fetch",
    response={200: list[JobOut], **declared(400, 401, 403, 422)},
    operation_id="fetchJobs",
    summary="Fetch jobs to work on",
)
def fetch(request: HttpRequest, payload: FetchIn) -> Any:
    """
    The longest due first; nobody else gets them until their lease ends. Empty when nothing is to be done.
    """
    user = _worker(request)
    unknown = sorted(set(payload.topics) - registry.topics())
    if unknown:
        raise UnknownTopic(topics=", ".join(unknown), known=", ".join(sorted(registry.topics())) or "–")
    found = working.fetch(
        payload.topics,
        worker=payload.worker or user.get_username()[:100],
        limit=payload.limit,
        seconds=payload.lease_seconds or conf.JOB_LEASE,
        skip=~Q(Exists(tenancy.scope(WorkItem.objects.filter(pk=OuterRef("workitem_id")), user=user))),
    )
    return [_line(job) for job in found]


def _worker(request: HttpRequest) -> Any:  # the host's user model
    user: Any = request.user
    if not policy.holds(user, WORK):
        raise NotAllowed(verb="work on jobs")
    return user


def _line(job: working.Job) -> dict[str, Any]:
    instance, message = job.instance, job.message
    kind = forms.label_of(instance.content_type)
    return {
        "id": message.pk,
        "token": message.lease_token,
        "key": job.key,
        "topic": message.topic,
        "attempt": message.attempts,
        "lease_until": message.lease_until,
        "instance_id": instance.pk,
        "instance_title": instance.title,
        "process": instance.process.code,
        "version": instance.process.version,
        "workitem_id": job.item.pk,
        "activity": job.item.activity_key,
        "params": job.activity.app_params,
        "data": instance.data,
        "object": None if kind is None else {"type": kind, "id": instance.object_id},
        "requester": items.person(instance.user),
    }


@router.post(
    "/jobs/{job_id}/extend",
    response={200: ExtendedOut, **REFUSED},
    operation_id="extendJob",
    summary="Keep a job longer",
)
def extend(request: HttpRequest, job_id: Path[Id], payload: ExtendIn) -> Any:
    """
    For work that takes longer than its lease. 409 says that another worker has taken over: stop then.
    """
    _find(request, job_id)
    until = engine.extend_job(job_id, payload.token, payload.seconds or conf.JOB_LEASE)
    return {"id": job_id, "lease_until": until}


@router.post(
    "/jobs/{job_id}/complete",
    response={200: SettledOut, **REFUSED},
    operation_id="completeJob",
    summary="Say that a job is done",
)
def complete(request: HttpRequest, job_id: Path[Id], payload: FinishIn) -> Any:
    """
    The work item is complete and its instance moves on. The same again gets the same answer.

    ``data`` holds values of the instance; where people answer other steps nothing is taken.
    """
    item = _find(request, job_id)
    answers.require_own(item, items.loaded_of(item.instance), payload.data)
    outcome = (payload.outcome or "").strip() or None
    return _answer(working.hand_in(job_id, payload.token, outcome, payload.data))


@router.post(
    "/jobs/{job_id}/fail",
    response={200: SettledOut, **REFUSED},
    operation_id="failJob",
    summary="Say that a job failed",
)
def fail(request: HttpRequest, job_id: Path[Id], payload: FailIn) -> Any:
    """
    It is tried again later; when that is over, administrators get an incident. The same again is the same.
    """
    _find(request, job_id)
    done = engine.fail_job(
        job_id, payload.token, payload.error, payload.retry_in_seconds, final=payload.final
    )
    return _answer(done)


def _find(request: HttpRequest, job_id: int) -> WorkItem:
    """
    The item of the job.

    Raises NotAllowed, or JobNotFound for a job that is unknown, run by the project itself, or a foreign one.
    """
    user = _worker(request)
    jobs = OutboxMessage.objects.filter(pk=job_id, kind__in=KINDS, topic__in=registry.topics())
    rows = tenancy.scope(WorkItem.objects.select_related("instance"), user=user)
    item: WorkItem | None = rows.filter(pk__in=jobs.values("workitem_id")).first()
    if item is None:
        raise JobNotFound(job=job_id)
    return item


def _answer(done: Settled) -> dict[str, Any]:
    return {
        "status": done.status,
        "id": done.job,
        "workitem_id": done.workitem,
        "instance_id": done.instance,
        "due_at": done.due_at,
    }
