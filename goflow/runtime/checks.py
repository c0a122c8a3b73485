"""
System checks of the engine.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from goflow.conf import Settings
from goflow.errors import UnsafeIsolation
from goflow.runtime import scheduler
from goflow.runtime.unit import alias, require_read_committed


def register() -> None:
    """
    Make Django run these checks.
    """
    checks.register(check_isolation, checks.Tags.database)
    checks.register(check_database_options)
    checks.register(check_settings)
    checks.register(check_scheduler)


def check_isolation(app_configs: object, databases: Sequence[str] | None = None, **kwargs: Any) -> list[Any]:
    """
    goflow.E001: under another isolation level than read committed a join could be lost.
    """
    if not databases or alias() not in databases:
        return []
    try:
        require_read_committed(connections[alias()])
    except UnsafeIsolation as exc:
        hint = 'Set OPTIONS = {"isolation_level": "read committed"}.'
        return [checks.Error(str(exc), hint=hint, id="goflow.E001")]
    return []


def check_database_options(app_configs: object, **kwargs: Any) -> list[Any]:
    """
    goflow.W001 and W002: options of the database connection that the engine profits from.
    """
    database = settings.DATABASES.get(alias(), {})
    engine, options = database.get("ENGINE", ""), database.get("OPTIONS") or {}
    if "postgresql" in engine and not options.get("server_side_binding"):
        hint = 'Set OPTIONS = {"server_side_binding": True}: prepared statements are then reused.'
        return [checks.Info("PostgreSQL runs without server-side binding.", hint=hint, id="goflow.W001")]
    has_mode = django.VERSION >= (5, 1)  # before, there is nothing to set
    if "sqlite" in engine and has_mode and options.get("transaction_mode") != "IMMEDIATE":
        hint = 'Set OPTIONS = {"transaction_mode": "IMMEDIATE"}.'
        return [checks.Info("SQLite transactions start deferred.", hint=hint, id="goflow.W002")]
    return []


def check_settings(app_configs: object, **kwargs: Any) -> list[Any]:
    """
    goflow.W003: a setting of that name does not exist; E002: a value that is not one of the allowed.
    """
    known = {f"GOFLOW_{name}" for name in vars(Settings) if name.isupper() and not name.startswith("WF_")}
    unknown = [name for name in dir(settings) if name.startswith("GOFLOW_") and name not in known]
    found: list[Any] = [
        checks.Warning(f"There is no setting {name}.", hint=_nearest(name, known), id="goflow.W003")
        for name in unknown
    ]
    for name, allowed in (
        ("GOFLOW_CONDITION_STRATEGY", ("compatible", "strict")),
        ("GOFLOW_LOCK_STRATEGY", ("optimistic", "pessimistic")),
    ):
        if getattr(settings, name, allowed[0]) not in allowed:
            found.append(checks.Error(f"{name} is one of {allowed}.", id="goflow.E002"))
    return found


def check_scheduler(app_configs: object, **kwargs: Any) -> list[Any]:
    """
    goflow.E003: no such carrier of background work. Otherwise what the carrier itself has to say.
    """
    try:
        return scheduler.backend().check()
    except ImproperlyConfigured as exc:
        return [checks.Error(str(exc), id="goflow.E003")]


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else "Remove it."
