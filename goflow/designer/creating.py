"""
New drafts: from a template, from a drawing or a file, or as a copy of a version; drawings to begin with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext

from goflow import tenancy
from goflow.core import exchange as core_exchange
from goflow.core import readers
from goflow.core.exchange import slug
from goflow.core.graph import ProcessDef
from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.frame import READING, door, find_to_change
from goflow.designer.templates_of_processes import TITLES, template
from goflow.desk import definitions
from goflow.desk.importing import distinct, lacking, planned
from goflow.desk.links import reverse
from goflow.workflow import exchange
from goflow.workflow import publishing as verbs
from goflow.workflow.models import Process

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LONGEST_NOTE = 2_000


@door("POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """
    Make a draft of ``template`` (and ``title``), ``graph`` or ``clone``, and tell its address.

    A plain form with ``template`` is sent on to the designer of the draft.
    """
    if request.content_type in FORMS:
        made = _from_template(request, str(request.POST.get("template", "")), "")
        return HttpResponseRedirect(reverse(request, "designer", made.pk))
    body = bodies.read(request)
    report: list[str] = []
    if "clone" in body:
        made = _clone(request, body)
    elif "graph" in body:
        made, report = _from_graph(request, bodies.graph(body))
    else:
        name, title = bodies.text(body, "template", 100), bodies.text(body, "title", readers.MAX_TITLE)
        made = _from_template(request, name, title.strip())
    url = reverse(request, "designer", made.pk)
    answer = {"id": made.pk, "code": made.code, "version": made.version, "url": url, "report": report}
    response = JsonResponse(answer, status=201)
    response.headers["Location"] = url
    return response


@door("POST")
def preview(request: HttpRequest) -> JsonResponse:
    """
    What ``graph`` would become as a new draft, and what would be renamed or is missing here; stores nothing.
    """
    definition = _allowed(request, bodies.graph(bodies.read(request)))
    plan = planned(definition, tenancy.resolve(user=_user(request), request=request))
    return JsonResponse(
        {
            "graph": core_exchange.to_dict(plan.definition),
            "code": plan.definition.code,
            "version": plan.definition.version,
            "becomes": plan.becomes,
            "report": plan.changes,
        }
    )


@door(*READING)
def example(request: HttpRequest, pk: int, name: str) -> JsonResponse:
    """
    The drawing of a template, for somebody who may fill that draft with it; stores nothing.
    """
    find_to_change(request, pk)
    if name not in TITLES:
        raise Http404("no such template")
    return JsonResponse({"graph": core_exchange.to_dict(template(name))})


def _clone(request: HttpRequest, body: dict[str, object]) -> Process:
    process = find_to_change(request, bodies.whole(body, "clone") or 0)
    user: Any = request.user
    return verbs.clone(process, by=user, note=bodies.text(body, "note", LONGEST_NOTE))


def _from_template(request: HttpRequest, name: str, title: str) -> Process:
    if not definitions.may_change(request.user):
        raise PermissionDenied
    if name not in TITLES:
        choices = ", ".join(TITLES)
        text = gettext("There is no such template. Choose one of: %s.") % choices
        raise Refused(400, "unknown-template", text, path="template")
    drawn = template(name)
    return _made(request, _as_new(request, replace(drawn, title=title or drawn.title)))[0]


def _from_graph(request: HttpRequest, definition: ProcessDef) -> tuple[Process, list[str]]:
    renamed, lines = distinct(_allowed(request, definition))
    made, report = _made(request, renamed)
    return made, [*lines, *report]


def _allowed(request: HttpRequest, definition: ProcessDef) -> ProcessDef:
    rows = Process.objects.for_user(_user(request)).filter(code=definition.code).order_by("-version")
    if not definitions.may_change(request.user, rows.first()):
        raise PermissionDenied
    return definition


def _made(request: HttpRequest, definition: ProcessDef) -> tuple[Process, list[str]]:
    user = _user(request)
    done = exchange.import_draft(definition, by=user, tenant=tenancy.resolve(user=user, request=request))
    return done.process, lacking(done.missing)


def _as_new(request: HttpRequest, definition: ProcessDef) -> ProcessDef:
    """
    With a code and a title that no process of the tenant has, so that it becomes a process of its own.
    """
    wanted = slug(definition.title) or "process"
    tenant = tenancy.resolve(user=_user(request), request=request)
    rows = Process.objects.filter(tenant_id=tenant.tenant_id, code__startswith=wanted)
    used, number, code = set(rows.values_list("code", flat=True)), 1, wanted
    while code in used:
        number += 1
        code = f"{wanted[: readers.MAX_TITLE - 10]}-{number}"
    shown = definition.title if number == 1 else f"{definition.title[: readers.MAX_TITLE - 10]} {number}"
    return replace(definition, code=code, title=shown)


def _user(request: HttpRequest) -> Any:
    return request.user
