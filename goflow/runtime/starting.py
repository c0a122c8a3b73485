"""
How an instance begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, IntegerField, Model, Value, When
from django.utils.translation import gettext_lazy as _

from goflow import clock, logs, tenancy
from goflow.core import stepping
from goflow.core.marking import Marking
from goflow.errors import KeyTaken, NotAllowed, ProcessNotFound, ProcessNotStartable
from goflow.journal.recorder import Head
from goflow.journal.rows import insert
from goflow.runtime import policy
from goflow.runtime.apply import Drive
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.said import said
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import alias
from goflow.workflow.loader import Loaded, definition
from goflow.workflow.models import Process

Prepare = Callable[[Task], None]
"""What a caller stores inside the unit, before conditions are read: a form, usually. It may run again."""


@dataclass(frozen=True, slots=True)
class Filled:
    """
    What the answers to a start form come to: the object or the data, and the title when they say one.
    """

    item: Model | None = None
    title: str | None = None
    data: Mapping[str, object] | None = None


Fill = Callable[[], Filled]
"""Checks a start form inside the unit and saves its object. It may run again, after everything was undone."""


@dataclass(frozen=True, slots=True)
class Request:
    """
    What somebody asks for when he starts a process.
    """

    process_name: str
    user: Any  # the host's user model
    item: Model | None = None
    title: str | None = None
    priority: int | None = None
    data: Mapping[str, object] | None = None
    answers: Mapping[str, object] | None = None

    def filled(self, found: Filled) -> Request:
        """
        The request with what its form came to.
        """
        data = self.data if found.data is None else {**(self.data or {}), **found.data}
        return replace(self, item=found.item, title=found.title, data=data)

    def as_payload(self) -> dict[str, object]:
        """
        The request as plain data, to tell a repeated one from a different one.
        """
        return {
            "process": self.process_name,
            "item": None if self.item is None else [self.item._meta.label_lower, str(self.item.pk)],
            "title": self.title,
            "priority": self.priority,
            "data": dict(self.data or {}),
            "answers": dict(self.answers or {}),
        }


def startable(name: str, user: Any) -> Process:
    """
    The version new instances of that code or title start from. One query when all is well.

    Raises ProcessNotFound, or ProcessNotStartable for a disabled process or one without a published version.
    """
    by_code = Case(When(code=name, then=Value(0)), default=Value(1), output_field=IntegerField())
    named = Process.objects.for_user(user).named(name)
    found = named.published().order_by(by_code, "id").first()
    if found is None:
        latest = named.order_by("-version").first()
        if latest is None:
            raise ProcessNotFound(process=name)
        raise ProcessNotStartable(process=latest.title, reason=latest.get_status_display())
    if not found.enabled:
        raise ProcessNotStartable(process=found.title, reason=_("disabled"))
    process: Process = found
    return process


def require_start(user: Any, process: Process) -> None:
    """
    Raises NotAllowed unless the user may start the process.
    """
    if not policy.may_start(user, process):
        raise NotAllowed(verb="start", process=process.title)


def open_instance(request: Request, process: Process, prepare: Prepare | None) -> Drive:
    """
    Insert the instance and play its start. Runs inside the unit; nobody else knows the row yet.

    Raises KeyTaken when the data would stand where the answers of a step belong.
    """
    loaded = definition(process.pk, process.fingerprint, alias())
    _require_free(request, loaded)
    instance = _new_instance(request, process)
    insert([instance])
    logs.add(verb="start", instance=instance.pk, process=loaded.graph.code)
    under = Under(alias(), loaded, instance, Marking(), Head(), request.user, clock.now())
    drive = Drive(under)
    begin = loaded.graph.activity(loaded.graph.begin)
    task = drive.task(_placeholder(instance, loaded), begin)
    if prepare is not None:
        prepare(task)
    drive.board.said = said(None, "process.started", request.answers)
    drive.board.note("process.started", None, metadata={"process_version": process.version})
    drive.advance(lambda rules: stepping.start(loaded.graph, rules), task)
    return drive


def _require_free(request: Request, loaded: Loaded) -> None:
    taken = next((key for key in request.data or () if key in loaded.titles), None)
    if taken is not None:
        raise KeyTaken(key=taken, title=loaded.titles[taken])


def _new_instance(request: Request, process: Process) -> ProcessInstance:
    tenant = tenancy.resolve(user=request.user)
    instance = ProcessInstance(
        process=process,
        fingerprint=process.fingerprint,
        user=request.user,
        priority=process.priority if request.priority is None else request.priority,
        data=dict(request.data or {}),
        open_items=1,
        created_at=clock.now(),
        tenant_id=tenant.tenant_id,
        org_id=tenant.org_id,
    )
    if request.item is not None:
        instance.content_type = ContentType.objects.get_for_model(request.item)
        instance.object_id = str(request.item.pk)
    instance.title = _title(request, process)
    return instance


def _title(request: Request, process: Process) -> str:
    if request.title and request.title != "instance":
        return request.title[:200]
    about = "" if request.item is None else f" {request.item}"
    return f"{process.title}{about}"[:200]


def _placeholder(instance: ProcessInstance, loaded: Loaded) -> WorkItem:
    key = loaded.graph.begin
    return WorkItem(instance=instance, activity_id=loaded.activity_ids[key], activity_key=key)
