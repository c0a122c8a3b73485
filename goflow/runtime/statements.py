"""
Hot-path SQL: lock an instance, move an item, look at an item, read a range of queues.

Text is built once per (model, vendor) and never depends on values, so that prepared statements are reused.
PostgreSQL and SQLite return what a write changed; MariaDB and MySQL are asked with one more SELECT.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connections, models

from goflow.core.marking import LiveItem, Token
from goflow.core.states import LIVE, ItemStatus
from goflow.journal.models import AuditEvent
from goflow.journal.recorder import GENESIS, Head
from goflow.runtime.models import EdgeToken, ProcessInstance, WorkItem

RUNNING = ("running",)
NOT_CLOSED = ("initiated", "running", "suspended")


@dataclass(frozen=True, slots=True)
class Seen:
    """
    An item under the lock of its instance, with all a step needs: nothing of it is read again.
    """

    item: WorkItem
    tokens: tuple[tuple[int, int, int, int, str | None], ...]
    head: Head
    groups: frozenset[Any]


def has_returning(connection: Any) -> bool:  # Django's wrapper is untyped
    """
    Whether UPDATE ... RETURNING works: PostgreSQL, and SQLite from 3.35 on.
    """
    if connection.vendor == "sqlite":
        return bool(connection.features.can_return_columns_from_insert)
    return bool(connection.vendor == "postgresql")


def lock_instance(
    using: str,
    *,
    item: int | None = None,
    instance: int | None = None,
    statuses: tuple[str, ...] = RUNNING,
    condition: str | None = None,
) -> ProcessInstance | None:
    """
    The first statement of every unit: writes the instance row and so waits for its lock.

    None when there is no such instance in one of the statuses. MariaDB and MySQL tell only that there is one:
    the instance they give is empty, and ``look`` reads it.
    """
    connection = connections[using]
    by_item = item is not None
    text = _lock_text(connection.vendor, by_item, statuses, has_returning(connection))
    with connection.cursor() as cursor:
        cursor.execute(text, [condition, item if by_item else instance])
        if not has_returning(connection):
            return ProcessInstance(pk=instance) if cursor.rowcount else None
        row = cursor.fetchone()
    return None if row is None else _build(connection, ProcessInstance, row)


def move(using: str, name: str, item: int, params: Sequence[object], actor: object) -> Seen | int | None:
    """
    The guarded UPDATE of an item: ``name`` is a key of ``MOVES``, ``params`` its values in order.

    None when no row fits the guard. Where the database cannot return the row, the row count; then ``look``.
    """
    connection = connections[using]
    returning = has_returning(connection)
    text = _move_text(connection.vendor, name, returning)
    adapted: list[Any] = [_adapt(connection, value) for value in params]
    with connection.cursor() as cursor:
        cursor.execute(text, [*adapted, item, *([_adapt(connection, _user_key(actor))] if returning else [])])
        if not returning:
            return cursor.rowcount or None
        row = cursor.fetchone()
    return None if row is None else _seen(connection, row)


def look(using: str, item: int, actor: object) -> tuple[Seen, ProcessInstance] | None:
    """
    One item with its instance and what a step needs, in one SELECT. None when there is no such item.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_look_text(connection.vendor), [_adapt(connection, _user_key(actor)), item])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(_columns(WorkItem))
    seen = _seen(connection, row[: width + 3])
    return seen, _build(connection, ProcessInstance, row[width + 3 :])


MOVES = {
    "complete": (
        "last_queue = queue, queue = NULL, status = 'complete', user_id = %s,"
        " {condition} = %s, completed_at = %s, activated_at = COALESCE(activated_at, %s),"
        " version = version + 1",
        ("inactive", "active"),
    ),
    "activate": (
        "last_queue = queue, queue = %s, status = 'active', user_id = %s,"
        " activated_at = %s, version = version + 1",
        ("inactive",),
    ),
}
"""SET part and allowed statuses of the hot moves. MySQL evaluates SET from left to right: old queue first."""


@lru_cache(maxsize=64)
def _lock_text(vendor: str, by_item: bool, statuses: tuple[str, ...], returning: bool) -> str:
    quote = _quote(vendor)
    instance, item = quote(ProcessInstance._meta.db_table), quote(WorkItem._meta.db_table)
    condition = quote("condition")
    which = f"(SELECT wi.instance_id FROM {item} wi WHERE wi.id = %s)" if by_item else "%s"  # noqa: S608
    allowed = ", ".join(f"'{status}'" for status in statuses)
    text = (
        f"UPDATE {instance} SET version = version + 1, {condition} = COALESCE(%s, {condition})"  # noqa: S608
        f" WHERE id = {which} AND status IN ({allowed})"
    )
    return text + (f" RETURNING {_listed(ProcessInstance, vendor)}" if returning else "")


@lru_cache(maxsize=64)
def _move_text(vendor: str, name: str, returning: bool) -> str:
    quote = _quote(vendor)
    table = quote(WorkItem._meta.db_table)
    sets, statuses = MOVES[name]
    allowed = ", ".join(f"'{status}'" for status in statuses)
    text = (
        f"UPDATE {table} SET {sets.format(condition=quote('condition'))}"  # noqa: S608
        f" WHERE id = %s AND status IN ({allowed})"
    )
    extras = ", ".join(_extras(vendor, table))
    return text + (f" RETURNING {_listed(WorkItem, vendor)}, {extras}" if returning else "")


@lru_cache(maxsize=8)
def _look_text(vendor: str) -> str:
    quote = _quote(vendor)
    extras = ", ".join(_extras(vendor, "wi"))
    return (
        f"SELECT {_listed(WorkItem, vendor, 'wi')}, {extras}, {_listed(ProcessInstance, vendor, 'pi')}"  # noqa: S608
        f" FROM {quote(WorkItem._meta.db_table)} wi"
        f" JOIN {quote(ProcessInstance._meta.db_table)} pi ON pi.id = wi.instance_id WHERE wi.id = %s"
    )


