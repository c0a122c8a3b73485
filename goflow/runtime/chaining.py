"""
Inserting work items that come from each other, although none of them has an id yet.

PostgreSQL takes the ids from the sequence within the statement; SQLite, where the unit is the only writer,
counts on from the last id; MariaDB and MySQL learn the ids first and link with one more statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import Case, Value, When

from goflow.journal import rows
from goflow.runtime.models import WorkItem
from goflow.runtime.unit import alias

LINK = "workitem_from"


def insert_chain(items: Sequence[WorkItem], senders: Mapping[int, int]) -> None:
    """
    Insert new items and set their ids; ``senders`` says which of them (by position) comes from which.

    One statement up to the parameter limit of the database. Runs inside the unit.
    """
    connection = connections[alias()]
    if not senders or connection.vendor == "mysql" or len(items) > _most(connection.vendor):
        rows.insert(items)
        _link(items, senders)
        return
    values = [value for at, item in enumerate(items) for value in _values(connection, item, senders.get(at))]
    with connection.cursor() as cursor:
        cursor.execute(_text(connection.vendor, len(items)), values)
        keys = [row[0] for row in cursor.fetchall()]
    rows.stored(items, keys, connection.alias)
    for at, sender in senders.items():
        items[at].workitem_from_id = items[sender].pk


def _most(vendor: str) -> int:
    return rows.PARAMETERS[vendor] // (len(rows.fields(WorkItem)) + 1)


def _values(connection: Any, item: WorkItem, sender: int | None) -> list[Any]:  # what a cursor takes
    found: list[Any] = []
    for field in rows.fields(WorkItem):
        found.append(field.get_db_prep_save(getattr(item, field.attname), connection=connection))
        if field.name == LINK:
            found.append(None if sender is None else sender + 1)
    return found


@lru_cache(maxsize=256)
def _text(vendor: str, count: int) -> str:
    quote = connections[alias()].ops.quote_name
    table = quote(WorkItem._meta.db_table)
    columns = ", ".join(quote(field.column) for field in rows.fields(WorkItem))
    if vendor == "sqlite":
        last = f"COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{WorkItem._meta.db_table}'), 0)"  # noqa: S608
        one = _row(f"COALESCE(%s, {last} + %s)")
        return f"INSERT INTO {table} ({columns}) VALUES {', '.join([one] * count)} RETURNING id"  # noqa: S608
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    numbers = f"SELECT array_agg(nextval({sequence})) AS taken FROM generate_series(1, {count})"  # noqa: S608
    link = "COALESCE(%s, (SELECT taken[%s] FROM numbers))"
    each = ", ".join(f"((SELECT taken[{at + 1}] FROM numbers), {_row(link)[1:]}" for at in range(count))  # noqa: S608
    return f"WITH numbers AS ({numbers}) INSERT INTO {table} (id, {columns}) VALUES {each} RETURNING id"  # noqa: S608


def _row(link: str) -> str:
    return f"({', '.join(link if field.name == LINK else '%s' for field in rows.fields(WorkItem))})"


def _link(items: Sequence[WorkItem], senders: Mapping[int, int]) -> None:
    todo = [(items[at].pk, items[sender].pk) for at, sender in senders.items()]
    for at, sender in senders.items():
        items[at].workitem_from_id = items[sender].pk
    for start in range(0, len(todo), 5_000):
        some = todo[start : start + 5_000]
        cases = Case(*(When(pk=pk, then=Value(before)) for pk, before in some))
        WorkItem.objects.filter(pk__in=[pk for pk, _ in some]).update(workitem_from_id=cases)
