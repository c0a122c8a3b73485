"""
The verbs. Each is one unit: lock, check, decide, write, tell; a refusal changes nothing.

Every door (pages, API, admin, commands, jobs) calls these functions and nothing below them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from goflow import clock
from goflow.core import stepping
from goflow.core.conditions import LONGEST_OUTCOME
from goflow.errors import (
    ConcurrentUpdate,
    EngineError,
    OutcomeTooLong,
    TimeoutsOnly,
    WrongState,
)
from goflow.runtime import begin, guards, idempotency, permissions
from goflow.runtime.apply import Drive
from goflow.runtime.assignment import personal_queue
from goflow.runtime.external import extend_job, fail_job, finish_job
from goflow.runtime.idempotency import Claim, Repeated
from goflow.runtime.models import WorkItem
from goflow.runtime.pausing import resume, suspend
from goflow.runtime.recovery import cancel, fire_due, fire_timer, retry, stop_stranded, stop_timer
from goflow.runtime.refusals import refusal
from goflow.runtime.results import Completion
from goflow.runtime.said import checked, said
from goflow.runtime.starting import Fill, Prepare, Request, open_instance, require_start, startable
from goflow.runtime.taking import activate, reassign, release
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import unit
from goflow.workflow.models import Process

__all__ = [
    "activate",
    "cancel",
    "complete",
    "extend_job",
    "fail_job",
    "finish_job",
    "fire_due",
    "fire_timer",
    "forward",
    "reassign",
    "release",
    "resume",
    "retry",
    "start",
    "stop_stranded",
    "stop_timer",
    "suspend",
]


def start(
    process_name: str,
    user: Any,
    item: Model | None = None,
    title: str | None = None,
    priority: int | None = None,
    *,
    data: Mapping[str, object] | None = None,
    answers: Mapping[str, object] | None = None,
    key: str | None = None,
    check: bool = True,
    fill: Fill | None = None,
    prepare: Prepare | None = None,
) -> WorkItem:
    """
    Start an instance of the published version of a process, by its code or title.

    Args:
        item: the object the instance is about; None for a process that only has ``data``.
        answers: what the user said, as plain JSON, wherever it is stored: kept to be read beside their name.
        key: idempotency key: the same key by the same user gives the same work item.
        check: False lets trusted code start on behalf of a user who holds no right to.
        fill: runs inside the unit before anything else and tells object, title and data, e.g. by saving a
            form; may run again. What it tells is no part of what the key stands for.
        prepare: runs inside the unit before the first step, e.g. to save a form; may run again.

    Returns the begin activity's work item, whatever its status by then. Raises ProcessNotFound,
    ProcessNotStartable, NotAllowed, KeyReused, KeyTaken.
    """
    request = Request(process_name, user, item, title, priority, data, checked(answers))
    claim = idempotency.claim("start", user, key, request.as_payload())
    try:
        process = startable(process_name, user)
        if check:
            require_start(user, process)
        return unit(lambda: _start(request, process, claim, fill, prepare))
    except EngineError:
        before = None if claim is None else claim.answer()
        if before is None:
            raise
        return _first_item(before["instance"])


def _start(
    request: Request, process: Process, claim: Claim | None, fill: Fill | None, prepare: Prepare | None
) -> WorkItem:
    request = request if fill is None else request.filled(fill())

    def begun(task: Task) -> None:
        if claim is not None:
            claim.keep({"instance": task.instance.pk})
        if prepare is not None:
            prepare(task)

    drive = open_instance(request, process, begun)
    drive.finish()
    return drive.board.items[drive.board.fresh[0]]


def _first_item(instance_id: int) -> WorkItem:
    items = WorkItem.objects.select_related("instance").filter(instance_id=instance_id)
    first: WorkItem = items.earliest("id")
    return first


def complete(
    workitem_id: int,
    *,
    actor: Any,
    outcome: str | None = None,
    version: int | None = None,
    key: str | None = None,
    answers: Mapping[str, object] | None = None,
    prepare: Prepare | None = None,
) -> Completion:
    """
    Complete an item with an outcome and move its instance on, automatic activities included.

    Somebody who may take the item claims it in the same unit. ``prepare(task)`` runs inside the unit after
    the rights check and before conditions are read: a form is saved there, with everything or not at all.
    ``answers`` is what the actor said, as plain JSON, wherever ``prepare`` stores it: it is kept beside the
    actor for good, and belongs to what the key stands for.

    Raises WorkItemNotFound, NotAllowed, WrongState, InstanceClosed, ConcurrentUpdate, OutcomeRequired (with
    the outcomes that would do), OutcomeTooLong, TimeoutsOnly, HookFailed, KeyReused.
    """
    outcome = _checked(outcome)
    given = checked(answers)
    payload = {"workitem": workitem_id, "outcome": outcome, "answers": given}
    claim = idempotency.claim("complete", actor, key, payload)

    def work() -> Completion:
        now = clock.now()
        under = begin.with_item(
            workitem_id,
            actor=actor,
            verb="complete",
            move="complete",
            params=[actor.pk, outcome, now, now],
            condition=outcome,
        )
        _require_first_time(under, claim)
        done = _complete(under, outcome, version, given, prepare)
        if claim is not None:
            claim.keep(done.as_json(), workitem_id=workitem_id)
        return done

    try:
        return unit(work)
    except (WrongState, ConcurrentUpdate):
        before = None if claim is None else claim.answer()
        if before is None:
            raise
        return Completion.from_json(before)


def _require_first_time(under: Under, claim: Claim | None) -> None:
    """
    An item that stays live when completed does not tell by its status that it was completed before.
    """
    activity = under.loaded.graph.activity(guards.item_of(under).activity_key)
    if claim is not None and not activity.autofinish and claim.answer() is not None:
        raise Repeated(key=claim.key)


def _complete(
    under: Under,
    outcome: str | None,
    version: int | None,
    answers: Mapping[str, object],
    prepare: Prepare | None,
) -> Completion:
    item = guards.require_take(under, version, "complete")
    graph = under.loaded.graph
    activity = graph.activity(item.activity_key)
    drive = Drive(under)
    _note_claim(drive, item, under.actor)
    task = drive.task(item, activity)
    if prepare is not None:
        prepare(task)
    is_kept = not activity.autofinish and not graph.is_end(activity.key)
    action = "workitem.decided" if is_kept else "workitem.completed"
    drive.board.said = said(item.pk, action, answers)
    if is_kept:
        return _keep(drive, item, outcome)
    return _route(drive, item, task, outcome)


def _route(drive: Drive, item: WorkItem, task: Task, outcome: str | None) -> Completion:
    graph = drive.under.loaded.graph
    try:
        drive.advance(
            lambda rules: stepping.complete(graph, drive.marking, item.pk, rules, outcome=outcome), task
        )
    except stepping.NothingHolds as exc:
        raise refusal(exc, outcome, task.activity.title) from exc
    except stepping.TimeoutsOnly as exc:
        raise TimeoutsOnly(activity=task.activity.title) from exc
    return drive.completion(item)


def _keep(drive: Drive, item: WorkItem, outcome: str | None) -> Completion:
    """
    The activity does not finish by itself: the outcome is recorded, the item stays until it is forwarded.
    """
    item.status, item.completed_at = WorkItem.Status.ACTIVE, None
    item.queue = item.last_queue if drive.under.actor is None else personal_queue(drive.under.actor)
    drive.board.changed[item.pk] = None
    drive.board.note("workitem.decided", item.pk, status_to=item.status, metadata={"outcome": outcome})
    return drive.completion(item)


def forward(workitem_id: int, *, actor: Any, version: int | None = None) -> Completion:
    """
    Move an item on that was completed without moving on (its activity has ``autofinish`` off).

    Raises WrongState when it is no such item, and what ``complete`` raises.
    """

    def work() -> Completion:
        under = begin.with_item(workitem_id, actor=actor, verb="forward")
        item = guards.require(under, version, permissions.require_forward)
        activity = under.loaded.graph.activity(item.activity_key)
        drive = Drive(under)
        return _route(drive, item, drive.task(item, activity), item.condition)

    return unit(work)


def _note_claim(drive: Drive, item: WorkItem, actor: Any) -> None:
    if item.last_queue != personal_queue(actor):
        item.user = actor
        drive.board.note("workitem.activated", item.pk, status_from="inactive", status_to="active")


def _checked(outcome: str | None) -> str | None:
    if outcome is None:
        return None
    outcome = outcome.strip()
    if len(outcome) > LONGEST_OUTCOME:
        raise OutcomeTooLong(length=len(outcome))
    return outcome or None