def _extras(vendor: str, row: str) -> list[str]:
    quote = _quote(vendor)
    tokens, audit = quote(EdgeToken._meta.db_table), quote(AuditEvent._meta.db_table)
    stream = f"CONCAT('i:', {row}.instance_id)" if vendor != "sqlite" else f"'i:' || {row}.instance_id"
    last = "CONCAT(a.seq, ' ', a.hash)" if vendor != "sqlite" else "a.seq || ' ' || a.hash"
    packed = _packed(vendor, ["t.id", "t.transition_id", "t.sender_id", "t.waiting_id", "t.outcome"])
    return [
        f"(SELECT {packed} FROM {tokens} t WHERE t.instance_id = {row}.instance_id)",  # noqa: S608
        f"(SELECT {last} FROM {audit} a WHERE a.stream = {stream} ORDER BY a.seq DESC LIMIT 1)",  # noqa: S608
        _groups(vendor),
    ]


def _groups(vendor: str) -> str:
    through = _membership()
    if through is None:
        return "(CASE WHEN CAST(%s AS CHAR(255)) IS NULL THEN '[]' ELSE '[]' END)"
    table, user, group = through
    quote = _quote(vendor)
    packed = _packed(vendor, [f"m.{quote(group)}"])
    return f"(SELECT {packed} FROM {quote(table)} m WHERE m.{quote(user)} = %s)"  # noqa: S608


def _membership() -> tuple[str, str, str] | None:
    user = get_user_model()
    field = next((f for f in user._meta.many_to_many if f.name == "groups"), None)
    if field is None:
        return None
    return field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()


def _packed(vendor: str, columns: list[str]) -> str:
    listed = ", ".join(columns)
    if vendor == "postgresql":
        return f"CAST(JSON_AGG(JSON_BUILD_ARRAY({listed})) AS TEXT)"
    if vendor == "sqlite":
        return f"JSON_GROUP_ARRAY(JSON_ARRAY({listed}))"
    return f"JSON_ARRAYAGG(JSON_ARRAY({listed}))"


def _quote(vendor: str) -> Callable[[str], str]:
    connection = next(c for c in connections.all() if c.vendor == vendor)
    quote: Callable[[str], str] = connection.ops.quote_name
    return quote


@lru_cache(maxsize=8)
def _columns(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(model._meta.concrete_fields)


def _listed(model: type[models.Model], vendor: str, alias: str = "") -> str:
    quote = _quote(vendor)
    before = f"{alias or quote(model._meta.db_table)}."
    return ", ".join(before + quote(field.column) for field in _columns(model))


def _build(connection: Any, model: type[models.Model], row: Sequence[Any]) -> Any:
    values = list(row)
    for index, expression, converters in _converters(connection.vendor, model):
        for converter in converters:
            values[index] = converter(values[index], expression, connection)
    return model.from_db(connection.alias, [f.attname for f in _columns(model)], values)


@lru_cache(maxsize=8)
def _converters(vendor: str, model: type[models.Model]) -> tuple[tuple[int, Any, list[Any]], ...]:
    connection = next(c for c in connections.all() if c.vendor == vendor)
    found = []
    for index, field in enumerate(_columns(model)):
        expression = field.get_col(model._meta.db_table)
        converters = connection.ops.get_db_converters(expression) + expression.get_db_converters(connection)
        if converters:
            found.append((index, expression, converters))
    return tuple(found)


def _seen(connection: Any, row: Sequence[Any]) -> Seen:
    width = len(_columns(WorkItem))
    tokens, last, groups = row[width : width + 3]
    return Seen(
        item=_build(connection, WorkItem, row[:width]),
        tokens=tuple(sorted(tuple(token) for token in json.loads(tokens or "[]"))),
        head=_head(last),
        groups=frozenset(row[0] for row in json.loads(groups or "[]")),
    )


def _head(text: str | None) -> Head:
    if not text:
        return Head(0, GENESIS)
    seq, digest = text.split(" ")
    return Head(int(seq), digest)


def _adapt(connection: Any, value: object) -> Any:  # what the driver takes
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _user_key(actor: object) -> Any:  # of the type of the host's user key
    key = getattr(actor, "pk", None)
    field = get_user_model()._meta.pk
    return None if key is None else field.get_prep_value(key)


def live_items(instance_id: int, keys: Callable[[int], str]) -> tuple[LiveItem, ...]:
    """
    Every live item of an instance, for definitions whose joins or ends look beyond one branch. One query.
    """
    found = WorkItem.objects.filter(instance_id=instance_id, status__in=[s.value for s in LIVE])
    return tuple(
        LiveItem(pk, keys(activity), ItemStatus(status), condition, tuple(outcomes))
        for pk, activity, status, condition, outcomes in found.order_by("id").values_list(
            "id", "activity_id", "status", "condition", "outcomes"
        )
    )


def as_tokens(
    rows: Iterable[tuple[int, int, int, int, str | None]], keys: Callable[[int], str]
) -> tuple[Token, ...]:
    """
    Waiting tokens, oldest first, as the core knows them; ``keys`` gives transition keys by id.
    """
    return tuple(
        Token(pk, keys(transition), sender, waiting, outcome)
        for pk, transition, sender, waiting, outcome in rows
    )


def as_live(item: WorkItem) -> LiveItem:
    """
    A row as the token it is.
    """
    return LiveItem(item.pk, item.activity_key, ItemStatus(item.status), item.condition, tuple(item.outcomes))
