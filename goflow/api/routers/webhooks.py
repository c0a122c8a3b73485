"""
Webhook endpoints and their deliveries, for people with Django's permissions for them.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Query, Router, Status
from pydantic import Field

from goflow import tenancy
from goflow.api.errors import NothingChosen, declared
from goflow.api.paging import PageIn, page
from goflow.api.shapes import Id, Name
from goflow.api.webhook_shapes import (
    DeliveryDetailOut,
    DeliveryOut,
    ReplayedOut,
    ReplayIn,
    RotatedOut,
    RotateIn,
    State,
    TestedOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookMadeOut,
    WebhookOut,
)
from goflow.errors import NotAllowed
from goflow.outbound import endpoints, replaying
from goflow.outbound.envelope import event_id
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.refusals import DeliveryNotFound, EndpointDisabled, EndpointNotFound
from goflow.outbound.webhooks import wanted
from goflow.runtime import policy

MOST_REPLAYED = 10_000
"""Deliveries that one request sends again."""

router = Router()

READ = declared(401, 403, 404, 422)
WRITE = declared(400, 401, 403, 404, 409, 422)


def _require(request: HttpRequest, permission: str) -> Any:  # the host's user model
    user: Any = request.user
    if not policy.holds(user, f"goflow.{permission}"):
        raise NotAllowed(verb=permission)
    return user


def _found(request: HttpRequest, permission: str, webhook_id: int) -> WebhookEndpoint:
    user = _require(request, permission)
    found = endpoints.visible(user, request).filter(pk=webhook_id).first()
    if found is None:
        raise EndpointNotFound(endpoint=webhook_id)
    return found


def _line(row: WebhookEndpoint) -> dict[str, Any]:
    names = ("name", "url", "timeout_seconds", "enabled", "disabled_reason", "failures")
    times = ("paused_until", "last_success_at", "secret_before_until", "created_at")
    return {
        "id": row.pk,
        "event_types": wanted(row.event_types) if row.event_types else [],
        "header_names": list(row.headers),
        **{name: getattr(row, name) for name in (*names, *times)},
    }


class WebhookFilters(PageIn):
    """
    Which endpoints.
    """

    enabled: Annotated[bool | None, Field(description="Only enabled ones, or only disabled ones.")] = None


@router.get(
    "/webhooks",
    response={200: list[WebhookOut], **declared(400, 401, 403, 422)},
    operation_id="listWebhooks",
    summary="Webhook endpoints",
)
def listed(request: HttpRequest, response: HttpResponse, filters: Query[WebhookFilters]) -> Any:
    """
    Those of the caller's tenant. Needs `goflow.view_webhookendpoint`.
    """
    rows = endpoints.visible(_require(request, "view_webhookendpoint"), request)
    if filters.enabled is not None:
        rows = rows.filter(enabled=filters.enabled)
    return [_line(row) for row in page(request, response, rows, filters)]


@router.post(
    "/webhooks",
    response={201: WebhookMadeOut, **declared(400, 401, 403, 422)},
    operation_id="createWebhook",
    summary="Create a webhook endpoint",
)
def create(request: HttpRequest, payload: WebhookIn) -> Any:
    """
    The answer holds the secret, this once. Needs `goflow.add_webhookendpoint`.
    """
    user = _require(request, "add_webhookendpoint")
    values = payload.dict() | {"event_types": ",".join(payload.event_types)}
    tenant = tenancy.resolve(user=user, request=request).tenant_id
    made = endpoints.create(by=user, tenant_id=tenant, **values)
    return Status(201, {**_line(made.endpoint), "secret": made.secret})


@router.get(
    "/webhooks/{webhook_id}",
    response={200: WebhookOut, **READ},
    operation_id="getWebhook",
    summary="One webhook endpoint",
)
def one(request: HttpRequest, webhook_id: Path[Id]) -> Any:
    """
    Needs `goflow.view_webhookendpoint`.
    """
    return _line(_found(request, "view_webhookendpoint", webhook_id))


@router.patch(
    "/webhooks/{webhook_id}",
    response={200: WebhookOut, **WRITE},
    operation_id="changeWebhook",
    summary="Change, enable or disable a webhook endpoint",
)
def change(request: HttpRequest, webhook_id: Path[Id], payload: WebhookChangeIn) -> Any:
    """
    Given headers replace all of them. Needs `goflow.change_webhookendpoint`.
    """
    user: Any = request.user
    found = _found(request, "change_webhookendpoint", webhook_id)
    values = {name: value for name, value in payload.dict().items() if value is not None}
    enabled = values.pop("enabled", found.enabled)
    if payload.event_types is not None:
        values["event_types"] = ",".join(payload.event_types)
    endpoints.change(found, by=user, **values)
    if enabled != found.enabled:
        (endpoints.enable if enabled else endpoints.disable)(found, by=user)
    return _line(found)


@router.delete(
    "/webhooks/{webhook_id}",
    response={204: None, **READ},
    operation_id="deleteWebhook",
    summary="Delete a webhook endpoint and the log of its deliveries",
)
def delete(request: HttpRequest, webhook_id: Path[Id]) -> Any:
    """
    Needs `goflow.delete_webhookendpoint`.
    """
    found = _found(request, "delete_webhookendpoint", webhook_id)
    endpoints.remove(found, by=request.user)  # type: ignore[arg-type] # signed in
    return Status(204, None)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    response={200: RotatedOut, **WRITE},
    operation_id="rotateWebhookSecret",
    summary="Give a webhook endpoint a new secret",
)
def rotate(request: HttpRequest, webhook_id: Path[Id], payload: Body[RotateIn | None] = None) -> Any:
    """
    For 24 hours both secrets sign. Needs `goflow.change_webhookendpoint`.
    """
    found = _found(request, "change_webhookendpoint", webhook_id)
    own = payload.secret if payload else ""
    secret = endpoints.rotate(found, secret=own, by=request.user)  # type: ignore[arg-type] # signed in
    return {"id": found.pk, "secret": secret, "secret_before_until": found.secret_before_until}


@router.post(
    "/webhooks/{webhook_id}/test",
    response={202: TestedOut, **WRITE},
    operation_id="testWebhook",
    summary="Send a test to a webhook endpoint",
)
def test(request: HttpRequest, webhook_id: Path[Id]) -> Any:
    """
    A `test.ping` that goes the way of every event. Needs `goflow.change_webhookendpoint`.
    """
    found = _found(request, "change_webhookendpoint", webhook_id)
    message = endpoints.ping(found, by=request.user)  # type: ignore[arg-type] # signed in
    return Status(202, {"id": found.pk, "event_id": event_id(message)})


class DeliveryFilters(PageIn):
    """
    Which deliveries, in which order.
    """

    webhook_id: Id | None = None
    status: State | None = None
    action: Name | None = None
    event_id: Annotated[str | None, Field(max_length=80)] = None
    instance_id: Id | None = None
    ordering: Literal["id", "-id"] = "-id"


@router.get(
    "/deliveries",
    response={200: list[DeliveryOut], **declared(400, 401, 403, 422)},
    operation_id="listDeliveries",
    summary="What was delivered to webhook endpoints, what waits, and what failed",
)
def deliveries(request: HttpRequest, response: HttpResponse, filters: Query[DeliveryFilters]) -> Any:
    """
    Those of the caller's tenant. Needs `goflow.view_delivery`.
    """
    asked = filters.dict(exclude={"limit", "cursor", "ordering"})
    rows = _matching(_visible(request, "view_delivery"), asked).defer("body", "log")
    return [_delivery(row) for row in page(request, response, rows, filters, ordering=filters.ordering)]


@router.post(
    "/deliveries/replay",
    response={200: ReplayedOut, **declared(400, 401, 403, 422)},
    operation_id="replayDeliveries",
    summary="Send many deliveries again",
)
def replay_many(request: HttpRequest, payload: ReplayIn) -> Any:
    """
    At most 10,000 at a time, the oldest first; those of disabled endpoints are left alone. Needs
    `goflow.change_delivery`.
    """
    rows = _visible(request, "change_delivery").filter(endpoint__enabled=True)
    asked = payload.dict()
    ids = asked.pop("ids")
    if ids is None and not any(asked.values()):
        raise NothingChosen
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    chosen = _matching(rows, asked).order_by("pk").values_list("pk", flat=True)
    keys = list(chosen[: MOST_REPLAYED + 1])
    count = replaying.replay(Delivery.objects.filter(pk__in=keys[:MOST_REPLAYED]))
    return {"count": count, "is_all": len(keys) <= MOST_REPLAYED}


@router.get(
    "/deliveries/{delivery_id}",
    response={200: DeliveryDetailOut, **READ},
    operation_id="getDelivery",
    summary="One delivery with its body and log",
)
def delivery(request: HttpRequest, delivery_id: Path[Id]) -> Any:
    """
    Needs `goflow.view_delivery`.
    """
    found = _one(request, "view_delivery", delivery_id)
    return {**_delivery(found), "body": json.loads(found.body), "log": found.log}


@router.post(
    "/deliveries/{delivery_id}/replay",
    response={200: DeliveryOut, **WRITE},
    operation_id="replayDelivery",
    summary="Send a delivery again",
)
def replay(request: HttpRequest, delivery_id: Path[Id]) -> Any:
    """
    The same event under the same id, with all attempts anew. Needs `goflow.change_delivery`.
    """
    found = _one(request, "change_delivery", delivery_id)
    if not found.endpoint.enabled:
        raise EndpointDisabled(endpoint=found.endpoint.name)
    replaying.replay(Delivery.objects.filter(pk=found.pk))
    found.refresh_from_db()
    return _delivery(found)


def _visible(request: HttpRequest, permission: str) -> QuerySet[Delivery]:
    mine = endpoints.visible(_require(request, permission), request)
    return Delivery.objects.filter(endpoint__in=mine.order_by().values("pk"))


def _one(request: HttpRequest, permission: str, delivery_id: int) -> Delivery:
    found = _visible(request, permission).filter(pk=delivery_id).select_related("endpoint").first()
    if found is None:
        raise DeliveryNotFound(delivery=delivery_id)
    return found


def _matching(rows: QuerySet[Delivery], asked: dict[str, Any]) -> QuerySet[Delivery]:
    columns = {"webhook_id": "endpoint_id"}
    return rows.filter(
        **{columns.get(name, name): value for name, value in asked.items() if value is not None}
    )


def _delivery(row: Delivery) -> dict[str, Any]:
    names = (
        "event_id",
        "action",
        "instance_id",
        "status",
        "attempts",
        "answer_status",
        "last_error",
        "created_at",
        "delivered_at",
    )
    return {"id": row.pk, "webhook_id": row.endpoint_id, **{name: getattr(row, name) for name in names}}
