"""
What a webhook receiver reads: one JSON text per event, the same for every attempt and every endpoint.

Everything is in the message that was written with the change; nothing is read for it but names of models,
which Django remembers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType

from goflow.journal.models import OutboxMessage

FORMAT = 1
"""The version of the body. It grows when a key changes its meaning or goes; new keys do not count."""

PING = "test.ping"

Facts = Mapping[str, Any]  # JSON


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    One event, ready to be sent: ``event_id`` stays the same however often it is delivered.
    """

    event_id: str
    action: str
    body: str


def tenant_of(message: OutboxMessage) -> str:
    """
    Whose events a message holds; blank in a project without tenants.
    """
    payload: Facts = message.payload
    about: Facts = payload["instance"] or payload["process"]
    return str(about.get("tenant", ""))


def envelopes(message: OutboxMessage) -> Iterator[Envelope]:
    """
    The events of a message, in order. Raises KeyError for a payload of another format.
    """
    for place, event in enumerate(message.payload["events"]):
        yield Envelope(event_id(message, place), event["action"], _body(message, event))


def event_id(message: OutboxMessage, place: int = 0) -> str:
    """
    The ``webhook-id`` of the event at that place of a message.
    """
    return f"evt_{message.pk}_{place}"


def _body(message: OutboxMessage, event: Facts) -> str:
    payload: Facts = message.payload
    item: Facts = payload["items"].get(str(event["workitem"]), {})
    told = {
        **_as_ever(event, payload, item),
        "format": FORMAT,
        "type": event["action"],
        "timestamp": event["at"],
        "seq": event["seq"],
        "tenant_id": tenant_of(message),
        "activity": event["activity"] or None,
        "transition": event["transition"] or None,
        "process": _process(payload["process"]),
        "instance": _instance(payload["instance"]),
    }
    return json.dumps(told, separators=(",", ":"))


def _as_ever(event: Facts, payload: Facts, item: Facts) -> dict[str, object]:
    """
    The keys that receivers of earlier versions know, with what they knew there.
    """
    instance = payload["instance"] or {}
    return {
        "id": event["id"],
        "action": event["action"],
        "created_at": event["at"],
        "actor_id": _plain(event["actor"]),
        "process_id": payload["process"].get("id"),
        "instance_id": instance.get("id"),
        "workitem_id": event["workitem"],
        "activity_id": item.get("activity_id"),
        "transition_id": None,
        "status_from": event["status_from"] or None,
        "status_to": event["status_to"] or None,
        "metadata": event["metadata"],
    }


def _plain(key: str) -> int | str | None:
    """
    A primary key as a number where it is one.
    """
    return int(key) if key.isdecimal() else key or None


def _process(facts: Facts) -> dict[str, object] | None:
    return {name: facts[name] for name in ("code", "version", "title")} if facts.get("code") else None


def _instance(facts: Facts | None) -> dict[str, object] | None:
    if facts is None:
        return None
    return {
        "title": facts["title"],
        "status": facts["status"],
        "priority": facts["priority"],
        "requester_id": _plain(facts["requester"]),
        "org_id": facts["org"],
        "object": _object(facts.get("object")),
    }


def _object(named: list[Any] | None) -> dict[str, str] | None:
    if named is None:
        return None
    try:
        kind = ContentType.objects.get_for_id(named[0])
    except ContentType.DoesNotExist:
        return None
    return {"model": f"{kind.app_label}.{kind.model}", "id": named[1]}
