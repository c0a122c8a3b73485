"""
The one write of a drive: each kind of row with one statement, however many there are.
"""

from __future__ import annotations

from django.db.models import F, QuerySet

from goflow.core.marking import Marking
from goflow.core.states import ItemStatus
from goflow.journal import outbox
from goflow.journal.events import Event, instance_stream
from goflow.journal.models import OutboxMessage
from goflow.journal.recorder import record
from goflow.journal.rows import insert
from goflow.runtime.announcing import News, after_commit
from goflow.runtime.board import Board, Note
from goflow.runtime.chaining import insert_chain
from goflow.runtime.models import DataRevision, EdgeToken, Incident, ProcessInstance, Timer, WorkItem
from goflow.runtime.telling import tell
from goflow.runtime.under import Under
from goflow.runtime.unit import alias
from goflow.workflow.registry import is_external

CHANGEABLE = (
    "status",
    "user",
    "queue",
    "sort_key",
    "due_at",
    "opened_at",
    "activated_at",
    "completed_at",
    "condition",
    "outcomes",
)
ESCALATED = ("priority", "pool")
"""Changed by escalations only; a stub of a row does not know them."""


def write(under: Under, board: Board, marking: Marking) -> tuple[Incident, ...]:
    """
    Write the rows a drive collected, record its events, and announce them after commit.

    Returns the incidents raised, stored.

    Runs inside the unit that holds the instance's lock.
    """
    _insert_items(board)
    _change_items(board)
    _write_tokens(board)
    _write_timers(board)
    _close_jobs(board)
    incidents = _write_incidents(board)
    _change_instance(under, board, marking)
    _write_said(under, board)
    events = [_event(under, board, note) for note in board.notes]
    audit = record(events, under.head)
    tell(under, board, events, audit)
    items = {item.pk: item for item in board.items.values()}
    evaluated = [
        (_pk(board, d.item), d.transition)
        for ds in board.decisions.values()
        for d in ds
        if d.value and d.condition
    ]
    after_commit(
        News(under.loaded, under.instance, under.actor, events, items, audit, evaluated), under.using
    )
    return incidents


def _pk(board: Board, ref: int) -> int:
    return ref if ref > 0 else int(board.items[ref].pk)


def _insert_items(board: Board) -> None:
    places = {ref: at for at, ref in enumerate(board.fresh)}
    senders: dict[int, int] = {}
    for ref, sender in board.senders.items():
        if sender > 0:
            board.items[ref].workitem_from_id = sender
        else:
            senders[places[ref]] = places[sender]
    insert_chain([board.items[ref] for ref in board.fresh], senders)


def _change_items(board: Board) -> None:
    groups: dict[str, list[WorkItem]] = {}
    for ref in board.changed:
        item = board.items[ref]
        groups.setdefault(repr(_values(board, item)), []).append(item)
    for items in groups.values():
        values = _values(board, items[0])
        QuerySet(WorkItem).filter(pk__in=[item.pk for item in items]).update(
            version=F("version") + 1, **values
        )


def _values(board: Board, item: WorkItem) -> dict[str, object]:
    changeable = CHANGEABLE + (ESCALATED if item.pk in board.escalated else ())
    names = (name for name in changeable if _known(item, name))
    return {_attname(name): getattr(item, _attname(name)) for name in names}


def _attname(name: str) -> str:
    return str(WorkItem._meta.get_field(name).attname)  # type: ignore[union-attr] # concrete fields have one


def _known(item: WorkItem, name: str) -> bool:
    return _attname(name) not in item.get_deferred_fields()


def _write_tokens(board: Board) -> None:
    for ref, token in board.tokens.items():
        sender, waiting = board.token_links[ref]
        token.sender_id, token.waiting_id = _pk(board, sender), _pk(board, waiting)
    insert(list(board.tokens.values()))
    for pk, waiting in board.moved_tokens.items():
        EdgeToken.objects.filter(pk=pk).update(waiting_id=_pk(board, waiting))
    if board.dropped:
        EdgeToken.objects.filter(pk__in=board.dropped).delete()


def _write_timers(board: Board) -> None:
    freed = [ref for ref in board.freed if _may_have_timers(board, ref)]
    if freed:
        QuerySet(Timer).filter(workitem_id__in=freed)._raw_delete(using=alias())
    elif board.spent:
        QuerySet(Timer).filter(pk__in=board.spent)._raw_delete(using=alias())
    for ref, timer in board.timers:
        timer.workitem_id = board.items[ref].pk
    insert([timer for _, timer in board.timers])


JOBS = (outbox.JOB, outbox.RESULT)
CLOSING = (
    (ItemStatus.COMPLETE, outbox.SENT, (outbox.DUE,)),
    (ItemStatus.CANCELLED, outbox.DROPPED, (outbox.DUE, outbox.DEAD)),
)
"""What becomes of the jobs of an item that ends so, and which of them."""


