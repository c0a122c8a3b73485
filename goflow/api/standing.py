"""
Instances as data: a line, the drawing with its current position, and why an instance waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goflow.api import forms, history
from goflow.api.items import line as item_line
from goflow.api.items import loaded_of, person
from goflow.api.versions import outlined
from goflow.desk import outside, position
from goflow.errors import InstanceNotFound
from goflow.runtime import policy
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.runtime.policy import POOL
from goflow.workflow.models import Queue


def find(user: Any, pk: int) -> ProcessInstance:
    """
    The instance, if the user may see it. Raises InstanceNotFound.
    """
    visible = ProcessInstance.objects.for_user(user).select_related("process", "user", "content_type")
    found: ProcessInstance | None = visible.filter(pk=pk).first()
    if found is None:
        raise InstanceNotFound(instance=pk)
    return found


def line(instance: ProcessInstance) -> dict[str, Any]:
    """
    One line of a list.
    """
    return {
        "id": instance.pk,
        "title": instance.title,
        "process_id": instance.process_id,
        "process": instance.process.title,
        "process_version": instance.process.version,
        "status": instance.status,
        "priority": instance.priority,
        "requester": person(instance.user),
        "content_type": forms.label_of(instance.content_type),
        "object_id": instance.object_id,
        "condition": instance.condition,
        "created_at": instance.created_at,
        "finished_at": instance.finished_at,
    }


def detail(user: Any, instance: ProcessInstance) -> dict[str, Any]:
    """
    With its data and work items.
    """
    return {
        **line(instance),
        "data": instance.data,
        "workitems": [item_line(item) for item in _items(instance)],
        "said": history.said_in(instance.pk),
        "may_administer": policy.may_administer(user, instance) and not instance.is_closed,
    }


def _items(instance: ProcessInstance) -> list[WorkItem]:
    return list(WorkItem.objects.filter(instance=instance).with_context().order_by("id"))


def diagram(instance: ProcessInstance) -> dict[str, Any]:
    """
    The drawing as SVG and as text, the state of each activity, and the transitions taken.
    """
    loaded = loaded_of(instance)
    marked = position.marks(_items(instance), position.arrived(instance, loaded))
    taken = position.taken(instance)
    return {
        "svg": position.picture(loaded, marked, taken, instance.title),
        "outline": [outlined(row) for row in position.twin(loaded, marked)],
        "position": [
            {"activity": key, "state": mark.state.value, "badge": mark.badge} for key, mark in marked.items()
        ],
        "taken": taken,
    }


def waiting(instance: ProcessInstance) -> dict[str, Any]:
    """
    One reason for everything that keeps the instance from its end. A constant number of queries.
    """
    reasons = [] if instance.is_closed else list(_reasons(instance))
    return {"instance_id": instance.pk, "status": instance.status, "reasons": reasons}


def _reasons(instance: ProcessInstance) -> Any:  # an iterator of reasons
    rows = _items(instance)
    if instance.status == ProcessInstance.Status.SUSPENDED:
        yield _reason("suspended", None)
    pools, joins = _pool_names(rows), position.arrived(instance, loaded_of(instance))
    called = set(
        ProcessInstance.objects.filter(parent_item__in=[row.pk for row in rows]).values_list(
            "parent_item_id", flat=True
        )
    )
    jobs = outside.of(rows)
    for row in rows:
        found = _job_of(row, jobs) or _reason_of(row, pools, joins, called)
        if found is not None:
            yield found
    for incident in Incident.objects.open().filter(instance=instance).select_related("workitem"):
        yield _reason("incident", incident.workitem, detail=incident.code, since=incident.created_at)


def _job_of(row: WorkItem, jobs: Mapping[int, outside.Outside]) -> dict[str, Any] | None:
    """
    A program has the item; its topic says which.
    """
    if not outside.is_outside(row):
        return None
    job = jobs.get(row.pk)
    return _reason("job", row, detail=job.topic if job else "")


def _reason_of(
    row: WorkItem, pools: Mapping[str, str], joins: Mapping[int, str], called: set[int]
) -> dict[str, Any] | None:
    if row.is_open and row.user is not None:
        return _reason("person", row, who=row.user.get_username())
    if row.is_open:
        return _reason("pool", row, who=pools.get(row.queue or "", ""))
    if row.status == WorkItem.Status.SUSPENDED:
        return _reason("suspended", row)
    if row.status == WorkItem.Status.BLOCKED:
        kind = "subflow" if row.pk in called else "join"
        return _reason(kind, row, detail=joins.get(row.pk, ""))
    return None


def _reason(
    kind: str, row: WorkItem | None, *, who: str = "", detail: str = "", since: Any = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "workitem_id": None if row is None else row.pk,
        "activity": "" if row is None else row.activity_key,
        "who": who,
        "since": since or (None if row is None else row.opened_at or row.created_at),
        "detail": detail,
    }


def _pool_names(rows: list[WorkItem]) -> dict[str, str]:
    """
    Queue keys to the names of the groups that read them; people named one by one are counted, not named.
    """
    keys = {row.queue for row in rows if row.is_open and row.queue and row.queue.startswith(POOL)}
    if not keys:
        return {}
    ids = [key.removeprefix(POOL) for key in keys]
    names: dict[str, list[str]] = {key: [] for key in keys}
    groups = Queue.objects.filter(pk__in=ids).values_list("pk", "groups__name").order_by("groups__name")
    for pk, name in groups:
        if name:
            names[f"{POOL}{pk}"].append(name)
    return {key: ", ".join(found) for key, found in names.items()}
