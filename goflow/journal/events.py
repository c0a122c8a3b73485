"""
What is recorded: the catalogue of actions, and the event as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ACTIONS = frozenset(
    {
        "process.created",
        "process.drafted",
        "process.recoded",
        "process.published",
        "process.retired",
        "process.cloned",
        "process.discarded",
        "process.started",
        "instance.status_changed",
        "workitem.created",
        "workitem.assigned",
        "workitem.activated",
        "workitem.released",
        "workitem.reassigned",
        "workitem.decided",
        "workitem.completed",
        "workitem.forwarded",
        "workitem.blocked",
        "workitem.unblocked",
        "workitem.fallout",
        "workitem.timeout",
        "workitem.cancelled",
        "workitem.escalated",
        "sla.warned",
        "sla.breached",
        "incident.raised",
        "incident.resolved",
        "test.ping",
        "webhook.changed",
        "chain.cut",
    }
)
"""Every action name the journal may hold. Actions are ``noun.verb_past``."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened. Ids and keys only, no personal text; ``actor`` is a user's primary key as text.
    """

    stream: str
    action: str
    created_at: datetime
    actor: str = ""
    process_id: int | None = None
    instance_id: int | None = None
    workitem_id: int | None = None
    activity_key: str = ""
    transition_key: str = ""
    status_from: str = ""
    status_to: str = ""
    instance_version: int = 0
    metadata: Mapping[str, object] = field(default_factory=dict)


def instance_stream(instance_id: int) -> str:
    """
    The stream that tells the story of one instance.
    """
    return f"i:{instance_id}"


def endpoint_stream(endpoint_id: int) -> str:
    """
    The stream that tells the story of one webhook endpoint.
    """
    return f"w:{endpoint_id}"


def process_stream(code: str) -> str:
    """
    The stream that tells the story of one process, all versions.
    """
    return f"p:{code}"
