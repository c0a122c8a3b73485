"""
How the verbs over versions write history: into the audit trail, and to whoever listens from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from goflow import clock
from goflow.journal import recorder
from goflow.journal.events import Event, process_stream
from goflow.journal.rows import insert
from goflow.journal.telling import told
from goflow.workflow.models import Process
from goflow.workflow.versions import actor_id

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class Note(NamedTuple):
    """
    What happened to one version.
    """

    process: Process
    action: str
    details: Mapping[str, object]


def record(notes: Sequence[Note], by: AbstractBaseUser | None) -> None:
    """
    Write the audit rows of versions of one code, and an outbox message for each where somebody may listen.

    Runs in the transaction of the change, which holds the lock of the code.
    """
    events = [_event(note, by) for note in notes]
    rows = recorder.record(events)
    # With auditing off there are no rows; then each event is told without one.
    messages = [
        told([event], rows[place : place + 1], process=_facts(note.process))
        for place, (note, event) in enumerate(zip(notes, events, strict=True))
    ]
    insert([message for message in messages if message is not None])


def _event(note: Note, by: AbstractBaseUser | None) -> Event:
    process = note.process
    return Event(
        stream=process_stream(process.code),
        action=note.action,
        created_at=clock.now(),
        actor=actor_id(by),
        process_id=process.pk,
        metadata={"version": process.version, "tenant": process.tenant_id, **note.details},
    )


def _facts(process: Process) -> Mapping[str, object]:
    return {
        "id": process.pk,
        "code": process.code,
        "version": process.version,
        "title": process.title,
        "tenant": process.tenant_id,
    }
