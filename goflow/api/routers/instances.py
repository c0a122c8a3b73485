"""
Instances: lists, one, its history and drawing, why it waits, and its end by hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Query, Router
from pydantic import BeforeValidator, Field

from goflow.api import history, items, standing
from goflow.api.errors import declared
from goflow.api.instance_shapes import DiagramOut, InstanceDetailOut, InstanceOut, WaitingOut
from goflow.api.item_shapes import EventOut
from goflow.api.paging import PageIn, page
from goflow.api.shapes import Id, MovedOut, ReasonIn, storable
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance

router = Router()

Status = Literal["initiated", "running", "active", "suspended", "complete", "terminated"]
FOUND = declared(401, 404, 422)
ALIASES = {"active": "running"}


class InstanceFilters(PageIn):
    """
    Which instances, in which order.
    """

    status: Annotated[Status | None, Field(description="`active` is another word for running.")] = None
    process: Annotated[
        str | None, BeforeValidator(storable), Field(max_length=100, description="Code of the process.")
    ] = None
    mine: Annotated[bool, Field(description="Only what I have asked for.")] = False
    content_type: Annotated[
        str | None, BeforeValidator(storable), Field(max_length=200, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")
    ] = None
    object_id: Annotated[str | None, BeforeValidator(storable), Field(max_length=255)] = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    ordering: Literal["id", "-id", "created_at", "-created_at", "priority", "-priority"] = "-id"


class HistoryFilters(PageIn):
    """
    Which part of the history, oldest first unless told otherwise.
    """

    ordering: Literal["seq", "-seq"] = "seq"


@router.get(
    "/instances",
    response={200: list[InstanceOut], **declared(400, 401, 422)},
    operation_id="listInstances",
    summary="Instances I may see",
)
def instances(request: HttpRequest, response: HttpResponse, filters: Query[InstanceFilters]) -> Any:
    """
    Those the caller has asked for or worked on; all of them with the browse right.
    """
    user: Any = request.user
    rows = ProcessInstance.objects.for_user(user).select_related("process", "user", "content_type")
    found = page(request, response, rows.filter(**_wanted(filters, user)), filters, ordering=filters.ordering)
    return [standing.line(instance) for instance in found]


def _wanted(filters: InstanceFilters, user: Any) -> dict[str, Any]:
    label, _dot, model = (filters.content_type or "").partition(".")
    wanted = {
        "status": ALIASES.get(filters.status or "", filters.status),
        "process__code": filters.process,
        "user_id": user.pk if filters.mine else None,
        "content_type__app_label": label or None,
        "content_type__model": model or None,
        "object_id": filters.object_id,
        "created_at__gt": filters.created_after,
        "created_at__lt": filters.created_before,
    }
    return {name: value for name, value in wanted.items() if value is not None}


@router.get(
    "/instances/{instance_id}",
    response={200: InstanceDetailOut, **FOUND},
    operation_id="getInstance",
    summary="One instance",
)
def instance(request: HttpRequest, instance_id: Path[Id]) -> Any:
    """
    With its data and its work items.
    """
    return standing.detail(request.user, standing.find(request.user, instance_id))


@router.get(
    "/instances/{instance_id}/history",
    response={200: list[EventOut], **declared(400, 401, 404, 422)},
    operation_id="getInstanceHistory",
    summary="What happened to an instance",
)
def instance_history(
    request: HttpRequest, response: HttpResponse, instance_id: Path[Id], filters: Query[HistoryFilters]
) -> Any:
    """
    Every recorded event, of its work items too.
    """
    found = standing.find(request.user, instance_id)
    rows = history.events_of(found.pk)
    return history.told(page(request, response, rows, filters, ordering=filters.ordering))


@router.get(
    "/instances/{instance_id}/diagram",
    response={200: DiagramOut, **FOUND},
    operation_id="getInstanceDiagram",
    summary="Where an instance stands",
)
def diagram(request: HttpRequest, instance_id: Path[Id]) -> Any:
    """
    The drawing of its process version with the current position, as SVG and as text.
    """
    return standing.diagram(standing.find(request.user, instance_id))


@router.get(
    "/instances/{instance_id}/waiting",
    response={200: WaitingOut, **FOUND},
    operation_id="getInstanceWaiting",
    summary="Why an instance is waiting",
)
def waiting(request: HttpRequest, instance_id: Path[Id]) -> Any:
    """
    The people, pools, joins, subflows and problems it waits for.
    """
    return standing.waiting(standing.find(request.user, instance_id))


@router.post(
    "/instances/{instance_id}/cancel",
    response={200: MovedOut, **declared(400, 401, 403, 404, 409, 422)},
    operation_id="cancelInstance",
    summary="Withdraw an instance",
)
def cancel(
    request: HttpRequest, instance_id: Path[Id], payload: Annotated[ReasonIn | None, Body(None)]
) -> Any:
    """
    Withdraw every open item and end the instance. For administrators of the process.
    """
    found = standing.find(request.user, instance_id)
    reason = payload.reason.strip() if payload else ""
    done = engine.cancel(found.pk, actor=request.user, reason=reason)
    return items.moved("cancelled", None, done)


@router.post(
    "/instances/{instance_id}/suspend",
    response={200: MovedOut, **declared(400, 401, 403, 404, 409, 422)},
    operation_id="suspendInstance",
    summary="Let an instance stand still",
)
def suspend(
    request: HttpRequest, instance_id: Path[Id], payload: Annotated[ReasonIn | None, Body(None)]
) -> Any:
    """
    No verb, no timer and no result changes it until it is resumed. For administrators of the process.
    """
    found = standing.find(request.user, instance_id)
    reason = payload.reason.strip() if payload else ""
    return items.moved("suspended", None, engine.suspend(found.pk, actor=request.user, reason=reason))


@router.post(
    "/instances/{instance_id}/resume",
    response={200: MovedOut, **declared(400, 401, 403, 404, 409, 422)},
    operation_id="resumeInstance",
    summary="Let a suspended instance go on",
)
def resume(
    request: HttpRequest, instance_id: Path[Id], payload: Annotated[ReasonIn | None, Body(None)]
) -> Any:
    """
    What was to be due is due later by the time it stood still. For administrators of the process.
    """
    found = standing.find(request.user, instance_id)
    reason = payload.reason.strip() if payload else ""
    return items.moved("resumed", None, engine.resume(found.pk, actor=request.user, reason=reason))
