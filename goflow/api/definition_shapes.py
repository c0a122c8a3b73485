"""
What goes over the wire for versions of processes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from ninja import Schema
from pydantic import Field

from goflow.api.instance_shapes import OutlineOut
from goflow.api.shapes import Text, example

GRAPH = {
    "format": "goflow-process",
    "format_version": 1,
    "code": "purchase",
    "title": "Purchase",
    "begin": "review",
    "end": "end",
    "activities": [{"key": "review", "title": "Review"}, {"key": "end", "title": "End"}],
    "transitions": [{"key": "t1", "source": "review", "target": "end", "ordering": 10, "condition": "eq:OK"}],
}
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]


class VersionOut(Schema):
    """
    One version of a process. ``revision`` counts the changes of a draft.
    """

    model_config: ClassVar[Any] = example(
        id=1,
        code="leave",
        title="leave",
        version=1,
        status="published",
        enabled=True,
        revision=3,
        note="",
        description="",
        content_type="leave.leaverequest",
        published_at="2026-11-21T09:00:00Z",
        published_by="admin",
        running=2,
        may_change=False,
    )

    id: int
    code: str
    title: str
    version: int
    status: str
    enabled: bool
    revision: int
    note: str
    description: str
    content_type: str | None
    published_at: datetime | None
    published_by: str | None
    running: int
    may_change: bool


class StepOut(Schema):
    """
    One step of the story behind a problem.
    """

    model_config: ClassVar[Any] = example(
        activity="review", outcome="OK", text="“Review” is completed with “OK”."
    )

    activity: str
    outcome: str | None
    text: str


class ProblemOut(Schema):
    """
    One finding about a definition; an error keeps it from being published.
    """

    model_config: ClassVar[Any] = example(
        code="no-begin",
        severity="error",
        elements=[],
        message="No activity is marked as the first one.",
        fix="Choose the activity with which a request begins.",
        trace=[],
    )

    code: str
    severity: str
    elements: list[str]
    message: str
    fix: str
    trace: list[StepOut]


class GraphOut(Schema):
    """
    The whole content of a version, in the exchange format.
    """

    model_config: ClassVar[Any] = example(
        process_id=1, version=2, status="draft", revision=3, graph=GRAPH, problems=[]
    )

    process_id: int
    version: int
    status: str
    revision: int
    graph: dict[str, Any]
    problems: list[ProblemOut]


class GraphIn(Schema):
    """
    The whole new content of a draft, in the exchange format.
    """

    model_config: ClassVar[Any] = example(graph=GRAPH)

    graph: dict[str, Any]


class ValidatedOut(Schema):
    """
    The findings, errors first.
    """

    model_config: ClassVar[Any] = example(publishable=True, problems=[])

    publishable: bool
    problems: list[ProblemOut]


class NoteIn(Schema):
    """
    What changes, for the list of versions.
    """

    model_config: ClassVar[Any] = example(note="Two supervisors decide")

    note: Text = ""


class PublishIn(NoteIn):
    """
    The note, and the revision of the draft that was looked at.
    """

    model_config: ClassVar[Any] = example(note="Two supervisors decide", revision=3)

    revision: Revision | None = None


class DifferenceOut(Schema):
    """
    One element that differs: a process, an activity or a transition.
    """

    model_config: ClassVar[Any] = example(
        kind="activity",
        key="review",
        title="Review",
        changes=[{"field": "title", "before": "Check", "after": "Review"}],
    )

    kind: str
    key: str
    title: str
    changes: list[dict[str, Any]]


class DiffOut(Schema):
    """
    What has to happen to the base version to get the other one.
    """

    model_config: ClassVar[Any] = example(base_id=1, compare_id=2, added=[], removed=[], changed=[], moved=[])

    base_id: int
    compare_id: int
    added: list[DifferenceOut]
    removed: list[DifferenceOut]
    changed: list[DifferenceOut]
    moved: list[DifferenceOut]


class DrawingOut(Schema):
    """
    A version as SVG and as text.
    """

    model_config: ClassVar[Any] = example(svg="<svg/>", outline=[])

    svg: str
    outline: list[OutlineOut]


class ImportedOut(Schema):
    """
    The new draft, and the names in its source that do not exist here, by kind.
    """

    model_config: ClassVar[Any] = example(
        process_id=4, code="purchase", version=1, missing={"roles": ["buyers"], "users": []}
    )

    process_id: int
    code: str
    version: int
    missing: dict[str, list[str]]
