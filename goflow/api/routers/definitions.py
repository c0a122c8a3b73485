"""
Versions of processes: the list, one, their life, differences and files.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router, Schema, Status
from pydantic import BeforeValidator, Field

from goflow import tenancy
from goflow.api import versions
from goflow.api.definition_shapes import (
    GRAPH,
    DiffOut,
    DrawingOut,
    ImportedOut,
    NoteIn,
    PublishIn,
    VersionOut,
)
from goflow.api.errors import InvalidComparison, declared
from goflow.api.paging import PageIn, page
from goflow.api.shapes import Id, storable
from goflow.core import exchange as format_
from goflow.core.comparing import diff
from goflow.desk import definitions
from goflow.errors import NotAllowed
from goflow.reporting import processes as reporting
from goflow.workflow import exchange, loader, publishing
from goflow.workflow.models import Process

router = Router()

ADD_GROUP = "auth.add_group"
SEEN = declared(401, 404, 422)
CHANGED = {200: VersionOut, **declared(400, 401, 403, 404, 409, 422)}
MADE = {201: VersionOut, **declared(400, 401, 403, 404, 409, 422)}

Code = Annotated[str | None, BeforeValidator(storable), Field(max_length=100)]


class VersionFilters(PageIn):
    """
    Which versions, in which order.
    """

    code: Code = None
    status: Literal["draft", "published", "retired"] | None = None
    ordering: Literal["id", "-id", "title", "-title"] = "id"


class ImportOptions(Schema):
    """
    How to import.
    """

    create_roles: Annotated[bool, Field(description="Make groups that do not exist here.")] = False


class CompareWith(Schema):
    """
    The other version.
    """

    compare: Id


@router.get(
    "/definitions",
    response={200: list[VersionOut], **declared(400, 401, 422)},
    operation_id="listDefinitions",
    summary="Versions I may see",
)
def list_definitions(request: HttpRequest, response: HttpResponse, filters: Query[VersionFilters]) -> Any:
    """
    Drafts, published and retired versions, for people with the browse or the change right.
    """
    user: Any = request.user
    rows = _visible(user).select_related("published_by", "content_type")
    wanted = {"code": filters.code, "status": filters.status}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    found = page(request, response, rows, filters, ordering=filters.ordering)
    return _lines(user, found)


def _visible(user: Any) -> QuerySet[Any]:
    return Process.objects.filter(pk__in=[process.pk for process in definitions.visible(user)])


def _lines(user: Any, found: list[Process]) -> list[dict[str, Any]]:
    running, general = reporting.running(found), definitions.may_change(user)
    return [
        versions.line(row, running, may_change=general or definitions.may_change(user, row)) for row in found
    ]


def _line(request: HttpRequest, process: Process) -> dict[str, Any]:
    return _lines(request.user, [process])[0]


@router.post(
    "/definitions/import",
    response={201: ImportedOut, **declared(400, 401, 403, 409, 422)},
    operation_id="importDefinition",
    summary="Import a process",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": GRAPH}}}},
)
def bring_in(
    request: HttpRequest, definition: Annotated[dict[str, Any], Body()], options: Query[ImportOptions]
) -> Any:
    """
    A new draft from what ``export`` gives. Names that do not exist here are told and stay as problems.
    """
    user: Any = request.user
    if not definitions.may_change(user) or (options.create_roles and not user.has_perm(ADD_GROUP)):
        raise NotAllowed(verb="import")
    done = exchange.import_draft(
        format_.from_dict(definition),
        by=user,
        create_roles=options.create_roles,
        tenant=tenancy.resolve(user=user),
    )
    process = done.process
    answer = {"process_id": process.pk, "code": process.code, "version": process.version}
    return Status(201, {**answer, "missing": done.missing.as_dict()})


@router.get(
    "/definitions/{process_id}",
    response={200: VersionOut, **SEEN},
    operation_id="getDefinition",
    summary="One version",
)
def definition(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    One version with its state.
    """
    return _line(request, versions.find(request.user, process_id))


