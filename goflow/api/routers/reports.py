"""
Reports: how processes are doing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from ninja import Router, Schema

from goflow import clock
from goflow.api.errors import declared
from goflow.api.shapes import example
from goflow.desk import definitions
from goflow.reporting import processes as reporting

router = Router()


class ProcessReportOut(Schema):
    """
    One process, all its versions together. ``started`` counts the last seven days.
    """

    model_config: ClassVar[Any] = example(
        process_id=1, code="leave", title="leave", running=3, overdue=1, failed=0, started=5
    )

    process_id: int
    code: str
    title: str
    running: int
    overdue: int
    failed: int
    started: int


@router.get(
    "/reports/processes",
    response={200: list[ProcessReportOut], **declared(401)},
    operation_id="reportProcesses",
    summary="How processes are doing",
)
def processes(request: HttpRequest) -> Any:
    """
    Every process the caller may see, with what runs, what is late and what is stuck, by title.
    """
    return [
        {
            "process_id": line.shown.pk,
            "code": line.shown.code,
            "title": line.shown.title,
            "running": line.running,
            "overdue": line.overdue,
            "failed": line.failed,
            "started": line.started,
        }
        for line in reporting.lines(definitions.visible(request.user), now=clock.now())
    ]
