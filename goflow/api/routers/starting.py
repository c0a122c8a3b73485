"""
Starting: the catalogue, and the start itself.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Router
from pydantic import BeforeValidator, Field

from goflow.api import forms, objects
from goflow.api.errors import declared
from goflow.api.instance_shapes import StartableOut
from goflow.api.shapes import StartProcessIn, StartProcessResponse, storable
from goflow.desk import answers, starting

LONGEST_KEY = 255

router = Router()

Key = Annotated[
    str | None,
    BeforeValidator(storable),
    Field(max_length=LONGEST_KEY, description="The same key again gets the same answer, for seven days."),
]


@router.get(
    "/start",
    response={200: list[StartableOut], **declared(401)},
    operation_id="listStartable",
    summary="What I may start",
)
def catalogue(request: HttpRequest) -> Any:
    """
    The processes that the caller may start here, with the fields of their start forms: what ``data`` answers.
    """
    user: Any = request.user
    return [
        {
            "id": process.pk,
            "code": process.code,
            "title": process.title,
            "version": process.version,
            "description": process.description,
            "content_type": forms.label_of(process.content_type),
            "form": forms.fields(answers.start_form(process, user)),
        }
        for process in starting.startable(user)
        if objects.is_offered(process)
    ]


@router.post(
    "/processes/start",
    response={200: StartProcessResponse, **declared(400, 401, 403, 404, 409, 422)},
    operation_id="startProcess",
    summary="Start a process",
)
def start(
    request: HttpRequest,
    payload: StartProcessIn,
    idempotency_key: Annotated[Key, Header(None, alias="Idempotency-Key")],
) -> Any:
    """
    Start the published version of a process, by code or title, with the answers to its start form.

    In a process for objects, an object of the caller's may be named instead.
    """
    user: Any = request.user
    process = objects.process_of(user, payload)
    item = answers.start(
        process,
        user,
        answers.FromClient(payload.data or {}),
        about=objects.object_of(user, payload, process),
        title=payload.title,
        priority=payload.priority,
        key=idempotency_key or None,
    )
    return {"status": "started", "workitem_id": item.pk, "instance_id": item.instance_id}