@router.delete(
    "/definitions/{process_id}",
    response={204: None, **declared(401, 403, 404, 409, 422)},
    operation_id="discardDraft",
    summary="Discard a draft",
)
def discard(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    Delete a draft for good.
    """
    user: Any = request.user
    found = versions.find_to_change(user, process_id, "discard")
    found.require_draft()
    publishing.discard(found, by=user)
    return Status(204, None)


@router.get(
    "/definitions/{process_id}/versions",
    response={200: list[VersionOut], **SEEN},
    operation_id="listVersions",
    summary="All versions of a process",
)
def all_versions(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    Every version of the same process, newest first.
    """
    return _lines(request.user, definitions.versions_of(versions.find(request.user, process_id)))


@router.get(
    "/definitions/{process_id}/diagram",
    response={200: DrawingOut, **SEEN},
    operation_id="getDefinitionDiagram",
    summary="The drawing of a version",
)
def diagram(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    As SVG and as text.
    """
    return versions.drawing(versions.find(request.user, process_id))


@router.post(
    "/definitions/{process_id}/publish",
    response=CHANGED,
    operation_id="publishDraft",
    summary="Publish a draft",
)
def publish(
    request: HttpRequest, process_id: Path[Id], payload: Annotated[PublishIn | None, Body(None)]
) -> Any:
    """
    New instances start from it; the version published before is retired.
    """
    user: Any = request.user
    found, given = versions.find_to_change(user, process_id, "publish"), payload or PublishIn()
    publishing.publish(found, by=user, note=given.note.strip(), revision=given.revision)
    return _line(request, found)


@router.post(
    "/definitions/{process_id}/rollback",
    response=MADE,
    operation_id="rollBack",
    summary="Publish a copy of an older version",
)
def roll_back(
    request: HttpRequest, process_id: Path[Id], payload: Annotated[NoteIn | None, Body(None)]
) -> Any:
    """
    The copy is the newest version; the older one stays as it is.
    """
    user: Any = request.user
    found = versions.find_to_change(user, process_id, "publish")
    text = gettext("rollback to version %(version)s") % {"version": found.version}
    note = (payload.note.strip() if payload else "") or text
    return Status(201, _line(request, publishing.roll_back(found, by=user, note=note)))


@router.post(
    "/definitions/{process_id}/clone",
    response=MADE,
    operation_id="cloneDefinition",
    summary="Edit as new draft",
)
def clone(request: HttpRequest, process_id: Path[Id], payload: Annotated[NoteIn | None, Body(None)]) -> Any:
    """
    A draft with the next version number and the same content.
    """
    user: Any = request.user
    found = versions.find_to_change(user, process_id, "clone")
    note = payload.note.strip() if payload else ""
    return Status(201, _line(request, publishing.clone(found, by=user, note=note)))


@router.post(
    "/definitions/{process_id}/retire",
    response=CHANGED,
    operation_id="retireDefinition",
    summary="Take a version out of use",
)
def retire(request: HttpRequest, process_id: Path[Id]) -> Any:
    """
    Nothing new starts from it; running instances go on.
    """
    user: Any = request.user
    found = versions.find_to_change(user, process_id, "retire")
    publishing.retire(found, by=user)
    return _line(request, found)


@router.get(
    "/definitions/{process_id}/diff",
    response={200: DiffOut, **declared(400, 401, 404, 422)},
    operation_id="diffDefinitions",
    summary="What differs between two versions",
)
def difference(request: HttpRequest, process_id: Path[Id], other: Query[CompareWith]) -> Any:
    """
    What has to happen to this version to get the one in ``compare``.
    """
    base, second = versions.find(request.user, process_id), versions.find(request.user, other.compare)
    if (base.tenant_id, base.code) != (second.tenant_id, second.code):
        raise InvalidComparison
    found = diff(loader.read(base).graph, loader.read(second).graph)
    return {"base_id": base.pk, "compare_id": second.pk, **found.as_dict()}


@router.get(
    "/definitions/{process_id}/export",
    response={200: dict[str, Any], **SEEN},
    operation_id="exportDefinition",
    summary="A version as a file",
    openapi_extra={"responses": {200: {"content": {"application/json": {"example": GRAPH}}}}},
)
def export(request: HttpRequest, response: HttpResponse, process_id: Path[Id]) -> Any:
    """
    The exchange format, which ``import`` takes; the same for equal content.
    """
    found = versions.find(request.user, process_id)
    name = f"{found.code}-v{found.version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return exchange.dump(found)
