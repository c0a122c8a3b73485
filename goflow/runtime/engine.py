"""
The verbs. Each is one unit: lock, check, decide, write, tell; a refusal changes nothing.

Every door (pages, API, admin, commands, jobs) calls these functions and nothing below them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from goflow import clock
from goflow.conf import conf
from goflow.core import stepping
from goflow.core.states import ItemStatus
from goflow.core.stepping import Rules
from goflow.errors import (
    ConcurrentUpdate,
    IncidentClosed,
    NotAllowed,
    NotFound,
    NothingToReleaseTo,
    OutcomeRequired,
    OutcomeTooLong,
    TimeoutsOnly,
    WrongState,
)
from goflow.runtime import begin, idempotency, policy, timers
from goflow.runtime.apply import OUTCOME_LENGTH, Drive
from goflow.runtime.assignment import Assignment, personal_queue
from goflow.runtime.models import Incident, ProcessInstance, Timer, WorkItem
from goflow.runtime.results import Completion
from goflow.runtime.starting import Request, open_instance, require_start, startable
from goflow.runtime.statements import NOT_CLOSED
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import unit

Prepare = Callable[[Task], None]


def start(
    process_name: str,
    user: Any,
    item: Model | None = None,
    title: str | None = None,
    priority: int | None = None,
    *,
    data: Mapping[str, object] | None = None,
    key: str | None = None,
    check: bool = True,
    prepare: Prepare | None = None,
) -> WorkItem:
    """
    Start an instance of the published version of a process, by its code or title.

    Args:
        item: the object the instance is about; None for a process that only has ``data``.
        key: idempotency key: the same key by the same user gives the same work item.
        check: False lets trusted code start on behalf of a user who holds no right to.
        prepare: runs inside the unit before the first step, e.g. to save a form; may run again.

    Returns the begin activity's work item, whatever its status by then. Raises ProcessNotFound,
    ProcessNotStartable, NotAllowed, KeyReused.
    """
    request = Request(process_name, user, item, title, priority, data)
    process = startable(process_name, user)
    if check:
        require_start(user, process)
    return unit(lambda: _start(request, process, key, prepare))


def _start(request: Request, process: Any, key: str | None, prepare: Prepare | None) -> WorkItem:
    row = None
    if key is not None:
        scope, digest = idempotency.scope("start", request.user), idempotency.digest(request.as_payload())
        row, is_new = idempotency.claim(scope, key, digest)
        if not is_new:
            return WorkItem.objects.select_related("instance").get(pk=row.workitem_id)
    drive = open_instance(request, process, prepare)
    drive.finish()
    first = drive.board.items[drive.board.fresh[0]]
    if row is not None:
        row.workitem = first
        row.save(update_fields=["workitem"])
    return first


def activate(workitem_id: int, *, actor: Any, version: int | None = None) -> WorkItem:
    """
    Take an item: it becomes the actor's own work. Again by the owner changes nothing and succeeds.

    Raises WorkItemNotFound, NotAllowed, WrongState, InstanceClosed, ConcurrentUpdate.
    """

    def work() -> WorkItem:
        params = [personal_queue(actor), actor.pk, clock.now()]
        under = begin.with_item(workitem_id, actor=actor, verb="activate", move="activate", params=params)
        item = _require_take(under, version, "activate")
        item.user = actor
        drive = Drive(under)
        drive.board.note("workitem.activated", item.pk, status_from="inactive", status_to="active")
        drive.finish()
        return item

    try:
        return unit(work)
    except (WrongState, ConcurrentUpdate):
        owned = _owned_already(workitem_id, actor)
        if owned is None and not actor.is_superuser:
            raise
        return owned or unit(lambda: _take_over(workitem_id, actor))


def _owned_already(workitem_id: int, actor: Any) -> WorkItem | None:
    mine = WorkItem.objects.select_related("instance").filter(
        pk=workitem_id, status=WorkItem.Status.ACTIVE, user_id=actor.pk, instance__status="running"
    )
    found: WorkItem | None = mine.first()
    return found


def _take_over(workitem_id: int, actor: Any) -> WorkItem:
    """
    A superuser takes an item out of somebody's hands; the record says so.
    """
    under = begin.with_item(workitem_id, actor=actor, verb="activate")
    policy.require_open(under.instance, _item(under))
    chosen = Assignment(actor, personal_queue(actor))
    metadata: dict[str, object] = {"user": str(actor.pk), "taken_over": True}
    return _hand_over(under, chosen, ItemStatus.ACTIVE, "workitem.reassigned", metadata)


def release(workitem_id: int, *, actor: Any, version: int | None = None) -> WorkItem:
    """
    Put an owned item back into its activity's pool.

    Raises NothingToReleaseTo when the activity names nobody else, and what ``activate`` raises.
    """

    def work() -> WorkItem:
        under = begin.with_item(workitem_id, actor=actor, verb="release")
        item = _require_own(under, version, "release")
        activity = under.loaded.graph.activity(item.activity_key)
        if activity.push_application and activity.is_open_to_everyone:
            raise NothingToReleaseTo(workitem=item.pk)
        pool = under.loaded.queues[activity.key]
        return _hand_over(under, Assignment(None, pool), ItemStatus.INACTIVE, "workitem.released", {})

    return unit(work)


def reassign(
    workitem_id: int, *, actor: Any, to: Any, reason: str = "", version: int | None = None
) -> WorkItem:
    """
    Give an item to another person: its owner hands it over, or an administrator decides.

    Raises NotAllowed when the actor may not, or when the new owner is not an active user.
    """

    def work() -> WorkItem:
        under = begin.with_item(workitem_id, actor=actor, verb="reassign")
        if not policy.may_administer(actor, under.instance):
            _require_own(under, version, "reassign")
        item = _require_version(under, version)
        policy.require_open(under.instance, item)
        if not to.is_active:
            raise NotAllowed(verb="reassign", workitem=item.pk)
        metadata = {"user": str(to.pk), **({"reason": reason} if reason else {})}
        assignment = Assignment(to, personal_queue(to))
        return _hand_over(under, assignment, ItemStatus.INACTIVE, "workitem.reassigned", metadata)

    return unit(work)


def _hand_over(
    under: Under, chosen: Assignment, status: ItemStatus, action: str, metadata: dict[str, object]
) -> WorkItem:
    item = _item(under)
    drive = Drive(under)
    drive.board.note(action, item.pk, status_from=item.status, status_to=status.value, metadata=metadata)
    item.status, item.user, item.queue, item.activated_at = status.value, chosen.user, chosen.queue, None
    drive.board.changed[item.pk] = None
    drive.finish()
    return item


def complete(
    workitem_id: int,
    *,
    actor: Any,
    outcome: str | None = None,
    version: int | None = None,
    key: str | None = None,
    prepare: Prepare | None = None,
) -> Completion:
    """
    Complete an item with an outcome and move its instance on, automatic activities included.

    Somebody who may take the item claims it in the same unit. ``prepare(task)`` runs inside the unit after
    the rights check and before conditions are read: a form is saved there, with everything or not at all.

    Raises WorkItemNotFound, NotAllowed, WrongState, InstanceClosed, ConcurrentUpdate, OutcomeRequired (with
    the outcomes that would do), OutcomeTooLong, TimeoutsOnly, HookFailed, KeyReused.
    """
    outcome = _checked(outcome)
    digest = idempotency.digest({"workitem": workitem_id, "outcome": outcome})
    scope = idempotency.scope("complete", actor)

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
        claimed = None if key is None else idempotency.claim(scope, key, digest)[0]
        done = _complete(under, outcome, version, prepare)
        if claimed is not None:
            claimed.workitem_id, claimed.result = workitem_id, done.as_json()
            claimed.save(update_fields=["workitem", "result"])
        return done

    try:
        return unit(work)
    except (WrongState, ConcurrentUpdate):
        before = None if key is None else idempotency.find(scope, key, digest)
        if before is None:
            raise
        return Completion.from_json(before.result)


def _complete(
    under: Under, outcome: str | None, version: int | None, prepare: Prepare | None
) -> Completion:
    item = _require_take(under, version, "complete")
    graph = under.loaded.graph
    activity = graph.activity(item.activity_key)
    drive = Drive(under)
    _note_claim(drive, item, under.actor)
    task = drive.task(item, activity)
    if prepare is not None:
        prepare(task)
    if not activity.autofinish and not graph.is_end(activity.key):
        return _keep(drive, item, outcome)
    return _route(drive, item, task, outcome)


def _route(drive: Drive, item: WorkItem, task: Task, outcome: str | None) -> Completion:
    graph = drive.under.loaded.graph
    try:
        drive.advance(
            lambda rules: stepping.complete(graph, drive.marking, item.pk, rules, outcome=outcome), task
        )
    except stepping.NothingHolds as exc:
        expected = ", ".join(f"“{value}”" for value in exc.expected) or "–"
        raise OutcomeRequired(outcome=outcome or "", expected=expected, outcomes=list(exc.expected)) from exc
    except stepping.TimeoutsOnly as exc:
        raise TimeoutsOnly(activity=task.activity.title) from exc
    return _completion(drive, item)


def _keep(drive: Drive, item: WorkItem, outcome: str | None) -> Completion:
    """
    The activity does not finish by itself: the outcome is recorded, the item stays until it is forwarded.
    """
    item.status, item.completed_at = WorkItem.Status.ACTIVE, None
    item.queue = personal_queue(item.user)
    drive.board.changed[item.pk] = None
    drive.board.note("workitem.decided", item.pk, status_to=item.status, metadata={"outcome": outcome})
    return _completion(drive, item)


def forward(workitem_id: int, *, actor: Any, version: int | None = None) -> Completion:
    """
    Move an item on that was completed without moving on (its activity has ``autofinish`` off).

    Raises WrongState when it is no such item, and what ``complete`` raises.
    """

    def work() -> Completion:
        under = begin.with_item(workitem_id, actor=actor, verb="forward")
        item = _require_own(under, version, "forward")
        activity = under.loaded.graph.activity(item.activity_key)
        if activity.autofinish:
            raise WrongState(status=item.get_status_display(), workitem=item.pk)
        drive = Drive(under)
        return _route(drive, item, drive.task(item, activity), item.condition)

    return unit(work)


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
        return _completion(drive, None)
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
    return _completion(drive, item)


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
    item = _item(under)
    if timer is None or not item.is_open:
        return False
    graph, transition = under.loaded.graph, timers.transition_of(timer.name)
    drive = Drive(under)
    task = drive.task(item, graph.activity(item.activity_key))
    drive.board.note("workitem.timeout", item.pk, transition_key=transition)
    drive.advance(
        lambda rules: stepping.time_out(graph, drive.marking, item.pk, transition, rules), task
    )
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


def _completion(drive: Drive, item: WorkItem | None) -> Completion:
    incidents = drive.finish()
    board = drive.board
    opened = tuple(board.items[ref] for ref in board.fresh if board.items[ref].is_open)
    woken = tuple(i for ref, i in board.items.items() if ref > 0 and i.is_open and i is not item)
    main = board.items[item.pk] if item is not None else None
    return Completion(main, drive.under.instance, (*opened, *woken), incidents)


def _item(under: Under) -> WorkItem:
    if under.item is None:
        raise AssertionError("the unit was begun without an item")
    return under.item


def _require_take(under: Under, version: int | None, verb: str) -> WorkItem:
    """
    The item was moved by the guarded UPDATE already; its queue before that says who could take it.
    """
    item = _require_version(under, None if version is None else version + 1)
    taker = policy.Taker(under.actor, item.last_queue, under.groups)
    policy.require_take(under.loaded, item, taker, verb)
    return item


def _require_own(under: Under, version: int | None, verb: str) -> WorkItem:
    item = _require_version(under, version)
    policy.require_open(under.instance, item)
    is_own = item.user_id is not None and item.user_id == under.actor.pk
    if not (is_own or policy.may_administer(under.actor, under.instance)):
        raise NotAllowed(verb=verb, workitem=item.pk)
    return item


def _require_version(under: Under, version: int | None) -> WorkItem:
    item = _item(under)
    if version is not None and item.version != version and conf.LOCK_STRATEGY != "pessimistic":
        raise ConcurrentUpdate(workitem=item.pk)
    return item


def _note_claim(drive: Drive, item: WorkItem, actor: Any) -> None:
    if item.last_queue != personal_queue(actor):
        item.user = actor
        drive.board.note("workitem.activated", item.pk, status_from="inactive", status_to="active")


def _checked(outcome: str | None) -> str | None:
    if outcome is None:
        return None
    outcome = outcome.strip()
    if len(outcome) > OUTCOME_LENGTH:
        raise OutcomeTooLong(length=len(outcome))
    return outcome


