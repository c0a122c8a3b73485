"""
What is published: processes and their activities.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BeforeValidator, Field

from goflow.api.errors import VersionNotFound, declared
from goflow.api.paging import PageIn, page
from goflow.api.shapes import ActivityOut, Id, ProcessOut, storable
from goflow.desk import definitions
from goflow.workflow.models import Activity, Process

router = Router()

Word = Annotated[str, BeforeValidator(storable), Field(max_length=100)]


class ProcessFilters(PageIn):
    """
    Which processes, in which order.
    """

    title: Word | None = None
    code: Word | None = None
    enabled: bool | None = None
    ordering: Literal["id", "-id", "title", "-title"] = "id"


class ActivityFilters(PageIn):
    """
    Which activities, in which order.
    """

    kind: Literal["standard", "dummy", "subflow"] | None = None
    ordering: Literal["id", "-id", "title", "-title"] = "id"


@router.get(
    "/processes",
    response={200: list[ProcessOut], **declared(400, 401, 422)},
    operation_id="listProcesses",
    summary="Published processes",
)
def processes(request: HttpRequest, response: HttpResponse, filters: Query[ProcessFilters]) -> Any:
    """
    The published version of every process of the caller's tenant.
    """
    user: Any = request.user
    rows = Process.objects.for_user(user).published()
    for name in ("title", "code", "enabled"):
        value = getattr(filters, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    return page(request, response, rows, filters, ordering=filters.ordering)


@router.get(
    "/processes/{process_id}/activities",
    response={200: list[ActivityOut], **declared(400, 401, 404, 422)},
    operation_id="listActivities",
    summary="Activities of a process",
)
def activities(
    request: HttpRequest, response: HttpResponse, process_id: Path[Id], filters: Query[ActivityFilters]
) -> Any:
    """
    The activities of a version: published and retired ones for everybody, drafts for those who may see them.
    """
    rows = Activity.objects.filter(process_id=_visible(request, process_id).pk)
    if filters.kind is not None:
        rows = rows.filter(kind=filters.kind)
    return page(request, response, rows, filters, ordering=filters.ordering)


def _visible(request: HttpRequest, process_id: int) -> Process:
    user: Any = request.user
    found: Process | None = Process.objects.for_user(user).filter(pk=process_id).first()
    if found is None or (found.is_draft and definitions.find(user, process_id) is None):
        raise VersionNotFound(process=process_id)
    return found