def _close_jobs(board: Board) -> None:
    """
    The job of an external item ends with the item: done when it completed, not needed when it was withdrawn,
    not even to be looked at when it was given up.
    """
    for closed, status, before in CLOSING:
        refs = [r for r in board.freed if _is_external(board, r) and board.items[r].status == closed.value]
        if refs:
            jobs = OutboxMessage.objects.filter(workitem_id__in=refs, kind__in=JOBS, status__in=before)
            jobs.update(status=status, closed_at=board.now, lease_token="", lease_until=None)


def _is_external(board: Board, ref: int) -> bool:
    return is_external(board.loaded.graph.activity(board.items[ref].activity_key).application)


def _may_have_timers(board: Board, ref: int) -> bool:
    graph, key = board.loaded.graph, board.items[ref].activity_key
    return graph.activity(key).is_timed or bool(graph.timeouts(key))


def _write_incidents(board: Board) -> tuple[Incident, ...]:
    stored: list[Incident] = []
    fresh: list[Incident] = []
    for ref, incident in board.incidents:
        incident.workitem_id = None if ref is None else _pk(board, ref)
        if board.retried is not None and _again(board.retried, incident):
            stored.append(_raised_again(board.retried, incident))
        else:
            fresh.append(incident)
    insert(fresh)
    if board.cleared:
        held = Incident.objects.open().filter(workitem_id__in=board.cleared)
        held.update(resolved_at=board.now, resolved_by=board.actor)
    if board.retried is not None and board.retried not in stored:
        _resolve(board.retried, board)
    return tuple(stored + fresh)


def _again(retried: Incident, incident: Incident) -> bool:
    return (retried.code, retried.workitem_id) == (incident.code, incident.workitem_id)


def _raised_again(retried: Incident, incident: Incident) -> Incident:
    retried.attempts += 1
    retried.resolved_at = retried.resolved_by = None
    retried.message, retried.params = incident.message, incident.params
    retried.save(update_fields=["attempts", "message", "params"])
    return retried


def _resolve(retried: Incident, board: Board) -> None:
    retried.save(update_fields=["resolved_at", "resolved_by"])
    ref = retried.workitem_id
    status = "" if ref is None else str(board.items[ref].status)
    metadata = {"code": retried.code, "incident": retried.pk}
    board.note("incident.resolved", ref, status_to=status, metadata=metadata)


def _write_said(under: Under, board: Board) -> None:
    said = board.said
    if not said:
        return
    item = None if said.ref is None else board.items[said.ref]
    revision = DataRevision(
        instance=under.instance,
        instance_version=under.instance.version,
        workitem=item,
        activity_key="" if item is None else item.activity_key,
        action=said.action,
        actor=under.actor,
        said=dict(said.answers),
        reason=said.reason,
        created_at=under.now,
    )
    insert([revision])


def _change_instance(under: Under, board: Board, marking: Marking) -> None:
    instance = under.instance
    values: dict[str, object] = {}
    if instance.open_items != marking.open_items:
        values["open_items"] = instance.open_items = marking.open_items
    if instance.status != board.status:
        values["status"] = instance.status = board.status
        values |= _since(under, board)
    if instance.data != board.data:
        values["data"] = instance.data
    if values:
        ProcessInstance.objects.filter(pk=instance.pk).update(**values)


def _since(under: Under, board: Board) -> dict[str, object]:
    """
    The times that go with a new status.
    """
    instance, values = under.instance, dict[str, object]()
    if instance.is_closed:
        values["finished_at"] = instance.finished_at = board.now
    if instance.status == ProcessInstance.Status.SUSPENDED:
        values["suspended_at"] = instance.suspended_at = board.now
    elif instance.suspended_at is not None:
        values["suspended_at"] = instance.suspended_at = None
    return values


ENGINES_OWN = frozenset({"workitem.completed", "workitem.forwarded", "workitem.fallout", "incident.raised"})
"""What the engine does by itself when the item is automatic or routing, whoever set the step off."""


def _is_engines_own(under: Under, board: Board, note: Note) -> bool:
    if note.ref is None or note["action"] not in ENGINES_OWN:
        return False
    return not under.loaded.graph.activity(board.items[note.ref].activity_key).is_human


def _event(under: Under, board: Board, note: Note) -> Event:
    actor = None if _is_engines_own(under, board, note) else under.actor
    return Event(
        stream=instance_stream(under.instance.pk),
        created_at=under.now,
        actor="" if actor is None else str(actor.pk),
        process_id=under.instance.process_id,
        instance_id=under.instance.pk,
        workitem_id=None if note.ref is None else _pk(board, note.ref),
        instance_version=under.instance.version,
        **note,
    )
