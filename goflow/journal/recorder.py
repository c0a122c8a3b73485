"""
Writes events as chained audit rows: one multi-row insert, in the caller's transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from goflow.conf import conf
from goflow.journal.events import ACTIONS, Event
from goflow.journal.models import AuditEvent
from goflow.journal.rows import insert

GENESIS = "0" * 64
"""The hash before the first row of a stream."""

HASHED = (
    "stream",
    "action",
    "created_at",
    "actor",
    "process_id",
    "instance_id",
    "workitem_id",
    "activity_key",
    "transition_key",
    "status_from",
    "status_to",
    "instance_version",
    "metadata",
)
"""The columns a hash covers, besides the number in the stream and the hash before."""


class Head(NamedTuple):
    """
    The last row of a stream.
    """

    seq: int = 0
    hash: str = GENESIS


def head(stream: str) -> Head:
    """
    The last row of the stream; one query. Call it while holding what serialises the stream.
    """
    row = AuditEvent.objects.filter(stream=stream).order_by("-seq").values_list("seq", "hash").first()
    return Head(*row) if row else Head()


def rows(events: Sequence[Event], last: Head) -> list[AuditEvent]:
    """
    The chained, unsaved audit rows of events of one stream that follow ``last``.

    Raises ValueError for an action that is not in the catalogue.
    """
    made: list[AuditEvent] = []
    for event in events:
        if event.action not in ACTIONS:
            raise ValueError(f"{event.action!r} is not in goflow.journal.events.ACTIONS; add it there")
        row = AuditEvent(seq=last.seq + 1, **{name: getattr(event, name) for name in HASHED})
        row.metadata = json.loads(canonical(row.metadata))
        row.hash = digest(row, last.hash)
        last = Head(row.seq, row.hash)
        made.append(row)
    return made


def record(events: Sequence[Event], last: Head | None = None) -> list[AuditEvent]:
    """
    Write events of one stream with one insert; nothing when ``GOFLOW_AUDIT_ENABLED`` is off.

    ``last`` saves the query for the stream's head when the caller has it already.
    """
    if not events or not conf.AUDIT_ENABLED:
        return []
    made = rows(events, head(events[0].stream) if last is None else last)
    insert(made)
    return made


def digest(row: AuditEvent, before: str) -> str:
    """
    The hash of an audit row: SHA-256 over the hash before it and its canonical text.
    """
    values = [row.seq, *(_plain(getattr(row, name)) for name in HASHED)]
    return hashlib.sha256(f"{before}\n{canonical(values)}".encode()).hexdigest()


def canonical(value: object) -> str:
    """
    JSON with sorted keys and no blanks: the same text for the same data on every database.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, (str, int, float, list, type(None))) else str(value)
