"""
The plain data that conditions read: only the names a step needs, never live objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from goflow import clock
from goflow.runtime.models import ProcessInstance
from goflow.runtime.task import Task
from goflow.workflow.fields import readable_fields

INSTANCE = ("id", "title", "status", "condition", "priority", "created_at")
WORKITEM = ("id", "status", "priority", "condition", "created_at")


def gather(task: Task, names: Iterable[str]) -> dict[str, object]:
    """
    Facts for the dotted names that a step's conditions use, and no others.

    The object is loaded (one query) only when a name starts with ``wfobject``. Raises ContentObjectMissing
    when it was deleted.
    """
    wanted = list(names)
    item = task.workitem
    facts: dict[str, object] = {
        "now": clock.now(),
        "instance": _instance(task.instance, wanted),
        "workitem": {
            **{name: _plain(getattr(item, name)) for name in WORKITEM},
            "opened_at": item.opened_at,
            "user": {"username": item.user.get_username()}
            if _asks(wanted, "workitem.user") and item.user
            else {},
        },
        "data": task.instance.data,
        "wfobject": {},
    }
    if _asks(wanted, "wfobject"):
        facts["wfobject"] = {} if task.instance.object_id is None else read_object(task.wfobject, wanted)
    return facts


def _asks(names: list[str], root: str) -> bool:
    return any(name == root or name.startswith(f"{root}.") for name in names)


def _instance(instance: ProcessInstance, names: list[str]) -> dict[str, object]:
    facts: dict[str, object] = {name: _plain(getattr(instance, name)) for name in INSTANCE}
    if _asks(names, "instance.user"):
        facts["user"] = {"username": instance.user.get_username()}
    if _asks(names, "instance.process"):
        facts["process"] = {"title": instance.process.title, "version": instance.process.version}
    return facts


def read_object(found: models.Model, names: Iterable[str]) -> dict[str, object]:
    """
    The readable fields among ``wfobject.<name>`` names, as plain data; nested for one relation step.
    """
    facts: dict[str, object] = {}
    allowed = set(readable_fields(type(found)))
    for name in names:
        path = name.split(".")[1:]
        if path and ".".join(path) in allowed:
            _put(facts, path, _follow(found, path))
    return facts


def _follow(found: Any, path: list[str]) -> object:
    for part in path:
        found = getattr(found, part, None)
    return _plain(found)


def _put(facts: dict[str, object], path: list[str], value: object) -> None:
    for part in path[:-1]:
        inner = facts.setdefault(part, {})
        facts = inner if isinstance(inner, dict) else {}
    facts[path[-1]] = value


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int, float, Decimal, datetime, date, timedelta)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return str(value) if isinstance(value, (time, UUID)) else None
