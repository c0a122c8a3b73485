"""
What tests build with and read after a verb: the state of items, instances and the journal.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import process
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish

AUTO = {"autostart": True, "application": "noop"}
"""The fields of an automatic activity that does nothing."""


def publish_unchecked(draft: Process) -> Process:
    """
    Publish in spite of errors: a version whose code is gone, or that old code has written.
    """
    publish(draft, check=False)
    Group.objects.filter(name=draft.title).delete()
    return draft


def unsound(title: str, *args: Any) -> Process:
    """
    A process that can get stuck, published all the same; the arguments of ``testing.process``.
    """
    return publish_unchecked(process(title, *args, publish_now=False))


def item(key: str, instance: ProcessInstance | None = None) -> WorkItem:
    """
    The latest item of an activity.
    """
    found = WorkItem.objects.filter(activity_key=key)
    return (found if instance is None else found.filter(instance=instance)).latest("id")


def statuses(instance: ProcessInstance) -> list[tuple[str, str]]:
    """
    Activity and status of every item, in the order they opened.
    """
    return list(instance.workitems.order_by("id").values_list("activity_key", "status"))


def actions(instance: ProcessInstance, workitem: WorkItem | None = None) -> list[str]:
    """
    What the journal tells of an instance, or of one of its items.
    """
    found = AuditEvent.objects.filter(stream=instance_stream(instance.pk)).order_by("seq")
    if workitem is not None:
        found = found.filter(workitem_id=workitem.pk)
    return list(found.values_list("action", flat=True))


def status(instance: ProcessInstance) -> str:
    """
    The instance's status as stored.
    """
    return ProcessInstance.objects.get(pk=instance.pk).status


def incident() -> Incident:
    """
    The only open incident.
    """
    return Incident.objects.open().get()
