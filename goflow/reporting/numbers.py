"""
How many of what: the numbers that monitoring keeps over time. All from the database, each with one query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from goflow.journal.models import OutboxMessage
from goflow.reporting import health
from goflow.runtime import timers
from goflow.runtime.models import Incident, ProcessInstance, WorkItem

MOST = 200
"""So many different processes or codes are told apart; the rest is counted together."""

REST = "(other)"

Pairs = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    One reading. The keys of ``instances`` are process code and status, those of ``messages`` kind and status.
    """

    instances: Pairs
    workitems: dict[str, int]
    overdue: int
    incidents: dict[str, int]
    messages: Pairs
    waiting: list[health.Waiting]
    beats: list[health.Beat]
    timers: int
    endpoints: health.Endpoints


def read(now: datetime) -> Numbers:
    """
    All numbers, with eight queries and those of ``health.waiting``, whatever there is to count.
    """
    return Numbers(
        instances=_pairs(ProcessInstance.objects.all(), "process__code", "status"),
        workitems=_counts(WorkItem.objects.all(), "status"),
        overdue=WorkItem.objects.overdue(now).count(),
        incidents=_few(_counts(Incident.objects.open(), "code")),
        messages=_pairs(OutboxMessage.objects.all(), "kind", "status"),
        waiting=health.waiting(now),
        beats=health.beats(now),
        timers=timers.ripe(now).count(),
        endpoints=health.endpoints(now),
    )


def _counts(rows: QuerySet[Any], name: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(name).annotate(number=Count("pk")))


def _pairs(rows: QuerySet[Any], name: str, status: str) -> Pairs:
    counted = rows.order_by().values_list(name, status).annotate(number=Count("pk"))
    found = {(first, second): number for first, second, number in counted}
    totals: Counter[str] = Counter()
    for (first, _), number in found.items():
        totals[first] += number
    told = _most(totals)
    summed: Counter[tuple[str, str]] = Counter()
    for (first, second), number in found.items():
        summed[first if first in told else REST, second] += number
    return dict(summed)


def _few(counts: dict[str, int]) -> dict[str, int]:
    told = _most(counts)
    summed: Counter[str] = Counter()
    for name, number in counts.items():
        summed[name if name in told else REST] += number
    return dict(summed)


def _most(totals: dict[str, int]) -> set[str]:
    """
    The names with the highest counts: monitoring pays for each label it ever saw.
    """
    ranked: Iterable[str] = sorted(totals, key=lambda name: (-totals[name], name))
    return set(list(ranked)[:MOST])
