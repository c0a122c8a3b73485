"""
What a log line is about: the instance, work item, process or message that is being worked on.

Whoever begins to work on something says so once; every line that is logged meanwhile, by goflow or by the
host's own code, carries it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

Fields = Mapping[str, object]

NAMES = ("instance", "workitem", "process", "activity", "verb", "job", "kind", "attempt")
"""The fields, in the order in which lines show them. ``job`` is the id of an outbox message."""

PREFIX = "goflow_"
"""Begins the names on log records, where ``process`` is the operating system's."""

BLANK = "-"
"""What a field that is unknown looks like in a line of text."""

UNKNOWN = (None, "", BLANK)

_about: ContextVar[Fields] = ContextVar("goflow_log_fields", default=MappingProxyType({}))


def current() -> Fields:
    """
    The fields of lines that are logged now.
    """
    return _about.get()


def put(fields: Fields) -> None:
    """
    Make these the fields of the lines that follow, in this thread or task. Costs nothing worth counting.
    """
    _about.set(fields)


def add(**fields: object) -> None:
    """
    Add fields to those of the lines that follow; whoever called ``current`` before puts the old ones back.
    """
    _about.set({**_about.get(), **fields})


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """
    Lines within the block carry these fields, too.
    """
    before = _about.get()
    _about.set({**before, **fields})
    try:
        yield
    finally:
        _about.set(before)


def message(row: Any) -> AbstractContextManager[None]:  # an outbox message: this room knows no models
    """
    Lines within the block are about this message of the outbox.
    """
    known = {"instance": row.instance_id, "workitem": row.workitem_id}
    about_it = {name: value for name, value in known.items() if value is not None}
    return about(job=row.pk, kind=row.kind, attempt=row.attempts, **about_it)


def extra(**fields: object) -> dict[str, object]:
    """
    The fields of a line that is logged outside of any such work: ``extra=logs.extra(instance=7)``.
    """
    return {f"{PREFIX}{name}": value for name, value in fields.items()}


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """
    The fields of a line: its own, or else those of what is being worked on. Unknown ones are left out.
    """
    now = _about.get()
    found = {name: getattr(record, f"{PREFIX}{name}", now.get(name)) for name in NAMES}
    return {name: value for name, value in found.items() if value not in UNKNOWN}


class GoflowFields(logging.Filter):
    """
    Gives every record the attributes ``goflow_instance``, ``goflow_workitem`` ..., ``"-"`` where unknown.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """
        Let the record through, with its fields.
        """
        found = fields_of(record)
        for name in NAMES:
            setattr(record, f"{PREFIX}{name}", found.get(name, BLANK))
        return True


class JsonFormatter(logging.Formatter):
    """
    One JSON object per line: ``time``, ``level``, ``logger``, ``message`` and the fields that are known.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        The line. Values that JSON does not know are written as text.
        """
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, tz=timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=str)
