"""
What a drive leaves in the outbox: its events for those who want to hear of them, and the jobs it opened.
"""

from __future__ import annotations

from collections.abc import Sequence

from goflow.journal import outbox
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent
from goflow.journal.rows import insert
from goflow.journal.telling import Facts, told
from goflow.runtime import scheduler
from goflow.runtime.board import Board
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.under import Under


def tell(under: Under, board: Board, events: Sequence[Event], audit: Sequence[AuditEvent]) -> None:
    """
    Write the outbox messages of a drive with one insert; a hint to those who send them follows the commit.

    Runs inside the unit, after the items have their ids.
    """
    message = told(
        events,
        audit,
        process=_process(under),
        instance=_instance(under.instance),
        items=_items(under, board, events),
    )
    messages = [*([] if message is None else [message]), *board.jobs()]
    insert(messages)
    if messages:
        scheduler.wake_after_commit(outbox.wake_ids(messages), under.using)


def _process(under: Under) -> Facts:
    graph = under.loaded.graph
    return {
        "id": under.loaded.process_id,
        "code": graph.code,
        "version": graph.version,
        "title": graph.title,
    }


def _instance(instance: ProcessInstance) -> Facts:
    about = None if instance.content_type_id is None else [instance.content_type_id, instance.object_id]
    return {
        "id": instance.pk,
        "title": instance.title,
        "requester": str(instance.user_id),
        "status": str(instance.status),
        "priority": instance.priority,
        "tenant": instance.tenant_id,
        "org": instance.org_id,
        "object": about,
    }


def _items(under: Under, board: Board, events: Sequence[Event]) -> dict[int, Facts]:
    mentioned = {event.workitem_id for event in events}
    return {item.pk: _item(under, item) for item in board.items.values() if item.pk in mentioned}


def _item(under: Under, item: WorkItem) -> Facts:
    unknown = item.get_deferred_fields()
    activity = under.loaded.graph.activity(item.activity_key)
    due_at = None if "due_at" in unknown else item.due_at
    user = None if "user_id" in unknown else item.user_id
    return {
        "activity": item.activity_key,
        "activity_id": item.activity_id,
        "activity_title": activity.title,
        "human": activity.is_human,
        "user": None if user is None else str(user),
        "queue": None if "queue" in unknown else item.queue,
        "priority": item.priority,
        "due_at": None if due_at is None else due_at.isoformat(),
        "status": str(item.status),
    }
