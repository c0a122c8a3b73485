"""
What administrators and timers do to an instance: withdraw it, try again, let time run out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goflow.core import stepping
from goflow.core.graph import ActivityDef
from goflow.core.stepping import Rules
from goflow.errors import ConcurrentUpdate, IncidentClosed, NotFound, WrongState
from goflow.runtime import begin, guards, policy, sla, timers
from goflow.runtime.apply import Drive
from goflow.runtime.assignment import empty_pools
from goflow.runtime.givenup import JOB_FAILED, take_back
from goflow.runtime.models import Incident, ProcessInstance, Timer, WorkItem
from goflow.runtime.results import Completion
from goflow.runtime.said import said
from goflow.runtime.statements import NOT_CLOSED
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import unit

TIMER_FAILED = "timer-failed"
NOBODY_CAN_TAKE = "nobody-can-take"


def cancel(instance_id: int, *, actor: Any, reason: str = "") -> ProcessInstance:
    """
    Withdraw every token of an instance and terminate it. For administrators.

    Raises InstanceNotFound, InstanceClosed, NotAllowed.
    """

    def work() -> ProcessInstance:
        under = begin.with_instance(instance_id, actor=actor, statuses=NOT_CLOSED, verb="cancel")
        policy.require_administrator(actor, under.instance, "cancel")
        drive = Drive(under)
        drive.absorb(stepping.withdraw(under.loaded.graph, drive.marking))
        drive.board.said = said(None, "instance.status_changed", reason=reason)
        drive.finish()
        Incident.objects.filter(instance_id=instance_id, resolved_at=None).update(
            resolved_at=under.now, resolved_by=actor
        )
        return under.instance

    return unit(work)


def retry(incident_id: int, *, actor: Any) -> Completion:
    """
    Let the engine try again where an incident stopped it. For administrators.

    The incident is resolved when the step succeeds; when it fails again, its attempts are counted.
    Raises NotFound, IncidentClosed, NotAllowed, InstanceClosed.
    """
    found = Incident.objects.filter(pk=incident_id).values_list("workitem_id", "instance_id").first()
    if found is None:
        raise NotFound(incident=incident_id)
    workitem_id, instance_id = found

    def work() -> Completion:
        under = begin.with_instance(instance_id, actor=actor, verb="retry")
        policy.require_administrator(actor, under.instance, "retry")
        incident = Incident.objects.get(pk=incident_id)
        if incident.resolved_at is not None:
            raise IncidentClosed(incident=incident_id)
        incident.resolved_at, incident.resolved_by = under.now, actor
        if workitem_id is not None:
            under.item = WorkItem.objects.get(pk=workitem_id)
        return _retry(under, incident)

    return unit(work)


def _retry(under: Under, incident: Incident) -> Completion:
    drive, graph, item = Drive(under, retried=incident), under.loaded.graph, under.item
    if item is None:
        drive.absorb(stepping.settle(graph, drive.marking))
        return drive.completion(None)
    activity = graph.activity(item.activity_key)
    task = drive.task(item, activity)
    item.status = WorkItem.Status.INACTIVE if activity.is_human else WorkItem.Status.ACTIVE
    drive.board.changed[item.pk] = None
    if incident.code == TIMER_FAILED:
        _play_again(drive, item, task, str(incident.params["timer"]))
    elif activity.is_human:
        _give_again(drive, item, activity)
    elif activity.is_dummy or incident.code == "no-transition":
        _route_again(drive, item, task)
    else:
        _run_again(drive, item, incident)
    return drive.completion(item)


def _run_again(drive: Drive, item: WorkItem, incident: Incident) -> None:
    """
    An external application that came to its end is not run again: its result is applied.
    """
    result = take_back(item.pk) if incident.code == JOB_FAILED else None
    if result is not None:
        drive.board.results[item.pk] = result
    drive.run(item.pk, item.activity_key)


def _play_again(drive: Drive, item: WorkItem, task: Task, timer: str) -> None:
    if not timer.startswith(timers.TIMEOUT):
        _give_again(drive, item, task.activity)
    if item.is_open:
        _play(drive, item, task, timer)


def _give_again(drive: Drive, item: WorkItem, activity: ActivityDef) -> None:
    if item.pool is None:
        drive.give(item.pk, activity)
    else:
        item.queue = item.pool
    if item.user_id is None and item.queue is not None and empty_pools([item.queue]):
        drive.board.hold(item.pk, NOBODY_CAN_TAKE, "", {"queue": item.queue})


def _route_again(drive: Drive, item: WorkItem, task: Task) -> None:
    def play(rules: Rules) -> Any:
        graph = drive.under.loaded.graph
        return stepping.complete(
            graph, drive.marking, item.pk, rules, outcome=item.condition, by_person=False
        )

    drive.advance(play, task)


def fire_timer(timer_id: int) -> bool:
    """
    Fire a due timer, as ``fire_due``. False when there is nothing to fire.
    """
    return bool(fire_due(timer_id))


def fire_due(timer_id: int, workitem_id: int | None = None) -> tuple[str, ...]:
    """
    Fire a due timer, and before it what else was due for the same item, in one unit and in due order.

    A timeout withdraws the item and takes its transition; the other timers warn, report a breach, escalate.
    Returns the names of those that fired: none when there was nothing to fire. Whoever has read the timer
    says of which item it is, and saves one query.
    """
    if workitem_id is None:
        workitem_id = Timer.objects.filter(pk=timer_id).values_list("workitem_id", flat=True).first()
    if workitem_id is None:
        return ()
    return _fired(timer_id, workitem_id)


def _fired(timer_id: int, workitem_id: int) -> tuple[str, ...]:
    try:
        return unit(lambda: _fire(timer_id, workitem_id))
    except (NotFound, WrongState, ConcurrentUpdate):
        # What is due all the same, because the instance went on at this moment, is found by the next pass.
        return ()


def _fire(timer_id: int, workitem_id: int) -> tuple[str, ...]:
    under = begin.with_item(workitem_id, actor=None, verb="timeout")
    item = guards.item_of(under)
    policy.require_open(under.instance, item)
    due = timers.ripe_of(workitem_id, under.now)
    if timer_id not in [timer.pk for timer in due]:
        raise WrongState(status=item.get_status_display(), workitem=item.pk)
    drive = Drive(under)
    task = drive.task(item, under.loaded.graph.activity(item.activity_key))
    fired = []
    for timer in due:
        drive.board.spent.append(timer.pk)
        _play(drive, item, task, timer.name)
        fired.append(timer.name)
        if timer.pk == timer_id or not item.is_open:
            break
    drive.finish()
    return tuple(fired)


def _play(drive: Drive, item: WorkItem, task: Task, timer: str) -> None:
    if timer.startswith(timers.TIMEOUT):
        _time_out(drive, item, task, timer)
    else:
        sla.play(drive, item, timer)


def _time_out(drive: Drive, item: WorkItem, task: Task, timer: str) -> None:
    graph, transition = drive.under.loaded.graph, timers.transition_of(timer)
    drive.board.note("workitem.timeout", item.pk, transition_key=transition)
    drive.advance(lambda rules: stepping.time_out(graph, drive.marking, item.pk, transition, rules), task)


def stop_timer(timer_id: int, problem: str) -> None:
    """
    Give up on a timer that failed too often: its item stays in fallout with an incident.

    Nothing happens when the timer is gone. Raises WrongState when its item is not open.
    """
    timer = Timer.objects.filter(pk=timer_id).first()
    if timer is not None:
        _hold(timer.workitem_id, TIMER_FAILED, problem, {"timer": timer.name}, spent=timer_id)


def stop_stranded(workitem_id: int) -> bool:
    """
    Stop an item whose pool nobody active reads any more. False when somebody does, or when it is not waiting.
    """
    queue = WorkItem.objects.open().filter(pk=workitem_id).values_list("queue", flat=True).first()
    if queue is None or not empty_pools([queue]):
        return False
    try:
        _hold(workitem_id, NOBODY_CAN_TAKE, "", {"queue": queue}, queue=queue)
    except WrongState:
        return False
    return True


def _hold(
    workitem_id: int,
    code: str,
    problem: str,
    params: Mapping[str, object],
    *,
    queue: str | None = None,
    spent: int | None = None,
) -> None:
    def work() -> None:
        under = begin.with_item(workitem_id, actor=None, verb="hold")
        item = guards.item_of(under)
        policy.require_open(under.instance, item)
        if queue is not None and item.queue != queue:
            raise WrongState(status=item.get_status_display(), workitem=item.pk)
        drive = Drive(under)
        drive.board.hold(item.pk, code, problem, params)
        drive.board.spent += [] if spent is None else [spent]
        drive.finish()

    unit(work)
