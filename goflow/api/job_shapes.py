"""
What goes over the wire for workers that do external activities.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from ninja import Schema
from pydantic import BeforeValidator, Field

from goflow.api.shapes import Answers, Name, Outcome, PersonOut, Text, example, storable

MOST_JOBS = 50
MOST_TOPICS = 100
SHORTEST_LEASE, LONGEST_LEASE = 5, 3600
LONGEST_WAIT = 7 * 24 * 3600

Seconds = Annotated[int, Field(ge=SHORTEST_LEASE, le=LONGEST_LEASE)]
Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="As `fetch` gave it.")]
Worker = Annotated[str, BeforeValidator(storable), Field(max_length=100)]


class FetchIn(Schema):
    """
    Which jobs, how many, and for how long nobody else gets them.
    """

    model_config: ClassVar[Any] = example(
        topics=["billing.charge"], worker="billing-1", limit=5, lease_seconds=60
    )

    topics: Annotated[list[Name], Field(min_length=1, max_length=MOST_TOPICS)]
    worker: Annotated[Worker, Field(description="A name of the worker, shown to administrators.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_JOBS)] = 1
    lease_seconds: Annotated[
        Seconds | None, Field(description="How long the jobs are yours; as the project has set if not given.")
    ] = None


class ObjectOut(Schema):
    """
    The object that an instance is about.
    """

    model_config: ClassVar[Any] = example(type="shop.order", id="17")

    type: str
    id: str


class JobOut(Schema):
    """
    A job that is yours until ``lease_until``. ``key`` is the same for every attempt at the work.
    """

    model_config: ClassVar[Any] = example(
        id=12,
        token="5f0c6f2c5d2c4a6f9b1f0a3e7d8c9b0a",  # noqa: S106 - an example
        key="3-8",
        topic="billing.charge",
        attempt=1,
        lease_until="2026-11-21T09:01:00Z",
        instance_id=3,
        instance_title="Order 17",
        process="order",
        version=2,
        workitem_id=8,
        activity="charge",
        params={"currency": "EUR"},
        data={"amount": 30},
        object={"type": "shop.order", "id": "17"},
        requester={"id": 1, "username": "primus"},
    )

    id: int
    token: str
    key: str
    topic: str
    attempt: int
    lease_until: datetime
    instance_id: int
    instance_title: str
    process: str
    version: int
    workitem_id: int
    activity: str
    params: dict[str, Any]
    data: dict[str, Any]
    object: ObjectOut | None
    requester: PersonOut


class ExtendIn(Schema):
    """
    The work goes on: for how many seconds from now.
    """

    model_config: ClassVar[Any] = example(token="5f0c6f2c5d2c4a6f9b1f0a3e7d8c9b0a", seconds=60)  # noqa: S106 - an example

    token: Token
    seconds: Seconds | None = None


class ExtendedOut(Schema):
    """
    Until when the job is yours.
    """

    model_config: ClassVar[Any] = example(id=12, lease_until="2026-11-21T09:02:00Z")

    id: int
    lease_until: datetime


class FinishIn(Schema):
    """
    The result; the keys of ``data`` replace or add those of the instance.
    """

    model_config: ClassVar[Any] = example(
        token="5f0c6f2c5d2c4a6f9b1f0a3e7d8c9b0a",  # noqa: S106 - an example
        outcome="PAID",
        data={"receipt": "R-17"},
    )

    token: Token
    outcome: Outcome | None = None
    data: Answers = Field(default_factory=dict)


class FailIn(Schema):
    """
    What went wrong. ``final`` says that trying again is of no use.
    """

    model_config: ClassVar[Any] = example(
        token="5f0c6f2c5d2c4a6f9b1f0a3e7d8c9b0a",  # noqa: S106 - an example
        error="the gateway answers 503",
        retry_in_seconds=120,
        final=False,
    )

    token: Token
    error: Annotated[Text, Field(min_length=1)]
    retry_in_seconds: Annotated[int, Field(ge=0, le=LONGEST_WAIT)] | None = None
    final: bool = False


class SettledOut(Schema):
    """
    What became of the job: completed, kept (the instance is suspended), postponed to ``due_at``, or failed.
    """

    model_config: ClassVar[Any] = example(
        status="completed", id=12, workitem_id=8, instance_id=3, due_at=None
    )

    status: str
    id: int
    workitem_id: int
    instance_id: int
    due_at: datetime | None
