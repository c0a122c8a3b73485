"""
What differs between two versions of a process: the page, and the data that the old address answers with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.core.comparing import Change, Difference, diff, diff_svg
from goflow.core.graph import ProcessDef
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.errors import error_page
from goflow.web.links import reverse
from goflow.web.pages import page
from goflow.workflow import loader
from goflow.workflow.models import Activity, Process, Transition

KINDS = {"process": _("Process"), "activity": _("Activity"), "transition": _("Transition")}
LOOKS = {
    "added": ("ok", "plus"),
    "removed": ("bad", "cross"),
    "changed": ("warn", "flag"),
    "moved": ("off", "right"),
}
LARGEST_ID_DIGITS = 18
COLUMNS = {
    "push_params": "pushapp_param",
    "app_params": "app_param",
    "source": "input",
    "target": "output",
}
"""Fields of definitions whose columns have other names."""

ENDS = frozenset({"source", "target", "begin", "end"})
"""Fields that hold the key of an activity."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One element that is not the same in both, in the language of the page.
    """

    look: str
    icon: str
    state: str
    kind: str
    title: str
    changes: Sequence[tuple[str, str, str]]


@page()
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """
    What has to happen to this version to get the one in ``?compare=``: JSON, or a page with ``format=html``.
    """
    base = definitions.find(request, pk)
    as_page = request.GET.get("format") == "html"
    text = request.GET.get("compare", "")
    if not (text.isascii() and text.isdigit() and len(text) <= LARGEST_ID_DIGITS):
        message = gettext("Say with ?compare= which version to compare with.")
        return _bad(request, message, "compare-required", as_page=as_page)
    other = definitions.find(request, int(text))
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
    titles = _titles(graph)
    return [titles.get(way.source, way.source), titles.get(way.target, way.target), way.condition]


def told(before: ProcessDef, after: ProcessDef) -> list[Told]:
    """
    The differences for people, as the definitions list them.
    """
    titles = _titles(before) | _titles(after)
    words = definitions.words()
    return [
        Told(
            *LOOKS[difference.state.value],
            state=words[difference.state.value],
            kind=str(KINDS[difference.kind]),
            title=_title(difference, before, after),
            changes=[_change(difference.kind, change, titles) for change in difference.changes],
        )
        for difference in diff(before, after).differences
    ]


def _title(difference: Difference, before: ProcessDef, after: ProcessDef) -> str:
    if difference.kind != "transition":
        return difference.title
    graph = before if difference.state.value == "removed" else after
    way, titles = graph.transition(difference.key), _titles(graph)
    route = f"{titles.get(way.source, way.source)} → {titles.get(way.target, way.target)}"
    return f"{way.name} ({route})" if way.name else route


def _titles(graph: ProcessDef) -> dict[str, str]:
    return {activity.key: activity.title or activity.key for activity in graph.activities}


def _change(kind: str, change: Change, titles: dict[str, str]) -> tuple[str, str, str]:
    named = titles if change.field in ENDS else {}
    return _label(kind, change.field), _shown(change.before, named), _shown(change.after, named)


def _label(kind: str, name: str) -> str:
    if name == "position":
        return gettext("position")
    model = {"process": Process, "activity": Activity, "transition": Transition}[kind]
    return str(model._meta.get_field(COLUMNS.get(name, name)).verbose_name)  # type: ignore[union-attr] # columns


def _shown(value: object, titles: dict[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return titles.get(str(value), str(value))
