"""
What goes over the wire for starts, instances and incidents.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from ninja import Schema

from goflow.api.item_shapes import SaidOut
from goflow.api.shapes import FieldOut, PersonOut, WorkItemOut, example


class StartableOut(Schema):
    """
    A process that the caller may start; ``content_type`` names the model of its objects.
    """

    model_config: ClassVar[Any] = example(
        id=1,
        code="leave",
        title="leave",
        version=1,
        description="",
        content_type="leave.leaverequest",
        form=[],
    )

    id: int
    code: str
    title: str
    version: int
    description: str
    content_type: str | None
    form: list[FieldOut]


class InstanceOut(Schema):
    """
    One line of a list of instances.
    """

    model_config: ClassVar[Any] = example(
        id=3,
        title="leave 3",
        process_id=1,
        process="leave",
        process_version=1,
        status="running",
        priority=0,
        requester={"id": 1, "username": "primus"},
        content_type="leave.leaverequest",
        object_id="3",
        condition=None,
        created_at="2026-11-21T09:00:00Z",
        finished_at=None,
    )

    id: int
    title: str
    process_id: int
    process: str
    process_version: int
    status: str
    priority: int
    requester: PersonOut
    content_type: str | None
    object_id: str | None
    condition: str | None
    created_at: datetime
    finished_at: datetime | None


class InstanceDetailOut(InstanceOut):
    """
    An instance with its data, its work items and what the caller may do.
    """

    model_config: ClassVar[Any] = example(
        **InstanceOut.model_config["json_schema_extra"]["examples"][0],
        data={},
        workitems=[{"id": 7, "status": "inactive", "activity_id": 1, "instance_id": 3, "user_id": None}],
        said=[],
        may_administer=False,
    )

    data: dict[str, Any]
    workitems: list[WorkItemOut]
    said: list[SaidOut]
    may_administer: bool


class PositionOut(Schema):
    """
    The state of one activity: done, current, waiting or failed.
    """

    model_config: ClassVar[Any] = example(activity="begin", state="current", badge="socius")

    activity: str
    state: str
    badge: str


class OutlineOut(Schema):
    """
    One activity of the drawing as text; ``leads_to`` pairs labels with titles.
    """

    model_config: ClassVar[Any] = example(
        key="begin", title="Begin", kind="standard", state="current", badge="", leads_to=[["OK", "Approval"]]
    )

    key: str
    title: str
    kind: str
    state: str
    badge: str
    leads_to: list[list[str]]


class DiagramOut(Schema):
    """
    The drawing of an instance, the same as text, and where it stands.
    """

    model_config: ClassVar[Any] = example(
        svg="<svg/>",
        outline=[],
        position=[{"activity": "begin", "state": "current", "badge": ""}],
        taken=[],
    )

    svg: str
    outline: list[OutlineOut]
    position: list[PositionOut]
    taken: list[str]


class ReasonOut(Schema):
    """
    One reason why an instance is not complete yet.

    ``kind``: person, pool, job (a program works on it; ``detail`` is its topic), join, subflow, suspended or
    incident.
    """

    model_config: ClassVar[Any] = example(
        kind="person", workitem_id=7, activity="begin", who="socius", since="2026-11-21T09:00:00Z", detail=""
    )

    kind: str
    workitem_id: int | None
    activity: str
    who: str
    since: datetime | None
    detail: str


class WaitingOut(Schema):
    """
    Why an instance is waiting; no reasons when it is closed.
    """

    model_config: ClassVar[Any] = example(instance_id=3, status="running", reasons=[])

    instance_id: int
    status: str
    reasons: list[ReasonOut]


class IncidentOut(Schema):
    """
    A place where the engine could not go on by itself.
    """

    model_config: ClassVar[Any] = example(
        id=2,
        instance_id=3,
        workitem_id=8,
        activity="updatehr",
        code="application-failed",
        message="no ink",
        attempts=1,
        created_at="2026-11-21T09:00:00Z",
        resolved_at=None,
    )

    id: int
    instance_id: int
    workitem_id: int | None
    activity: str
    code: str
    message: str
    attempts: int
    created_at: datetime
    resolved_at: datetime | None


class RetriedOut(Schema):
    """
    What came of it: resolved, or failed again with new incidents.
    """

    model_config: ClassVar[Any] = example(
        status="resolved", incident_id=2, instance_id=3, instance_status="running", incidents=[]
    )

    status: str
    incident_id: int
    instance_id: int
    instance_status: str
    incidents: list[int]
