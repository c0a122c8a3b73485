"""
What goes over the wire for webhook endpoints and the log of deliveries.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field

from goflow.api.shapes import Id, Name, example, storable
from goflow.outbound.sending import DEADLINE
from goflow.outbound.ssrf import LONGEST

LONGEST_EVENTS = 255
MOST_HEADERS = 20
MOST_CHOSEN = 1000

State = Literal["waiting", "delivered", "failed"]


def _fitting(names: list[str]) -> list[str]:
    """
    Names that are stored as one text. Raises ValueError.
    """
    if len(",".join(names)) > LONGEST_EVENTS or any("," in name for name in names):
        raise ValueError("are too many; name a kind, such as workitem.*")
    return names


Url = Annotated[str, BeforeValidator(storable), Field(min_length=1, max_length=LONGEST)]
Events = Annotated[
    list[Name],
    AfterValidator(_fitting),
    Field(max_length=50, description="Audit actions such as `workitem.completed`, `workitem.*` or `*`."),
]
HeaderValue = Annotated[str, BeforeValidator(storable), Field(max_length=1000)]
Headers = Annotated[
    dict[Name, HeaderValue],
    Field(max_length=MOST_HEADERS, description="Sent with every delivery; not shown again."),
]
Timeout = Annotated[int, Field(ge=0, le=int(DEADLINE), description="Seconds; 0 is what the project has set.")]
Secret = Annotated[
    str,
    BeforeValidator(storable),
    Field(max_length=200, description="One of your own; blank makes a good one."),
]


class WebhookIn(Schema):
    """
    A new endpoint.
    """

    model_config: ClassVar[Any] = example(
        name="billing", url="https://billing.example.com/hooks/goflow", event_types=["workitem.completed"]
    )

    name: Name
    url: Url
    event_types: Events = []
    headers: Headers = {}
    timeout_seconds: Timeout = 0
    enabled: bool = True
    secret: Secret = ""


class WebhookChangeIn(Schema):
    """
    What to change; what is left out stays.
    """

    model_config: ClassVar[Any] = example(event_types=["workitem.*"], enabled=True)

    name: Name | None = None
    url: Url | None = None
    event_types: Events | None = None
    headers: Headers | None = None
    timeout_seconds: Timeout | None = None
    enabled: bool | None = None


WEBHOOK: dict[str, Any] = {
    "id": 4,
    "name": "billing",
    "url": "https://billing.example.com/hooks/goflow",
    "event_types": ["workitem.completed"],
    "header_names": ["Authorization"],
    "timeout_seconds": 0,
    "enabled": True,
    "disabled_reason": "",
    "failures": 0,
    "paused_until": None,
    "last_success_at": "2026-11-21T09:00:00Z",
    "secret_before_until": None,
    "created_at": "2026-11-20T09:00:00Z",
}


class WebhookOut(Schema):
    """
    An endpoint. ``paused_until`` is set while it is left alone because it kept failing.
    """

    model_config: ClassVar[Any] = example(**WEBHOOK)

    id: int
    name: str
    url: str
    event_types: list[str]
    header_names: list[str]
    timeout_seconds: int
    enabled: bool
    disabled_reason: str
    failures: int
    paused_until: datetime | None
    last_success_at: datetime | None
    secret_before_until: datetime | None
    created_at: datetime


class WebhookMadeOut(WebhookOut):
    """
    A new endpoint with its secret, which is told this once.
    """

    model_config: ClassVar[Any] = example(
        **WEBHOOK,
        secret="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",  # noqa: S106 - an example
    )

    secret: str


class RotateIn(Schema):
    """
    The new secret, if it is one of your own.
    """

    model_config: ClassVar[Any] = example(secret="")

    secret: Secret = ""


class RotatedOut(Schema):
    """
    The new secret, which is told this once; the one before signs, too, until then.
    """

    model_config: ClassVar[Any] = example(
        id=4,
        secret="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",  # noqa: S106 - an example
        secret_before_until="2026-11-22T09:00:00Z",  # noqa: S106 - a time
    )

    id: int
    secret: str
    secret_before_until: datetime


class TestedOut(Schema):
    """
    The id of the test; its delivery appears with the next pass of the scheduler.
    """

    model_config: ClassVar[Any] = example(id=4, event_id="evt_311_0")

    id: int
    event_id: str


DELIVERY: dict[str, Any] = {
    "id": 812,
    "webhook_id": 4,
    "event_id": "evt_311_0",
    "action": "workitem.completed",
    "instance_id": 3,
    "status": "waiting",
    "attempts": 1,
    "answer_status": 503,
    "last_error": "the receiver answered 503",
    "created_at": "2026-11-21T09:00:00Z",
    "delivered_at": None,
}


class DeliveryOut(Schema):
    """
    One event on its way to one endpoint.
    """

    model_config: ClassVar[Any] = example(**DELIVERY)

    id: int
    webhook_id: int
    event_id: str
    action: str
    instance_id: int | None
    status: State
    attempts: int
    answer_status: int | None
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


class AttemptOut(Schema):
    """
    What one attempt has brought; ``answer`` is the beginning of what the receiver said.
    """

    model_config: ClassVar[Any] = example(
        at="2026-11-21T09:00:01Z", status=503, ms=12, error="", answer="down for maintenance"
    )

    at: datetime
    status: int | None
    ms: int
    error: str
    answer: str


class DeliveryDetailOut(DeliveryOut):
    """
    The same with the body and the log.
    """

    model_config: ClassVar[Any] = example(
        **DELIVERY,
        body={"action": "workitem.completed", "instance_id": 3},
        log=[{"at": "2026-11-21T09:00:01Z", "status": 503, "ms": 12, "error": "", "answer": "down"}],
    )

    body: dict[str, Any]
    log: list[AttemptOut]


class ReplayIn(Schema):
    """
    Which deliveries to send again: those that match all that is given. At least one thing must be.
    """

    model_config: ClassVar[Any] = example(webhook_id=4, status="failed")

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_CHOSEN)] | None = None
    webhook_id: Id | None = None
    status: State | None = None
    action: Name | None = None


class ReplayedOut(Schema):
    """
    How many are on their way. Ask again for the rest when ``is_all`` is false.
    """

    model_config: ClassVar[Any] = example(count=17, is_all=True)

    count: int
    is_all: bool
