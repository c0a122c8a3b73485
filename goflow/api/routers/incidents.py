"""
Incidents: where the engine stopped, and trying again.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from goflow.api.errors import IncidentMissing, declared
from goflow.api.instance_shapes import IncidentOut, RetriedOut
from goflow.api.paging import PageIn, page
from goflow.api.shapes import Id
from goflow.desk.incidents import told
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance

router = Router()


class IncidentFilters(PageIn):
    """
    Which incidents, in which order.
    """

    open: Annotated[bool | None, Field(description="Only unresolved ones, or only resolved ones.")] = None
    instance_id: Id | None = None
    ordering: Literal["id", "-id"] = "-id"


@router.get(
    "/incidents",
    response={200: list[IncidentOut], **declared(400, 401, 422)},
    operation_id="listIncidents",
    summary="Incidents I may see",
)
def incidents(request: HttpRequest, response: HttpResponse, filters: Query[IncidentFilters]) -> Any:
    """
    Those of the caller's tenant, for people with the browse right; empty for everybody else.
    """
    user: Any = request.user
    rows = Incident.objects.for_user(user).select_related("workitem", "instance")
    if filters.open is not None:
        rows = rows.filter(resolved_at__isnull=filters.open)
    if filters.instance_id is not None:
        rows = rows.filter(instance_id=filters.instance_id)
    return [_line(row) for row in page(request, response, rows, filters, ordering=filters.ordering)]


def _line(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.pk,
        "instance_id": incident.instance_id,
        "workitem_id": incident.workitem_id,
        "activity": "" if incident.workitem is None else incident.workitem.activity_key,
        "code": incident.code,
        "message": told(incident),
        "attempts": incident.attempts,
        "created_at": incident.created_at,
        "resolved_at": incident.resolved_at,
    }


@router.post(
    "/incidents/{incident_id}/retry",
    response={200: RetriedOut, **declared(401, 403, 404, 409, 422)},
    operation_id="retryIncident",
    summary="Try again",
)
def retry(request: HttpRequest, incident_id: Path[Id]) -> Any:
    """
    Run again what failed. For administrators of the process.
    """
    user: Any = request.user
    visible = ProcessInstance.objects.for_user(user)
    found = Incident.objects.filter(pk=incident_id, instance__in=visible).first()
    if found is None:
        raise IncidentMissing(incident=incident_id)
    done = engine.retry(found.pk, actor=user)
    return {
        "status": "failed-again" if done.incidents else "resolved",
        "incident_id": found.pk,
        "instance_id": done.instance.pk,
        "instance_status": done.instance_status,
        "incidents": [incident.pk for incident in done.incidents],
    }
