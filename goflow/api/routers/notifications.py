"""
Notifications: what the caller was told, reading them, and which of them come by mail.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Query, Router
from pydantic import Field

from goflow.api.errors import NotificationMissing, declared
from goflow.api.notification_shapes import (
    NotificationOut,
    PreferencesIn,
    PreferencesOut,
    ReadAllIn,
    ReadAllOut,
    ReadOut,
)
from goflow.api.paging import PageIn, page
from goflow.api.shapes import Id
from goflow.outbound import notifications, profiles, wording
from goflow.outbound.models import Notification, UserProfile

router = Router()


class NotificationFilters(PageIn):
    """
    Which notifications, the latest first.
    """

    unread: Annotated[bool | None, Field(description="Only unread ones, or only read ones.")] = None


@router.get(
    "/notifications",
    response={200: list[NotificationOut], **declared(400, 401, 422)},
    operation_id="listNotifications",
    summary="What I was told",
)
def listed(request: HttpRequest, response: HttpResponse, filters: Query[NotificationFilters]) -> Any:
    """
    The caller's own notifications, told in the language that the request accepts.
    """
    rows = notifications.of(request.user)
    if filters.unread is not None:
        rows = rows.filter(read_at__isnull=filters.unread)
    return [_line(row) for row in page(request, response, rows, filters, ordering="-id")]


def _line(row: Notification) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": row.event,
        "text": wording.sentence(row.event, row.params),
        **{name: str(row.params.get(name, "")) for name in ("process", "request", "activity")},
        "instance_id": row.instance_id,
        "workitem_id": row.workitem_id,
        "created_at": row.created_at,
        "read_at": row.read_at,
    }


@router.post(
    "/notifications/read",
    response={200: ReadAllOut, **declared(400, 401, 422)},
    operation_id="readAllNotifications",
    summary="Read all of them",
)
def read_all(request: HttpRequest, payload: Annotated[ReadAllIn | None, Body(None)]) -> Any:
    """
    All of the caller's notifications are read, or those up to the one he has seen last.
    """
    up_to = None if payload is None else payload.up_to
    return {"status": "read", "count": notifications.mark_all_read(request.user, up_to)}


@router.get(
    "/notifications/preferences",
    response={200: PreferencesOut, **declared(401)},
    operation_id="getNotificationPreferences",
    summary="Which mails I get",
)
def preferences(request: HttpRequest) -> Any:
    """
    What the caller has chosen; the defaults before he has chosen anything.
    """
    return _wanted(profiles.of(request.user))


@router.put(
    "/notifications/preferences",
    response={200: PreferencesOut, **declared(400, 401, 422)},
    operation_id="setNotificationPreferences",
    summary="Choose which mails I get",
)
def choose(request: HttpRequest, payload: PreferencesIn) -> Any:
    """
    Replace what the caller has chosen.
    """
    return _wanted(profiles.save(request.user, payload.dict()))


def _wanted(profile: UserProfile) -> dict[str, Any]:
    wishes = profiles.wishes(profile)
    return {
        "notified": profile.notified,
        "choices": {event: wishes.choice(event) for event in profiles.LABELS},
        "nb_wi_notif": profile.nb_wi_notif,
        "notif_delay": profile.notif_delay,
        "urgent_priority": profile.urgent_priority,
        "language": profile.language,
    }


@router.post(
    "/notifications/{notification_id}/read",
    response={200: ReadOut, **declared(401, 404, 422)},
    operation_id="readNotification",
    summary="Read one",
)
def read(request: HttpRequest, notification_id: Path[Id]) -> Any:
    """
    One notification of the caller's own is read. Again changes nothing and succeeds.
    """
    if not notifications.of(request.user).filter(pk=notification_id).exists():
        raise NotificationMissing(notification=notification_id)
    notifications.mark_read(request.user, notification_id)
    return {"status": "read", "notification_id": notification_id}
