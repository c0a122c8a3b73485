"""
Which changes are told to the outside world: one outbox row per step, with everything the tellers need.

Nothing is read for it: whoever records the events has the names at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent, OutboxMessage

FORMAT = 1
"""The version of the payload."""

Facts = Mapping[str, object]  # JSON of a process, an instance or an item

CONCERNING = frozenset({"incident.raised", "sla.warned", "sla.breached", "workitem.escalated"})
"""Always news for somebody."""


def told(
    events: Sequence[Event],
    audit: Sequence[AuditEvent],
    *,
    process: Facts,
    instance: Facts | None = None,
    items: Mapping[int, Facts] | None = None,
) -> OutboxMessage | None:
    """
    The unsaved outbox message of a step's events; None when nobody would hear of them.

    Args:
        audit: the stored rows of the same events, empty when auditing is off.
        process: ``id``, ``code``, ``version``, ``title``, and ``tenant`` where there is no instance; may be
            empty.
        instance: ``id``, ``title``, ``requester`` (user id as text), ``status``, ``priority``, ``tenant``,
            ``org``, ``object`` (id of the content type and primary key, or None).
        items: by id: ``activity`` (key), ``activity_id``, ``activity_title``, ``human``, ``user`` (id as text
            or None), ``queue``, ``priority``, ``due_at`` (ISO text or None), ``status``.
    """
    found = items or {}
    personal = conf.NOTIFICATIONS_ENABLED and any(_is_personal(e, instance, found) for e in events)
    if not events or not (personal or conf.WEBHOOK_ENABLED):
        return None
    payload = {
        "format": FORMAT,
        "process": dict(process),
        "instance": None if instance is None else dict(instance),
        "items": {str(pk): dict(facts) for pk, facts in found.items()},
        "events": [_as_json(event, row) for event, row in _with_rows(events, audit)],
    }
    first = events[0]
    return OutboxMessage(
        kind=outbox.EVENTS, payload=payload, instance_id=first.instance_id, due_at=first.created_at
    )


def _is_personal(event: Event, instance: Facts | None, items: Mapping[int, Facts]) -> bool:
    """
    Whether somebody other than the actor may want to know.
    """
    if event.action in CONCERNING:
        return True
    if event.action in {"workitem.assigned", "workitem.reassigned"}:
        return event.metadata.get("user") != event.actor
    item = items.get(event.workitem_id or 0, {})
    if event.action in {"workitem.created", "workitem.released"}:
        return str(item.get("queue") or "").startswith("q:")
    moved = event.action == "workitem.completed" and bool(item.get("human"))
    if moved or event.action == "instance.status_changed":
        return instance is not None and instance["requester"] != event.actor
    return False


def _with_rows(
    events: Sequence[Event], audit: Sequence[AuditEvent]
) -> Sequence[tuple[Event, AuditEvent | None]]:
    rows: list[AuditEvent | None] = list(audit) if len(audit) == len(events) else [None] * len(events)
    return list(zip(events, rows, strict=True))


def _as_json(event: Event, row: AuditEvent | None) -> dict[str, object]:
    return {
        "id": None if row is None else row.pk,
        "seq": None if row is None else row.seq,
        "action": event.action,
        "at": event.created_at.isoformat(),
        "actor": event.actor,
        "workitem": event.workitem_id,
        "activity": event.activity_key,
        "transition": event.transition_key,
        "status_from": event.status_from,
        "status_to": event.status_to,
        "metadata": dict(event.metadata),
    }
