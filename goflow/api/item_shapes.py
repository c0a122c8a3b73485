"""
What the API says about one work item and about its story.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from ninja import Schema
from pydantic import Field

from goflow.api.shapes import FieldOut, OutcomeOut, PersonOut, WorkItemOut, example

Given = Annotated[dict[str, Any], Field(description="By field of the form, remarks among them.")]
Why = Annotated[str, Field(description="In the actor's words.")]


class EventOut(Schema):
    """
    One recorded event.
    """

    model_config: ClassVar[Any] = example(
        seq=4,
        at="2026-11-21T09:00:00Z",
        action="workitem.completed",
        actor_id="4",
        actor="socius",
        workitem_id=7,
        activity="begin",
        transition="",
        status_from="active",
        status_to="complete",
        outcome="OK: Forward to supervisor",
        answers={"comment": "Please look at the dates."},
        reason="",
    )

    seq: int
    at: datetime
    action: str
    actor_id: str
    actor: str
    workitem_id: int | None
    activity: str
    transition: str
    status_from: str
    status_to: str
    outcome: str | None
    answers: Given
    reason: Why


class SaidOut(Schema):
    """
    What one person said in one step.
    """

    model_config: ClassVar[Any] = example(
        at="2026-11-21T09:00:00Z",
        action="workitem.completed",
        actor_id="4",
        actor="socius",
        workitem_id=7,
        activity="begin",
        answers={"comment": "Please look at the dates."},
        reason="",
    )

    at: datetime
    action: str
    actor_id: str
    actor: str
    workitem_id: int | None
    activity: str
    answers: Given
    reason: Why


class MayOut(Schema):
    """
    The verbs that the caller may use on the item now.
    """

    model_config: ClassVar[Any] = example(
        activate=True, complete=True, release=False, reassign=False, forward=False
    )

    activate: bool
    complete: bool
    release: bool
    reassign: bool
    forward: bool


class WorkItemDetailOut(WorkItemOut):
    """
    A work item with all that a client needs to show it.
    """

    model_config: ClassVar[Any] = example(
        id=7,
        status="inactive",
        activity_id=1,
        instance_id=3,
        user_id=None,
        version=1,
        title="leave 3",
        process="leave",
        process_id=1,
        activity="Begin",
        activity_key="begin",
        description="",
        priority=0,
        due_at=None,
        sla="none",
        created_at="2026-11-21T09:00:00Z",
        activated_at=None,
        completed_at=None,
        condition=None,
        performer=None,
        requester={"id": 1, "username": "primus"},
        content_type="leave.leaverequest",
        object_id="3",
        outcomes=[{"value": "OK", "label": "OK", "leads_to": ["End"]}],
        form=[],
        history=[],
        said=[],
        may={"activate": True, "complete": True, "release": False, "reassign": False, "forward": False},
    )

    version: int
    title: str
    process: str
    process_id: int
    activity: str
    activity_key: str
    description: str
    priority: int
    due_at: datetime | None
    sla: Literal["none", "on-track", "due-soon", "breached", "paused", "paused-late"]
    created_at: datetime
    activated_at: datetime | None
    completed_at: datetime | None
    condition: str | None
    performer: PersonOut | None
    requester: PersonOut
    content_type: str | None
    object_id: str | None
    outcomes: list[OutcomeOut]
    form: list[FieldOut]
    history: Annotated[list[EventOut], Field(description="Of this item.")]
    said: Annotated[list[SaidOut], Field(description="In every step of the instance.")]
    may: MayOut
