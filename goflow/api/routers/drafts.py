"""
The content of versions: read whole, checked, saved whole.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Router
from pydantic import BeforeValidator, Field

from goflow.api import versions
from goflow.api.definition_shapes import GraphIn, GraphOut, ValidatedOut
from goflow.api.errors import RevisionRequired, declared
from goflow.api.shapes import Id, storable
from goflow.core import exchange
from goflow.core.graph import ProcessDef
from goflow.workflow import findings, loader, publishing
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process

router = Router()

REVISION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')

IfMatch = Annotated[
    str | None,
    BeforeValidator(storable),
    Field(max_length=100, description="The `ETag` of the draft as read."),
]


@router.get(
    "/definitions/{process_id}/graph",
    response={200: GraphOut, **declared(401, 404, 422)},
    operation_id="getGraph",
    summary="The content of a version",
)
def read(request: HttpRequest, response: HttpResponse, process_id: Path[Id]) -> Any:
    """
    In the exchange format, with what is wrong with it. ``ETag`` is its revision.
    """
    found = versions.find(request.user, process_id)
    return _answer(response, found, loader.read(found).graph)


@router.put(
    "/definitions/{process_id}/graph",
    response={200: GraphOut, **declared(400, 401, 403, 404, 409, 412, 422, 428)},
    operation_id="saveGraph",
    summary="Save a draft",
)
def save(
    request: HttpRequest,
    response: HttpResponse,
    process_id: Path[Id],
    payload: GraphIn,
    if_match: Annotated[IfMatch, Header(None, alias="If-Match")],
) -> Any:
    """
    The whole content at once, if nobody else has changed the draft since the revision in ``If-Match``.
    """
    found = versions.find_to_change(request.user, process_id, "edit")
    revision = REVISION.fullmatch((if_match or "").strip())
    if revision is None:
        raise RevisionRequired
    user: Any = request.user
    save_graph(found, exchange.from_dict(payload.graph), revision=int(revision[1]), by=user)
    return _answer(response, found, loader.read(found).graph)


@router.get(
    "/definitions/{process_id}/validate",
    response={200: ValidatedOut, **declared(401, 404, 422)},
    operation_id="validateDefinition",
    summary="What is wrong with a version",
)
def validate_stored(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    The findings about the version as it is stored.
    """
    found = versions.find(request.user, process_id)
    return _validated(versions.told(publishing.problems(found), loader.read(found).graph))


@router.post(
    "/definitions/{process_id}/validate",
    response={200: ValidatedOut, **declared(400, 401, 404, 422)},
    operation_id="validateGraph",
    summary="Check a content before saving it",
)
def validate(request: HttpRequest, process_id: Path[Id], payload: GraphIn) -> Any:
    """
    The findings about the content in the request, meant for this version. Nothing is stored.
    """
    found = versions.find(request.user, process_id)
    return _validated(_problems(exchange.from_dict(payload.graph), found))


def _validated(problems: list[dict[str, Any]]) -> dict[str, Any]:
    return {"publishable": all(one["severity"] != "error" for one in problems), "problems": problems}


def _answer(response: HttpResponse, process: Process, graph: ProcessDef) -> dict[str, Any]:
    response.headers["ETag"] = f'"{process.revision}"'
    return {
        "process_id": process.pk,
        "version": process.version,
        "status": process.status,
        "revision": process.revision,
        "graph": exchange.to_dict(graph),
        "problems": _problems(graph, process),
    }


def _problems(graph: ProcessDef, process: Process) -> list[dict[str, Any]]:
    return versions.told(findings.problems_in(graph, process), graph)
