"""
Multi-row inserts with constant text: what the hot path writes with, instead of building querysets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connections, models, router

PARAMETERS = {"sqlite": 32_766, "postgresql": 65_535, "mysql": 65_535}
"""How many parameters one statement may carry (SQLite >= 3.32, PostgreSQL's protocol, MySQL's protocol)."""


def insert(objects: Sequence[models.Model], *, using: str | None = None) -> None:
    """
    Insert unsaved objects of one model, in order, and set their primary keys.

    One statement as long as the parameters fit. A database that cannot return the new keys (MySQL, not
    MariaDB) gets one statement per row. Runs in the caller's transaction; sends no model signals.
    """
    if not objects:
        return
    model = type(objects[0])
    connection = connections[using or router.db_for_write(model)]
    size = _rows_per_statement(model, connection)
    for start in range(0, len(objects), size):
        _insert_some(connection, model, objects[start : start + size])


def put(model: type[models.Model], key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """
    Change the row with that unique key, or insert it. Sends no model signals.

    Nothing is read: where others write, SQLite lets no transaction write that began by reading.
    """
    rows = model._default_manager.filter(**key)
    if not rows.update(**values):
        model._default_manager.bulk_create([model(**{**key, **values})], ignore_conflicts=True)
        rows.update(**values)  # somebody else may have been faster


def _rows_per_statement(model: type[models.Model], connection: Any) -> int:  # Django's wrapper is untyped
    if not connection.features.can_return_rows_from_bulk_insert:
        return 1
    return max(1, PARAMETERS.get(connection.vendor, 999) // len(fields(model)))


def _insert_some(connection: Any, model: type[models.Model], objects: Sequence[models.Model]) -> None:
    returns = connection.features.can_return_rows_from_bulk_insert
    text = _text(model, connection.vendor, len(objects), returns=returns)
    values = [value for made in objects for value in _values(made, connection)]
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        keys = [row[0] for row in cursor.fetchall()] if returns else [cursor.lastrowid]
    stored(objects, keys, connection.alias)


def stored(objects: Sequence[models.Model], keys: Sequence[Any], using: str) -> None:
    """
    The objects are rows now, under these primary keys.
    """
    for made, key in zip(objects, keys, strict=True):
        made.pk = key
        made._state.adding = False
        made._state.db = using


def _values(made: models.Model, connection: Any) -> Iterator[object]:
    for field in fields(type(made)):
        yield field.get_db_prep_save(getattr(made, field.attname), connection=connection)


@lru_cache(maxsize=64)
def fields(model: type[models.Model]) -> tuple[Any, ...]:
    """
    The columns an insert names, in order: all but the primary key.
    """
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@lru_cache(maxsize=512)
def _text(model: type[models.Model], vendor: str, count: int, *, returns: bool) -> str:
    connection = next(c for c in connections.all() if c.vendor == vendor)
    quote: Callable[[Any], str] = connection.ops.quote_name
    columns = [quote(field.column) for field in fields(model)]
    row = f"({', '.join(['%s'] * len(columns))})"
    key = f" RETURNING {quote(model._meta.pk.column)}" if returns else ""
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)}{key}"  # noqa: S608 - names from _meta, values bound
