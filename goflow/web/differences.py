"""
What differs between two versions of a process: the page, and the data that the old address answers with.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext

from goflow.core.comparing import Difference, diff, diff_svg
from goflow.core.graph import ProcessDef
from goflow.desk.addresses import whole_number
from goflow.desk.differences import activity_titles, told
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.errors import error_page
from goflow.web.links import reverse
from goflow.web.pages import page
from goflow.workflow import loader
from goflow.workflow.models import Process


@page()
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """
    What has to happen to this version to get the one in ``?compare=``: JSON, or a page with ``format=html``.
    """
    base = definitions.find(request, pk)
    as_page = request.GET.get("format") == "html"
    wanted = whole_number(request.GET.get("compare", ""))
    if wanted is None:
        message = gettext("Say with ?compare= which version to compare with.")
        return _bad(request, message, "compare-required", as_page=as_page)
    other = definitions.find(request, wanted)
    if (other.tenant_id, other.code) != (base.tenant_id, base.code):
        return _bad(request, "process code mismatch", "process-code-mismatch", as_page=as_page)
    before, after = loader.read(base).graph, loader.read(other).graph
    if not as_page:
        return JsonResponse({"base_id": base.pk, "compare_id": other.pk, **data(before, after)})
    return _page(request, base, other, before, after)


def _page(
    request: HttpRequest, base: Process, other: Process, before: ProcessDef, after: ProcessDef
) -> HttpResponse:
    context = {
        "title": gettext("What changed from version %(old)s to version %(new)s")
        % {"old": base.version, "new": other.version},
        "process": base,
        "other": other,
        "versions": [version for version in definitions.versions_of(base) if version.pk != base.pk],
        "differences": told(before, after),
        "picture": diff_svg(before, after, title=other.title, words=definitions.words()),
    }
    return show(request, "goflow/process_diff.html", context)


def _bad(request: HttpRequest, message: str, code: str, *, as_page: bool) -> HttpResponse:
    if as_page:
        back = reverse(request, "processes"), gettext("Go to the processes")
        return error_page(request, 400, message, back)
    return JsonResponse({"code": code, "detail": message}, status=400)


def data(before: ProcessDef, after: ProcessDef) -> dict[str, object]:
    """
    The differences in the shape of the old address, with what it could not tell beside.
    """
    found = diff(before, after)
    return {
        "activities_added": [d.title for d in found.added if d.kind == "activity"],
        "activities_removed": [d.title for d in found.removed if d.kind == "activity"],
        "transitions_added": [_arc(after, d) for d in found.added if d.kind == "transition"],
        "transitions_removed": [_arc(before, d) for d in found.removed if d.kind == "transition"],
        "changed": [d.as_dict() for d in found.changed],
        "moved": [d.as_dict() for d in found.moved],
    }


def _arc(graph: ProcessDef, difference: Difference) -> list[str]:
    way = graph.transition(difference.key)
    titles = activity_titles(graph)
    return [titles.get(way.source, way.source), titles.get(way.target, way.target), way.condition]
