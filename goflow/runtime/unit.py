"""
One unit of work: a function in one transaction whose first statement locks the instance.

A function and not a context manager, so that it can run again when the database asks for it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError, connections, router, transaction

from goflow import logs
from goflow.errors import ConcurrentUpdate, UnsafeIsolation
from goflow.runtime.models import ProcessInstance

logger = logging.getLogger("goflow.engine")

T = TypeVar("T")

ATTEMPTS = 5
"""How often a unit runs when the database reports a deadlock, a serialization failure or a busy file."""

RETRYABLE = frozenset({"40001", "40P01", "55P03", "1213", "1205", "1020"})
"""SQLSTATE codes (PostgreSQL) and error numbers (MySQL) after which the same unit may simply run again."""


def alias() -> str:
    """
    The database that holds the engine's tables.
    """
    return router.db_for_write(ProcessInstance)


def unit(work: Callable[[], T]) -> T:
    """
    Run ``work`` in one transaction, again when the database rolled it back for reasons of concurrency.

    Inside a caller's own transaction it takes a savepoint and never retries, so that a refusal which the
    caller catches changes nothing. ``work`` must lock its instance by its first statement.

    Raises ConcurrentUpdate when the retries are used up, UnsafeIsolation when joins could be lost.
    """
    using = alias()
    connection = connections[using]
    require_read_committed(connection)
    before = logs.current()
    try:
        return _tried(work, using, 1 if connection.in_atomic_block else ATTEMPTS)
    finally:
        logs.put(before)


def _tried(work: Callable[[], T], using: str, attempts: int) -> T:
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic(using=using):
                done = work()
        except OperationalError as exc:
            if not is_retryable(exc):
                raise
            if attempt == attempts:
                raise ConcurrentUpdate from exc
            logger.info("attempt %s of %s was rolled back and is repeated: %s", attempt, attempts, exc)
            time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - jitter, not a secret
        else:
            logger.debug("%s done", logs.current().get("verb", "unit"))
            return done
    raise AssertionError("unreachable: the loop returns or raises")


def is_retryable(exc: OperationalError) -> bool:
    """
    Whether the database says that the same unit may simply run again.
    """
    # PyMySQL's errors have both: a number, and a SQLSTATE that says HY000 for a lock wait timeout.
    codes = {str(getattr(exc.__cause__, "sqlstate", "")), *(str(code) for code in exc.args[:1])}
    return bool(codes & RETRYABLE) or "database is locked" in str(exc) or "table is locked" in str(exc)


def require_read_committed(connection: Any) -> None:  # Django's wrapper is untyped
    """
    Raises UnsafeIsolation where a join could be lost silently (MariaDB/MySQL above or below READ COMMITTED).
    """
    if connection.vendor != "mysql":
        return
    # None leaves it to the server, whose own default is repeatable read.
    level = connection.settings_dict["OPTIONS"].get("isolation_level", "read committed") or "server default"
    if level.lower() != "read committed":
        raise UnsafeIsolation(alias=connection.alias, level=level)
