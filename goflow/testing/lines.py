"""
Lines of a test, read as the content of a definition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain, count
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Group

from goflow.core import exchange
from goflow.core.conditions import normalise
from goflow.core.graph import ProcessDef
from goflow.core.readers import Data
from goflow.workflow.models import Process

SHORT = {
    "push": "push_application",
    "pushapp_param": "push_params",
    "app_param": "app_params",
    "users": "allowed_users",
    "groups": "allowed_groups",
}
"""What ``add_activity`` and the rows call a field, and what a definition calls it."""


def drawn(
    empty: ProcessDef,
    activities: Iterable[str | tuple[str, dict[str, Any]]],
    transitions: Iterable[tuple[Any, ...]],
) -> ProcessDef:
    """
    ``empty`` with these activities and transitions; see ``goflow.testing.process`` for what a line says.

    Raises ExchangeError for unknown fields and titles, ConditionError for conditions that do not parse.
    """
    steps = _steps(activities)
    begins = [str(step["key"]) for step in steps.values() if step.pop("begin", False)]
    ends = [str(step["key"]) for step in steps.values() if step.pop("end", False)]
    first = [str(step["key"]) for step in steps.values()][:1]
    ways = _ways(transitions, {title: str(step["key"]) for title, step in steps.items()})
    read = exchange.from_dict(
        {
            "format": exchange.FORMAT,
            "format_version": exchange.FORMAT_VERSION,
            "title": empty.title,
            "activities": list(steps.values()),
            "transitions": ways,
        }
    )
    return replace(
        empty,
        activities=read.activities,
        transitions=read.transitions,
        begin=["", *first, *begins][-1],
        end=["", *ends][-1],
    )


def _steps(lines: Iterable[str | tuple[str, dict[str, Any]]]) -> dict[str, Data]:
    steps: dict[str, Data] = {}
    for line in lines:
        title, fields = (line, {}) if isinstance(line, str) else line
        if title not in steps:
            key = _free(exchange.slug(title) or "activity", [step["key"] for step in steps.values()])
            steps[title] = {"key": key, "title": title}
        given = {SHORT.get(name, name): value for name, value in fields.items() if value is not None}
        steps[title] |= {name: _plain(value) for name, value in given.items()}
    return steps


def _free(wanted: str, used: Collection[object]) -> str:
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(key for key in chain([wanted], numbered) if key not in used)


def _ways(lines: Iterable[tuple[Any, ...]], keys: Mapping[str, str]) -> list[Data]:
    ways: dict[tuple[object, ...], Data] = {}
    last: dict[object, Any] = {}  # orderings
    for source, target, condition, options in (_filled(*line) for line in lines):
        # The same line twice means one transition, told apart by its name, or by its condition.
        same = (source, target, options.get("name") or condition)
        ordering = last.get(source, 0) + exchange.ORDERING_STEP
        way = ways.setdefault(same, {"ordering": ordering})
        way |= {"source": keys.get(source, source), "target": keys.get(target, target)}
        way |= {"condition": condition, **options}
        last[source] = max(last.get(source, 0), way["ordering"])
    return list(ways.values())


def _filled(
    source: str, target: str, condition: str = "", options: Mapping[str, Any] | None = None
) -> tuple[str, str, str, Mapping[str, Any]]:
    return source, target, normalise(condition), options or {}


def _plain(value: Any) -> object:  # names, rows or JSON
    if isinstance(value, Process):
        return value.code
    if isinstance(value, Group):
        return value.name
    if isinstance(value, AbstractBaseUser):
        return value.get_username()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    return exchange.plain(value)
