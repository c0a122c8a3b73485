"""
What administrators and timers do to an instance: withdraw it, try again, let time run out.
"""

from __future__ import annotations

from typing import Any

from goflow.core import stepping
from goflow.core.stepping import Rules
from goflow.errors import IncidentClosed, NotFound
from goflow.runtime import begin, guards, policy, timers
from goflow.runtime.apply import Drive
from goflow.runtime.models import Incident, ProcessInstance, Timer, WorkItem
from goflow.runtime.results import Completion
from goflow.runtime.statements import NOT_CLOSED
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import unit


def cancel(instance_id: int, *, actor: Any, reason: str = "") -> ProcessInstance:
    """
    Withdraw every token of an instance and terminate it. For administrators.

    Raises InstanceNotFound, InstanceClosed, NotAllowed.
    """

    def work() -> ProcessInstance:
        under = begin.with_instance(instance_id, actor=actor, statuses=NOT_CLOSED)
        policy.require_administrator(actor, under.instance, "cancel")
        drive = Drive(under)
        drive.absorb(stepping.withdraw(under.loaded.graph, drive.marking))
        if reason:
            drive.board.notes[-1]["metadata"] = {"reason": reason}
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
        under = begin.with_instance(instance_id, actor=actor)
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
    if activity.is_human:
        drive.give(item.pk, activity)
    elif activity.is_dummy or incident.code == "no-transition":
        _route_again(drive, item, task)
    else:
        drive.ready.append(item.pk)
    return drive.completion(item)


def _route_again(drive: Drive, item: WorkItem, task: Task) -> None:
    def play(rules: Rules) -> Any:
        graph = drive.under.loaded.graph
        return stepping.complete(
            graph, drive.marking, item.pk, rules, outcome=item.condition, by_person=False
        )

    drive.advance(play, task)


def fire_timer(timer_id: int) -> bool:
    """
    Fire a due timer: its item is withdrawn and its transition taken. False when there is nothing to fire.
    """
    timer = Timer.objects.filter(pk=timer_id).first()
    if timer is None:
        return False
    return unit(lambda: _fire(timer_id, timer.workitem_id))


def _fire(timer_id: int, workitem_id: int) -> bool:
    under = begin.with_item(workitem_id, actor=None, verb="timeout")
    timer = Timer.objects.filter(pk=timer_id, due_at__lte=under.now).first()
    item = guards.item_of(under)
    if timer is None or not item.is_open:
        return False
    graph, transition = under.loaded.graph, timers.transition_of(timer.name)
    drive = Drive(under)
    task = drive.task(item, graph.activity(item.activity_key))
    drive.board.note("workitem.timeout", item.pk, transition_key=transition)
    drive.advance(lambda rules: stepping.time_out(graph, drive.marking, item.pk, transition, rules), task)
    drive.finish()
    return True


def stop_timer(timer_id: int, problem: str) -> None:
    """
    Give up on a timer that failed too often: its item stays in fallout with an incident.
    """
    timer = Timer.objects.get(pk=timer_id)

    def work() -> None:
        under = begin.with_item(timer.workitem_id, actor=None, verb="timeout")
        drive = Drive(under)
        drive.board.hold(timer.workitem_id, "timer-failed", problem, {"timer": timer.name})
        drive.finish()
        Timer.objects.filter(pk=timer_id).delete()

    unit(work)
