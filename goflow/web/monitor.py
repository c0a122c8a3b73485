"""
What is happening everywhere, for people with the browse right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from goflow import clock
from goflow.core.drawing import dot
from goflow.journal.models import AuditEvent
from goflow.runtime import policy
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.runtime.querysets import may_browse
from goflow.web.context import show
from goflow.web.history import SENTENCES, Told, sentences
from goflow.web.pages import page
from goflow.web.running import running
from goflow.workflow.loader import definition
from goflow.workflow.models import Activity, Process

LATEST = 10
TOP = 10
WORST = 20


@dataclass(slots=True)
class Row:
    """
    One process of the monitor: how many of its instances are in each state.
    """

    title: str
    counts: dict[str, int] = field(default_factory=dict)
    overdue: int = 0

    @property
    def total(self) -> int:
        """
        All instances.
        """
        return sum(self.counts.values())

    @property
    def cells(self) -> list[int]:
        """
        The counts in the order of the columns.
        """
        return [self.counts.get(status, 0) for status in ProcessInstance.Status.values]


@page()
def monitor(request: HttpRequest) -> HttpResponse:
    """
    Counters per process and state, what is late, what is stuck, what happened last.
    """
    user: Any = request.user
    if not may_browse(user):
        raise PermissionDenied
    visible = ProcessInstance.objects.for_user(user)
    rows = _rows(visible)
    incidents = Incident.objects.open().for_user(user)
    context = {
        "title": gettext("Monitor"),
        "states": ProcessInstance.Status.labels,
        "rows": rows,
        "top": sorted(rows, key=lambda row: -row.total)[:TOP],
        "overdue": sum(row.overdue for row in rows),
        "incidents": list(incidents.select_related("instance__process", "workitem__activity")[:WORST]),
        "latest": _latest(visible),
        "may_administer": policy.may_administer(user),
        "running": running(user),
    }
    return show(request, "goflow/monitor.html", context)


def _rows(visible: Any) -> list[Row]:
    rows: dict[str, Row] = {}
    counted = (
        visible.order_by().values_list("process__code", "process__title", "status").annotate(n=Count("pk"))
    )
    for code, title, status, number in counted:
        row = rows.setdefault(code, Row(title))
        row.counts[status] = row.counts.get(status, 0) + number
    for code, number in _overdue(visible).items():
        rows[code].overdue = number
    return sorted(rows.values(), key=lambda row: row.title.lower())


def _overdue(visible: Any) -> Mapping[str, int]:
    late = WorkItem.objects.overdue(clock.now()).filter(instance__in=visible).order_by()
    return dict(late.values_list("instance__process__code").annotate(n=Count("pk")))


def _latest(visible: Any) -> list[Told]:
    rows = AuditEvent.objects.filter(instance_id__in=visible.values("pk"), action__in=SENTENCES)
    found = list(rows.order_by("-pk")[:LATEST])
    keys = {(row.process_id, row.activity_key) for row in found}
    named = Activity.objects.filter(process_id__in={p for p, _key in keys}, key__in={key for _p, key in keys})
    return sentences(found, dict(named.values_list("key", "title")))


@page()
def process_dot(request: HttpRequest, pk: int) -> HttpResponse:
    """
    A process version as Graphviz text.
    """
    user: Any = request.user
    if not may_browse(user):
        raise PermissionDenied
    process = Process.objects.for_user(user).filter(pk=pk).first()
    if process is None:
        raise Http404("no such process")
    text = dot(definition(process.pk, process.fingerprint).graph)
    return HttpResponse(text, content_type="text/vnd.graphviz; charset=utf-8")
