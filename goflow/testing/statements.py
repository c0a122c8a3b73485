"""
Counting SQL statements the way the budgets of goflow count them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, router

from goflow.runtime.models import ProcessInstance

FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "SET ", "PRAGMA")
"""Statements that frame a transaction or a connection; they are not counted."""


class Statements(list[str]):
    """
    The counted statements, in order; ``len()`` is the count.
    """

    def __str__(self) -> str:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(self, start=1))


@contextmanager
def count_statements(using: str | None = None) -> Iterator[Statements]:
    """
    Collect the statements of the block, without those that only frame transactions.

        with count_statements() as statements:
            engine.complete(item.pk, actor=user)
        assert len(statements) <= 4, statements
    """
    found = Statements()

    def collect(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(FRAME):
            found.append(sql)
        return execute(sql, params, many, context)

    with connections[using or router.db_for_write(ProcessInstance)].execute_wrapper(collect):
        yield found
