"""
A version as the browser reads and saves it: whole, with the revision as its ETag.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext

from goflow.core import exchange
from goflow.core.graph import ProcessDef
from goflow.designer import authors, bodies, validation
from goflow.designer.answers import Refused
from goflow.designer.frame import READING, door, find, find_to_change, may
from goflow.designer.names import names
from goflow.errors import DraftConflict
from goflow.reporting import processes as reporting
from goflow.workflow import loader
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process


@door(*READING, "PUT")
def draft(request: HttpRequest, pk: int) -> HttpResponseBase:
    """
    The drawing of a version; PUT replaces it if nobody else changed it since the revision in ``If-Match``.
    """
    return _save(request, pk) if request.method == "PUT" else _read(request, pk)


def _read(request: HttpRequest, pk: int) -> JsonResponse:
    process = find(request, pk)
    definition = loader.read(process).graph
    rights = may(request, process)
    return _tagged(
        {
            "graph": exchange.to_dict(definition),
            "revision": process.revision,
            "status": process.status,
            "process": described(process),
            "names": names(definition, process) if rights.change else {},
            "may": rights.as_dict(),
            "problems": validation.problems(
                definition, process, by=request.user, limit=validation.AT_A_GLANCE
            ),
            **(_last_change(process, request.user) if rights.edit else {}),
            "running": reporting.running([process]).get(process.pk, 0),
        },
        process,
    )


def described(process: Process) -> dict[str, object]:
    """
    What the designer shows of a version beside its drawing.
    """
    return {
        "id": process.pk,
        "title": process.title,
        "code": process.code,
        "version": process.version,
        "status": process.status,
        "note": process.version_note,
    }


def _save(request: HttpRequest, pk: int) -> JsonResponse:
    process = find_to_change(request, pk)
    body = bodies.read(request)
    if bodies.whole(body, "process") != process.pk:
        text = gettext("The request is for another process than its address. Reload the page.")
        raise Refused(409, "process-mismatch", text)
    definition = bodies.graph(body)
    save(process, definition, revision=bodies.revision(request), by=request.user)
    return _tagged(
        {
            "revision": process.revision,
            "process": described(process),
            "problems": validation.problems(definition, process, by=request.user),
        },
        process,
    )


def save(process: Process, definition: ProcessDef, *, revision: int | None, by: Any) -> None:
    """
    Store the drawing as the draft's content. Raises Refused when it is none, or somebody saved meanwhile.
    """
    try:
        save_graph(process, definition, revision=revision, by=by)
    except DraftConflict as exc:
        raise _conflict(process, exc, by) from exc


def _conflict(process: Process, exc: DraftConflict, by: Any) -> Refused:
    stored = Process.objects.get(pk=process.pk)
    return Refused(
        412,
        exc.code,
        str(exc),
        revision=stored.revision,
        graph=exchange.to_dict(loader.read(stored).graph),
        changed_at=stored.date.isoformat(),
        **_last_change(stored, by),
    )


def _last_change(process: Process, by: Any) -> dict[str, object]:
    """
    Who changed the draft last, and whether that is the person who asks, in another tab of theirs.
    """
    last = authors.last(process)
    return {
        "changed_by": last.name if last else "",
        "by_you": last is not None and last.actor == str(by.pk),
    }


def _tagged(content: dict[str, object], process: Process) -> JsonResponse:
    response = JsonResponse(content)
    response.headers["ETag"] = f'"{process.revision}"'
    return response
