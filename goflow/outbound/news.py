"""
What the events of a step mean to people: pieces of news, each with those it is for. Reads no tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from goflow.conf import conf
from goflow.outbound import profiles

POOL = "q:"
"""What the keys of queues begin with that have named readers; the pool for everyone is never told."""

OPEN = frozenset({"inactive", "active"})
FINAL = frozenset({"complete", "terminated"})

RANKS = (
    profiles.INCIDENT,
    profiles.BREACHED,
    profiles.DUE_SOON,
    profiles.ASSIGNED,
    profiles.FINISHED,
    profiles.QUEUED,
    profiles.MOVED,
)
"""The most telling first: of all that a step means to one person, only that is told."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """
    Whom a piece of news is for: people and groups by id, the readers of a queue, administrators.
    """

    people: frozenset[str] = frozenset()
    queue: str = ""
    roles: frozenset[int] = frozenset()
    administrators: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One thing that happened, as it is told.
    """

    event: str
    audience: Audience
    actor: str
    workitem_id: int | None = None
    priority: int = 0
    params: dict[str, Any] = field(default_factory=dict)  # JSON

    @property
    def rank(self) -> int:
        """
        The lower, the more telling.
        """
        return RANKS.index(self.event)


def pieces(payload: Json) -> list[Piece]:
    """
    What the events of an outbox message mean, see ``goflow.journal.telling``.
    """
    return [piece for event in payload["events"] for piece in _of(event, payload)]


def _of(event: Json, payload: Json) -> Iterator[Piece]:
    teller = _TELLERS.get(event["action"])
    item = payload["items"].get(str(event["workitem"])) or {}
    if teller is not None and payload["instance"] is not None:
        yield from teller(event, item, payload)


def _assigned(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    owner = event["metadata"].get("user")
    if owner and item.get("status", "active") in OPEN:
        yield _piece(profiles.ASSIGNED, Audience(people=frozenset({str(owner)})), event, item, payload)


def _queued(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    queue = item.get("queue") or ""
    if queue.startswith(POOL) and item["status"] in OPEN:
        yield _piece(profiles.QUEUED, Audience(queue=queue), event, item, payload)


def _handed_over(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    """
    To a person, or to the members of roles.
    """
    yield from (_assigned if event["metadata"].get("user") else _queued)(event, item, payload)


def _warned(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    if conf.SLA_NOTIFY:
        yield _piece(profiles.DUE_SOON, _performers(event, item), event, item, payload)


def _breached(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    if conf.SLA_NOTIFY:
        yield _piece(profiles.BREACHED, _performers(event, item), event, item, payload)


def _escalated(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    if not conf.SLA_NOTIFY or event["metadata"].get("action") != "remind":
        return
    due_at = parse_datetime(item.get("due_at") or "")
    is_late = due_at is not None and due_at <= datetime.fromisoformat(event["at"])
    name = profiles.BREACHED if is_late else profiles.DUE_SOON
    piece = _piece(name, _performers(event, item), event, item, payload)
    piece.params["reminder"] = True
    yield piece


def _performers(event: Json, item: Json) -> Audience:
    """
    The owner, or those who could take the item; and the roles that the definition names.
    """
    owner, queue = item.get("user"), item.get("queue") or ""
    return Audience(
        people=frozenset({str(owner)}) if owner else frozenset(),
        queue=queue if not owner and queue.startswith(POOL) else "",
        roles=frozenset(event["metadata"].get("roles") or ()),
    )


def _completed(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    if item.get("human") and not payload["instance"].get("parent"):
        yield _piece(profiles.MOVED, _requester(payload), event, item, payload)


def _status_changed(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    """
    A part of another request has no requester who waits for it.
    """
    if event["status_to"] in FINAL and not payload["instance"].get("parent"):
        yield _piece(profiles.FINISHED, _requester(payload), event, item, payload)


def _requester(payload: Json) -> Audience:
    return Audience(people=frozenset({str(payload["instance"]["requester"])}))


def _stopped(event: Json, item: Json, payload: Json) -> Iterator[Piece]:
    yield _piece(profiles.INCIDENT, Audience(administrators=True), event, item, payload)


def _piece(name: str, audience: Audience, event: Json, item: Json, payload: Json) -> Piece:
    instance, metadata = payload["instance"], event["metadata"]
    params = {
        "request": instance["title"],
        "process": payload["process"]["title"],
        "activity": item.get("activity_title") or event["activity"],
        "due_at": item.get("due_at") or metadata.get("due_at"),
        "outcome": metadata.get("outcome"),
        "status": event["status_to"],
        "code": metadata.get("code"),
        "priority": item.get("priority", instance["priority"]),
    }
    return Piece(
        event=name,
        audience=audience,
        actor=event["actor"],
        workitem_id=event["workitem"],
        priority=int(params["priority"]),
        params={key: value for key, value in params.items() if value not in (None, "")},
    )


_TELLERS = {
    "workitem.assigned": _assigned,
    "workitem.reassigned": _handed_over,
    "workitem.created": _queued,
    "workitem.released": _queued,
    "sla.warned": _warned,
    "sla.breached": _breached,
    "workitem.escalated": _escalated,
    "workitem.completed": _completed,
    "instance.status_changed": _status_changed,
    "incident.raised": _stopped,
}
"""What is news, by audit action."""
