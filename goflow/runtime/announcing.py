"""
Signals after commit: what was recorded, told to the host's receivers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from goflow import logs, signals
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Transition

logger = logging.getLogger("goflow.engine")


@dataclass(frozen=True, slots=True)
class News:
    """
    What a unit did: events with final ids, the items they are about, and the audit rows.
    """

    loaded: Loaded
    instance: ProcessInstance
    actor: Any | None  # the host's user model
    events: Sequence[Event]
    items: Mapping[int, WorkItem]
    audit: Sequence[AuditEvent] = ()
    evaluated: Sequence[tuple[int, str]] = field(default=())


ITEM_SIGNALS: dict[str, Signal] = {
    "workitem.created": signals.workitem_created,
    "workitem.assigned": signals.workitem_assigned,
    "workitem.forwarded": signals.workitem_forwarded,
    "workitem.blocked": signals.workitem_blocked,
    "workitem.fallout": signals.workitem_fallout,
    "sla.warned": signals.sla_warned,
    "sla.breached": signals.sla_breached,
}
ACTOR_SIGNALS: dict[str, Signal] = {
    "workitem.activated": signals.workitem_activated,
    "workitem.completed": signals.workitem_completed,
}


def after_commit(news: News, using: str) -> None:
    """
    Send the signals of a unit when its transaction, or the caller's around it, has committed.
    """
    transaction.on_commit(partial(_send, news), using=using, robust=True)


def _send(news: News) -> None:
    for event in news.events:
        _tell(news, event)
    if signals.transition_evaluated.receivers:
        for item, transition in news.evaluated:
            _evaluated(news, item, transition)
    for row in news.audit if signals.audit_event_created.receivers else ():
        signals.audit_event_created.send_robust(sender=AuditEvent, event=row)


def _tell(news: News, event: Event) -> None:
    if event.action == "process.started" and signals.process_started.receivers:
        signals.process_started.send_robust(
            ProcessInstance, instance=news.instance, process=news.instance.process, actor=news.actor
        )
    if event.action == "incident.raised":
        _warn(news, event)
    item = news.items.get(event.workitem_id or 0)
    if item is None:
        return
    if event.action in ITEM_SIGNALS:
        ITEM_SIGNALS[event.action].send_robust(WorkItem, workitem=item)
    if event.action in ACTOR_SIGNALS:
        ACTOR_SIGNALS[event.action].send_robust(WorkItem, workitem=item, actor=news.actor)
    if event.action == "workitem.forwarded" and signals.transition_fired.receivers:
        _fired(news, event, item)


def _warn(news: News, event: Event) -> None:
    about = logs.extra(
        instance=event.instance_id,
        workitem=event.workitem_id,
        process=news.loaded.graph.code,
        activity=event.activity_key,
    )
    where = event.activity_key or "the instance"
    logger.warning("incident %s stops %s", event.metadata.get("code", ""), where, extra=about)


def _fired(news: News, event: Event, item: WorkItem) -> None:
    transition = _transition(news.loaded, event.transition_key)
    signals.transition_fired.send_robust(
        WorkItem, workitem=item, activity=transition.output, transition=transition
    )


def _evaluated(news: News, item: int, key: str) -> None:
    signals.transition_evaluated.send_robust(
        Transition, transition=_transition(news.loaded, key), workitem=news.items.get(item), result=True
    )


def _transition(loaded: Loaded, key: str) -> Transition:
    found: Transition = Transition.objects.select_related("output").get(pk=loaded.transition_ids[key])
    return found
