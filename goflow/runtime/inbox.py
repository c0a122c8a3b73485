"""
The lists people work from: ordered ranges of queues, read from one index.

A person's list is the first rows of the ranges of all queues he reads. Each database gets the text that it
answers from the index alone; instances and activities are joined for the rows shown only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models.expressions import RawSQL

from goflow.runtime.models import WorkItem
from goflow.runtime.unit import alias

Place = tuple[int, int]
"""Where a page begins: the (sort_key, id) of the last row before it."""

START: Place = (-(2**63), 0)


def page(queues: Sequence[str], *, after: Place | None = None, limit: int = 25) -> list[WorkItem]:
    """
    The next ``limit`` open items of the queues, most urgent first. One statement, whatever the size.
    """
    if not queues:
        return []
    text, params = _ids(list(queues), after or START, limit)
    rows = WorkItem.objects.filter(pk__in=RawSQL(text, params)).with_context()  # noqa: S611 - constant text, values bound
    return list(rows.order_by("sort_key", "id"))


def count(queues: Sequence[str], cap: int = 1_000) -> int:
    """
    How many open items the queues hold, counted up to ``cap + 1``. One statement.
    """
    if not queues:
        return 0
    text, params = _ids(list(queues), START, cap + 1)
    with connections[alias()].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({text}) counted", params)  # noqa: S608 - constant text, values bound
        return int(cursor.fetchone()[0])


def _ids(queues: list[str], after: Place, limit: int) -> tuple[str, list[Any]]:  # database parameters
    vendor = connections[alias()].vendor
    key, pk = after
    if vendor == "postgresql":
        return _postgresql(), [queues, key, key, pk, limit, limit]
    if vendor == "sqlite":
        return _sqlite(len(queues)), [*queues, key, key, pk, limit]
    each = [value for queue in queues for value in (queue, key, key, pk, limit)]
    return _mysql(len(queues)), [*each, limit]


KEYSET = "sort_key >= %s AND (sort_key > %s OR id > %s)"


def _table() -> str:
    return connections[alias()].ops.quote_name(WorkItem._meta.db_table)


@lru_cache(maxsize=1)
def _postgresql() -> str:
    return (
        "SELECT r.id FROM unnest(%s::varchar[]) AS keys(queue) CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT w.id, w.sort_key FROM {_table()} w WHERE w.queue = keys.queue"
        " AND w.sort_key >= %s AND (w.sort_key > %s OR w.id > %s) ORDER BY w.sort_key, w.id LIMIT %s"
        ") r ORDER BY r.sort_key, r.id LIMIT %s"
    )


@lru_cache(maxsize=256)
def _sqlite(queues: int) -> str:
    listed = ", ".join(["%s"] * queues)
    return f"SELECT id FROM {_table()} WHERE queue IN ({listed}) AND {KEYSET} ORDER BY sort_key, id LIMIT %s"  # noqa: S608


@lru_cache(maxsize=256)
def _mysql(queues: int) -> str:
    one = (
        f"SELECT * FROM (SELECT id, sort_key FROM {_table()} WHERE queue = %s AND {KEYSET}"  # noqa: S608
        " ORDER BY sort_key, id LIMIT %s) r"
    )
    ranges = " UNION ALL ".join([one] * queues)
    return f"SELECT id FROM (SELECT id FROM ({ranges}) a ORDER BY sort_key, id LIMIT %s) page"  # noqa: S608
