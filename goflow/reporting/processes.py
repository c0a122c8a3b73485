"""
How processes are doing: one line per process, and who may start one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet

from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.workflow.models import Process

RECENT = timedelta(days=7)

RUNNING = ~Q(status__in=[ProcessInstance.Status.COMPLETE, ProcessInstance.Status.TERMINATED])


@dataclass(slots=True)
class Line:
    """
    One process, all its versions together.

    Attributes:
        published: the version new instances start from.
        draft: the newest draft.
        newest: the version with the highest number.
        running: instances that are not finished.
        overdue: open work items whose due time has passed.
        failed: incidents that nobody has solved.
        started: instances of the last seven days.
    """

    newest: Process
    published: Process | None = None
    draft: Process | None = None
    running: int = 0
    overdue: int = 0
    failed: int = 0
    started: int = 0

    @property
    def shown(self) -> Process:
        """
        The version that stands for the process.
        """
        return self.published or self.newest


@dataclass(frozen=True, slots=True)
class Starters:
    """
    Who may start a process, superusers and object permissions aside.

    Attributes:
        members: groups named as the process, with their number of members; if there are any, only theirs.
        groups: names of the groups that hold the right to start processes.
    """

    members: tuple[tuple[str, int], ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counts:
    running: Mapping[int, int] = field(default_factory=dict)
    started: Mapping[int, int] = field(default_factory=dict)
    overdue: Mapping[int, int] = field(default_factory=dict)
    failed: Mapping[int, int] = field(default_factory=dict)


def lines(versions: Iterable[Process], *, now: datetime) -> list[Line]:
    """
    The processes of these versions by title; three queries, whatever their number.
    """
    found: dict[tuple[str, str], Line] = {}
    counts = _counts(now)
    for version in sorted(versions, key=lambda process: -process.version):
        line = found.setdefault((version.tenant_id, version.code), Line(version))
        if version.is_draft:
            line.draft = line.draft or version
        elif version.published_code is not None:
            line.published = version
        line.running += counts.running.get(version.pk, 0)
        line.started += counts.started.get(version.pk, 0)
        line.overdue += counts.overdue.get(version.pk, 0)
        line.failed += counts.failed.get(version.pk, 0)
    return sorted(found.values(), key=lambda line: (line.shown.title.lower(), line.shown.pk))


def running(versions: Iterable[Process]) -> dict[int, int]:
    """
    The number of unfinished instances by primary key of the version. One query.
    """
    rows = ProcessInstance.objects.filter(RUNNING, process__in=[version.pk for version in versions])
    return _by(rows, "process_id")


def starters(process: Process) -> Starters:
    """
    Who may start the process. Two queries.
    """
    named = Group.objects.filter(name__in=[process.title, process.code]).annotate(n=Count("user"))
    right = {"permissions__codename": "can_instantiate", "permissions__content_type__app_label": "goflow"}
    return Starters(
        members=tuple(named.order_by("name").values_list("name", "n")),
        groups=tuple(Group.objects.filter(**right).order_by("name").values_list("name", flat=True)),
    )


def _counts(now: datetime) -> _Counts:
    instances = ProcessInstance.objects.order_by().values("process_id")
    both = list(
        instances.filter(RUNNING | Q(created_at__gte=now - RECENT)).annotate(
            running=Count("pk", filter=RUNNING), started=Count("pk", filter=Q(created_at__gte=now - RECENT))
        )
    )
    return _Counts(
        running={row["process_id"]: row["running"] for row in both},
        started={row["process_id"]: row["started"] for row in both},
        overdue=_by(WorkItem.objects.overdue(now), "instance__process_id"),
        failed=_by(Incident.objects.open(), "instance__process_id"),
    )


def _by(rows: QuerySet[Any], name: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))
