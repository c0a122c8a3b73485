"""
Database triggers that refuse UPDATE of audit rows. DELETE stays possible: old streams are purged.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connections, router, transaction

from goflow.journal.models import AuditEvent

logger = logging.getLogger("goflow.journal")

NAME = "goflow_auditevent_append_only"
MESSAGE = "goflow: audit rows are append-only"

EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s",
    "postgresql": "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = to_regclass('{table}')",
    "mysql": (
        "SELECT 1 FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = %s"
    ),
}
CREATE = {
    "sqlite": ("CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{message}'; END $$",
        "CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ),
    "mysql": (
        "CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{message}'",
    ),
}


def install(sender: object, using: str = "default", **kwargs: Any) -> None:  # the signature of post_migrate
    """
    Install the trigger where it is missing. A database that forbids it is only warned about.
    """
    connection = connections[using]
    if connection.vendor not in CREATE or not router.allow_migrate_model(using, AuditEvent):
        return
    if AuditEvent._meta.db_table not in connection.introspection.table_names() or is_installed(using):
        return
    try:
        _create(connection)
    except DatabaseError as exc:
        logger.warning(
            "The database %r does not let goflow protect its audit rows by a trigger (%s). They work "
            "without; let the database user create triggers and run migrate again.",
            using,
            exc,
        )


def is_installed(using: str = "default") -> bool:
    """
    Whether the database itself refuses changes of audit rows.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_filled(EXISTS[connection.vendor]), [NAME])
        return cursor.fetchone() is not None


def _create(connection: Any) -> None:  # Django's wrapper is untyped
    if not connection.features.can_rollback_ddl:
        _run(connection)
        return
    # A failure must not spoil the transaction that migrate may run in.
    with transaction.atomic(using=connection.alias):
        _run(connection)


def _run(connection: Any) -> None:  # Django's wrapper is untyped
    with connection.cursor() as cursor:
        for statement in CREATE[connection.vendor]:
            cursor.execute(_filled(statement))


def _filled(statement: str) -> str:
    return statement.format(name=NAME, message=MESSAGE, table=AuditEvent._meta.db_table)
