"""
Work items: lists, one with its history and form, and the verbs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Path, Query, Router
from pydantic import BeforeValidator, Field

from goflow import tenancy
from goflow.api import items
from goflow.api.errors import NobodyCalled, declared
from goflow.api.item_shapes import WorkItemDetailOut
from goflow.api.paging import PageIn, page
from goflow.api.routers.starting import Key
from goflow.api.shapes import (
    ActivatedOut,
    ActivateIn,
    CompletedOut,
    CompleteIn,
    Id,
    MovedOut,
    ReassignIn,
    WorkItemOut,
    storable,
)
from goflow.desk import answers
from goflow.runtime import engine
from goflow.runtime.assignment import queues_of
from goflow.runtime.models import WorkItem
from goflow.runtime.querysets import OPEN

router = Router()

Status = Literal["blocked", "inactive", "active", "suspended", "fallout", "complete", "cancelled"]
Ordering = Literal[
    "id",
    "-id",
    "created_at",
    "-created_at",
    "urgency",
    "-urgency",
    "priority",
    "-priority",
    "status",
    "-status",
]
COLUMNS = {"urgency": "sort_key"}

LISTED = {200: list[WorkItemOut], **declared(400, 401, 422)}
REFUSED = declared(400, 401, 403, 404, 409, 422)


class WorkItemFilters(PageIn):
    """
    Which items, in which order. ``urgency`` is the order of the pages: priority, then due time.
    """

    status: Status | None = None
    open: Annotated[
        bool | None, Field(description="Only what somebody can work on now, or only the rest.")
    ] = None
    process: Annotated[
        str | None, BeforeValidator(storable), Field(max_length=100, description="Code of the process.")
    ] = None
    activity_id: Id | None = None
    instance_id: Id | None = None
    due_before: datetime | None = None
    ordering: Ordering = "id"


@router.get("/workitems", response=LISTED, operation_id="listWorkItems", summary="Work items I may see")
def workitems(request: HttpRequest, response: HttpResponse, filters: Query[WorkItemFilters]) -> Any:
    """
    The caller's own items, those he may take, those of his requests; everything with the browse right.
    """
    user: Any = request.user
    return _listed(request, response, WorkItem.objects.for_user(user, queues_of(user)), filters)


@router.get(
    "/my/workitems", response=LISTED, operation_id="listMyWorkItems", summary="Work items that are mine"
)
def my_workitems(request: HttpRequest, response: HttpResponse, filters: Query[WorkItemFilters]) -> Any:
    """
    The items that the caller performs or has performed.
    """
    user: Any = request.user
    rows = tenancy.scope(WorkItem.objects.filter(user_id=user.pk), user=user)
    return _listed(request, response, rows, filters)


def _listed(
    request: HttpRequest, response: HttpResponse, rows: QuerySet[Any], filters: WorkItemFilters
) -> list[WorkItem]:
    wanted = {
        "status": filters.status,
        "instance__process__code": filters.process,
        "activity_id": filters.activity_id,
        "instance_id": filters.instance_id,
        "due_at__lt": filters.due_before,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if filters.open is not None:
        rows = rows.filter(status__in=OPEN) if filters.open else rows.exclude(status__in=OPEN)
    return page(request, response, rows, filters, ordering=filters.ordering, fields=COLUMNS)


@router.get(
    "/workitems/{workitem_id}",
    response={200: WorkItemDetailOut, **declared(401, 404, 422)},
    operation_id="getWorkItem",
    summary="One work item",
)
def workitem(request: HttpRequest, workitem_id: Path[Id]) -> Any:
    """
    With its history, the outcomes it offers, the fields of its form, and the verbs the caller may use.
    """
    return items.detail(request.user, items.find(request.user, workitem_id))


@router.post(
    "/workitems/{workitem_id}/activate",
    response={200: ActivatedOut, **REFUSED},
    operation_id="activateWorkItem",
    summary="Take a work item",
)
def activate(
    request: HttpRequest, workitem_id: Path[Id], payload: Annotated[ActivateIn | None, Body(None)]
) -> Any:
    """
    The item becomes the caller's. Again by its owner changes nothing and succeeds.
    """
    item = items.find(request.user, workitem_id)
    engine.activate(item.pk, actor=request.user, version=payload.version if payload else None)
    return {"status": "activated", "workitem_id": item.pk}


@router.post(
    "/workitems/{workitem_id}/complete",
    response={200: CompletedOut, **REFUSED},
    operation_id="completeWorkItem",
    summary="Decide a work item",
)
def complete(
    request: HttpRequest,
    workitem_id: Path[Id],
    payload: Annotated[CompleteIn | None, Body(None)],
    idempotency_key: Annotated[Key, Header(None, alias="Idempotency-Key")],
) -> Any:
    """
    Complete the item with an outcome and move its instance on. Takes the item first if nobody has.

    Fields of the form that ``data`` leaves out keep what they show (``initial``); null and "" are answers.
    """
    item, given = items.find(request.user, workitem_id), payload or CompleteIn()
    answers.complete(
        item,
        items.loaded_of(item.instance),
        actor=request.user,
        sent=answers.FromClient(given.data or {}, given.seen or {}),
        outcome=given.condition,
        version=given.version,
        key=idempotency_key or None,
    )
    return {"status": "completed", "workitem_id": item.pk}


@router.post(
    "/workitems/{workitem_id}/release",
    response={200: MovedOut, **REFUSED},
    operation_id="releaseWorkItem",
    summary="Put a work item back",
)
def release(
    request: HttpRequest, workitem_id: Path[Id], payload: Annotated[ActivateIn | None, Body(None)]
) -> Any:
    """
    Back into the pool of its activity.
    """
    item = items.find(request.user, workitem_id)
    done = engine.release(item.pk, actor=request.user, version=payload.version if payload else None)
    return items.moved("released", done, done.instance)


@router.post(
    "/workitems/{workitem_id}/reassign",
    response={200: MovedOut, **REFUSED},
    operation_id="reassignWorkItem",
    summary="Hand a work item over",
)
def reassign(request: HttpRequest, workitem_id: Path[Id], payload: ReassignIn) -> Any:
    """
    By its owner, or by an administrator of the process.
    """
    item, users = items.find(request.user, workitem_id), get_user_model()
    named = {users.USERNAME_FIELD: payload.to.strip()}
    person = users._default_manager.filter(**named, is_active=True).first()
    if person is None:
        raise NobodyCalled(name=payload.to, workitem=item.pk)
    done = engine.reassign(
        item.pk, actor=request.user, to=person, reason=payload.reason.strip(), version=payload.version
    )
    return items.moved("reassigned", done, done.instance)


@router.post(
    "/workitems/{workitem_id}/forward",
    response={200: MovedOut, **REFUSED},
    operation_id="forwardWorkItem",
    summary="Send a decided work item on",
)
def forward(
    request: HttpRequest, workitem_id: Path[Id], payload: Annotated[ActivateIn | None, Body(None)]
) -> Any:
    """
    For activities that do not finish by themselves: what was decided takes effect.
    """
    item = items.find(request.user, workitem_id)
    done = engine.forward(item.pk, actor=request.user, version=payload.version if payload else None)
    return items.moved("forwarded", done.workitem, done.instance)
