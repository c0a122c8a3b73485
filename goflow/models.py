"""
Every model of goflow, and the verbs bound to them as thin methods. Nothing inside goflow calls these methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from goflow.api.models import RefreshToken
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.outbound.models import Delivery, Notification, UserProfile, WebhookEndpoint
from goflow.runtime import engine
from goflow.runtime.models import (
    DataRevision,
    EdgeToken,
    Heartbeat,
    IdempotencyKey,
    Incident,
    ProcessInstance,
    Timer,
    WorkItem,
)
from goflow.runtime.querysets import InstanceQuerySet
from goflow.runtime.results import Completion
from goflow.workflow import building, publishing
from goflow.workflow.models import (
    Activity,
    Application,
    Process,
    PushApplication,
    Queue,
    Transition,
    WorkflowLayout,
)
from goflow.workflow.querysets import ProcessQuerySet

__all__ = [
    "Activity",
    "Application",
    "AuditEvent",
    "DataRevision",
    "Delivery",
    "EdgeToken",
    "Heartbeat",
    "IdempotencyKey",
    "Incident",
    "Notification",
    "OutboxMessage",
    "Process",
    "ProcessInstance",
    "PushApplication",
    "Queue",
    "RefreshToken",
    "Timer",
    "Transition",
    "UserProfile",
    "WebhookEndpoint",
    "WorkItem",
    "WorkflowLayout",
]


def _start(manager: Any, *args: Any, **kwargs: Any) -> WorkItem:  # the arguments of engine.start
    return engine.start(*args, **kwargs)


def _activate(item: WorkItem, actor: Any) -> WorkItem:
    done = engine.activate(item.pk, actor=actor, version=item.version)
    return _refresh(item, done)


def _release(item: WorkItem, actor: Any) -> WorkItem:
    return _refresh(item, engine.release(item.pk, actor=actor, version=item.version))


def _reassign(item: WorkItem, actor: Any, to: Any, reason: str = "") -> WorkItem:
    done = engine.reassign(item.pk, actor=actor, to=to, reason=reason, version=item.version)
    return _refresh(item, done)


def _complete(item: WorkItem, actor: Any, outcome: str | None = None, **kwargs: Any) -> Completion:
    """
    Without an outcome, the one the caller put on ``workitem.instance.condition``, if he changed it.
    """
    if outcome is None and "instance" in item._state.fields_cache:
        outcome = _changed_condition(item.instance)
    done = engine.complete(item.pk, actor=actor, outcome=outcome, version=item.version, **kwargs)
    if done.workitem is not None:
        _refresh(item, done.workitem)
    return done


def _changed_condition(instance: ProcessInstance) -> str | None:
    stored = ProcessInstance.objects.filter(pk=instance.pk).values_list("condition", flat=True).first()
    return instance.condition if instance.condition != stored else None


def _forward(item: WorkItem, actor: Any) -> Completion:
    done = engine.forward(item.pk, actor=actor, version=item.version)
    if done.workitem is not None:
        _refresh(item, done.workitem)
    return done


def _refresh(item: WorkItem, done: WorkItem) -> WorkItem:
    item.__dict__.update({k: v for k, v in done.__dict__.items() if k != "_state"})
    item._state.fields_cache.update(done._state.fields_cache)
    return item


BOUND: dict[type, dict[str, Callable[..., Any]]] = {
    ProcessQuerySet: {"start": _start},
    InstanceQuerySet: {"start": _start},
    Process: {
        "publish": publishing.publish,
        "retire": publishing.retire,
        "clone": publishing.clone,
        "discard": publishing.discard,
        "clone_as_new_version": publishing.clone,
        "add_activity": building.add_activity,
        "add_transition": building.add_transition,
    },
    WorkItem: {
        "activate": _activate,
        "complete": _complete,
        "forward": _forward,
        "reassign": _reassign,
        "release": _release,
    },
}
"""The verbs of the public contract, by the class they are called on."""

for _owner, _verbs in BOUND.items():
    for _name, _verb in _verbs.items():
        setattr(_owner, _name, _verb)
for _manager in (Process.objects, ProcessInstance.objects):
    setattr(type(_manager), "start", _start)  # noqa: B010 - managers copied the querysets' methods before
