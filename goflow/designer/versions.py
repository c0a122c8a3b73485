"""
The versions of a process, and what differs between two of them.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse

from goflow.core import exchange
from goflow.core.comparing import diff
from goflow.core.graph import ProcessDef
from goflow.designer.frame import door, find
from goflow.desk import definitions
from goflow.desk.differences import told
from goflow.desk.links import reverse
from goflow.desk.people import person
from goflow.reporting import processes as reporting
from goflow.workflow import loader
from goflow.workflow.models import Process


@door()
def versions(request: HttpRequest, pk: int) -> JsonResponse:
    """
    Every version of the process, newest first, with author, note, time and running instances.
    """
    process = find(request, pk)
    found = definitions.versions_of(process)
    running = reporting.running(found)
    lines = [
        {
            "id": version.pk,
            "version": version.version,
            "status": version.status,
            "status_text": version.get_status_display(),
            "note": version.version_note,
            "by": person(version.published_by) if version.published_by else "",
            "at": (version.published_at or version.date).isoformat(),
            "running": running.get(version.pk, 0),
            "is_current": version.pk == process.pk,
            "url": reverse(request, "designer", version.pk),
        }
        for version in found
    ]
    return JsonResponse({"versions": lines})


@door()
def difference(request: HttpRequest, pk: int, other_pk: int) -> JsonResponse:
    """
    What has to happen to the other version to get this one, with both drawings.
    """
    process, other = find(request, pk), find(request, other_pk)
    if (other.tenant_id, other.code) != (process.tenant_id, process.code):
        raise Http404("no version of this process")
    before, after = loader.read(other).graph, loader.read(process).graph
    drawings = {"before": exchange.to_dict(before), "after": exchange.to_dict(after)}
    heads = {"base": _head(other), "other": _head(process)}
    return JsonResponse({**heads, **compared(before, after), "graphs": drawings})


def compared(before: ProcessDef, after: ProcessDef) -> dict[str, object]:
    """
    The differences by key, and ``lines`` as sentences for people.
    """
    lines = [
        {
            "state": line.code,
            "state_text": line.state,
            "key": line.key,
            "kind": line.element,
            "kind_text": line.kind,
            "title": line.title,
            "changes": [{"field": name, "before": b, "after": a} for name, b, a in line.changes],
        }
        for line in told(before, after)
    ]
    return {"diff": diff(before, after).as_dict(), "lines": lines}


def _head(process: Process) -> dict[str, object]:
    return {"id": process.pk, "version": process.version, "status": process.status}
