"""
What goes over the wire for people, work items, starts and instances; the documented contract comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from goflow.core.conditions import LONGEST_OUTCOME
from goflow.core.storing import is_storable

LARGEST_ID = 2**63 - 1
LARGEST_PRIORITY = 1_000_000
LONGEST_NOTE = 2000


def storable(value: object) -> object:
    """
    Text every database takes: no NUL, no half of a surrogate pair. Raises ValueError.
    """
    if isinstance(value, str) and not is_storable(value):
        raise ValueError("holds characters that cannot be stored")
    if isinstance(value, Mapping):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Text = Annotated[str, BeforeValidator(storable), Field(max_length=LONGEST_NOTE)]
Name = Annotated[str, BeforeValidator(storable), Field(max_length=100, min_length=1)]
Outcome = Annotated[str, BeforeValidator(storable), Field(max_length=LONGEST_OUTCOME)]
Priority = Annotated[int, Field(ge=-LARGEST_PRIORITY, le=LARGEST_PRIORITY)]
Answers = Annotated[dict[str, Any], BeforeValidator(storable)]
Version = Annotated[
    int,
    Field(
        ge=1,
        le=2**31 - 1,
        description="The item's `version` the decision is based on; 409 if it has changed.",
    ),
]


def example(**values: Any) -> ConfigDict:
    """
    The example of a shape in the OpenAPI document.
    """
    return ConfigDict(json_schema_extra={"examples": [values]})


class MeOut(Schema):
    """
    Who the token speaks for.
    """

    model_config: ClassVar[Any] = example(username="primus", is_authenticated=True)

    username: str
    is_authenticated: bool = True


class ProcessOut(Schema):
    """
    A process that is published.
    """

    model_config: ClassVar[Any] = example(id=1, title="leave", enabled=True)

    id: int
    title: str
    enabled: bool


class ActivityOut(Schema):
    """
    One activity of a process version.
    """

    model_config: ClassVar[Any] = example(id=1, title="Begin", kind="standard", process_id=1)

    id: int
    title: str
    kind: str
    process_id: int


class WorkItemOut(Schema):
    """
    One line of a list of work.
    """

    model_config: ClassVar[Any] = example(id=7, status="inactive", activity_id=1, instance_id=3, user_id=None)

    id: int
    status: str
    activity_id: int
    instance_id: int
    user_id: int | str | None


class ActivateIn(Schema):
    """
    Optional: the version of the item that was read.
    """

    model_config: ClassVar[Any] = example(version=1)

    version: Version | None = None


class CompleteIn(Schema):
    """
    The decision. ``data`` answers the form of the activity; what it leaves out keeps the value it shows.
    """

    model_config: ClassVar[Any] = example(condition="OK: Forward to supervisor")

    condition: Outcome | None = None
    version: Version | None = None
    data: Answers | None = None
    seen: Annotated[
        Answers | None,
        Field(
            description="Fields of the form with the `initial` that was read; 409 when an answer would "
            "replace a value that somebody else has changed since."
        ),
    ] = None


class ActivatedOut(Schema):
    """
    The item is the caller's now.
    """

    model_config: ClassVar[Any] = example(status="activated", workitem_id=7)

    status: str = "activated"
    workitem_id: int


class CompletedOut(Schema):
    """
    The item is complete and its instance has moved on.
    """

    model_config: ClassVar[Any] = example(status="completed", workitem_id=7)

    status: str = "completed"
    workitem_id: int


class StartProcessIn(Schema):
    """
    Which process to start for which object, named by the three ``content_`` and ``object_`` values.

    Without an object, ``data`` answers the start form that ``GET /start`` shows: its required fields have to
    be there, and nothing else. ``title`` answers the form's own field of that name when ``data`` does not.
    """

    model_config: ClassVar[Any] = example(
        process_name="leave",
        content_app_label="leave",
        content_model="leaverequest",
        object_id=1,
        title="Summer holiday",
        priority=0,
    )

    process_name: Name
    content_app_label: Name | None = None
    content_model: Name | None = None
    object_id: Annotated[int | str, BeforeValidator(storable)] | None = None
    title: Annotated[str, BeforeValidator(storable), Field(max_length=200)] | None = None
    priority: Priority | None = None
    data: Answers | None = None


class StartProcessResponse(Schema):
    """
    The instance and the work item of its first activity.
    """

    model_config: ClassVar[Any] = example(status="started", workitem_id=7, instance_id=3)

    status: str = "started"
    workitem_id: int
    instance_id: int


class ReassignIn(Schema):
    """
    To whom, by user name.
    """

    model_config: ClassVar[Any] = example(to="socius", reason="On holiday", version=2)

    to: Annotated[str, BeforeValidator(storable), Field(max_length=254, min_length=1)]
    reason: Text = ""
    version: Version | None = None


class ReasonIn(Schema):
    """
    Why; kept in the history.
    """

    model_config: ClassVar[Any] = example(reason="Entered twice")

    reason: Text = ""


class MovedOut(Schema):
    """
    The item after the verb, and the status of its instance.
    """

    model_config: ClassVar[Any] = example(
        status="released", workitem_id=7, instance_id=3, instance_status="running", version=3
    )

    status: str
    workitem_id: int | None
    instance_id: int
    instance_status: str
    version: int | None = None


class PersonOut(Schema):
    """
    A person by id and user name.
    """

    model_config: ClassVar[Any] = example(id=4, username="socius")

    id: int | str
    username: str


class OutcomeOut(Schema):
    """
    One decision that the item offers; ``value`` is what ``complete`` takes as ``condition``.

    ``leads_to`` lists the activities that may open; answers to the form may still decide between them.
    """

    model_config: ClassVar[Any] = example(
        value="OK: Forward to supervisor", label="send_to_approval", leads_to=["Approval"]
    )

    value: str | None
    label: str
    leads_to: list[str]


class FieldOut(Schema):
    """
    One field of a form.
    """

    model_config: ClassVar[Any] = example(
        name="comment",
        label="Comment",
        type="text",
        required=False,
        help_text="",
        initial=None,
        choices=None,
        max_length=2000,
    )

    name: str
    label: str
    type: str
    required: bool
    help_text: str
    initial: Any = None
    choices: list[list[str]] | None = None
    max_length: int | None = None
