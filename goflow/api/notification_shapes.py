"""
What goes over the wire for notifications and for what each person wants to hear.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from django.conf import settings
from ninja import Schema
from pydantic import AfterValidator, Field

from goflow.api.shapes import Id, Priority, example

Event = Literal["assigned", "queued", "due_soon", "breached", "request_moved", "request_finished", "incident"]
Mail = Literal["now", "digest", "off"]


def _known(code: str) -> str:
    """
    The code of a language that the project speaks, or blank. Raises ValueError.
    """
    if code and code not in dict(settings.LANGUAGES):
        raise ValueError("is no language of the project")
    return code


Language = Annotated[
    str,
    AfterValidator(_known),
    Field(max_length=20, description="A language of the project; blank for the project's own."),
]


class NotificationOut(Schema):
    """
    One thing that the caller was told.
    """

    model_config: ClassVar[Any] = example(
        id=12,
        event="assigned",
        text="“Approval” of “leave 3” was given to you",
        process="leave",
        request="leave 3",
        activity="Approval",
        instance_id=3,
        workitem_id=8,
        created_at="2026-11-21T09:00:00Z",
        read_at=None,
    )

    id: int
    event: Event
    text: str
    process: str
    request: str
    activity: str
    instance_id: int | None
    workitem_id: int | None
    created_at: datetime
    read_at: datetime | None


class ReadOut(Schema):
    """
    The notification is read.
    """

    model_config: ClassVar[Any] = example(status="read", notification_id=12)

    status: str
    notification_id: int


class ReadAllIn(Schema):
    """
    Up to which notification: what came later stays unread.
    """

    model_config: ClassVar[Any] = example(up_to=12)

    up_to: Id | None = None


class ReadAllOut(Schema):
    """
    How many were unread.
    """

    model_config: ClassVar[Any] = example(status="read", count=3)

    status: str
    count: int


class ChoicesOut(Schema):
    """
    Per event, whether its mail comes at once, in a digest, or not at all.
    """

    assigned: Mail
    queued: Mail
    due_soon: Mail
    breached: Mail
    request_moved: Mail
    request_finished: Mail
    incident: Mail


CHOICES = {
    "assigned": "now",
    "queued": "digest",
    "due_soon": "now",
    "breached": "now",
    "request_moved": "off",
    "request_finished": "now",
    "incident": "now",
}

PREFERENCES = {
    "notified": True,
    "choices": CHOICES,
    "nb_wi_notif": 1,
    "notif_delay": 1,
    "urgent_priority": 5,
    "language": "",
}


class PreferencesOut(Schema):
    """
    What the caller wants to hear by mail: digests from ``nb_wi_notif`` news on, ``notif_delay`` days apart.
    """

    model_config: ClassVar[Any] = example(**PREFERENCES)

    notified: bool
    choices: ChoicesOut
    nb_wi_notif: int
    notif_delay: int
    urgent_priority: int
    language: str


class PreferencesIn(Schema):
    """
    The same to store; everything is replaced.
    """

    model_config: ClassVar[Any] = example(**PREFERENCES)

    notified: bool
    choices: ChoicesOut
    nb_wi_notif: Annotated[int, Field(ge=1, le=1000)]
    notif_delay: Annotated[int, Field(ge=0, le=366)]
    urgent_priority: Priority
    language: Language
