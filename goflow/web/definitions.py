"""
What the pages about processes share: who may see and change them, the findings, the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import urls
from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from goflow.core.drawing import label
from goflow.core.graph import ProcessDef
from goflow.core.lint import Problem
from goflow.core.problem_texts import TEXTS
from goflow.errors import NotAllowed
from goflow.runtime import policy
from goflow.web import position
from goflow.workflow.models import Process

SEEING = (policy.BROWSE, policy.CHANGE_PROCESS)


@dataclass(frozen=True, slots=True)
class Line:
    """
    One finding in the language of the page. ``steps`` tell how a request gets there.
    """

    is_error: bool
    code: str
    message: str
    fix: str
    places: tuple[str, ...]
    steps: tuple[str, ...]


def may_change(user: Any, process: Process | None = None) -> bool:
    """
    Whether the user may publish, clone, retire and import: ``goflow.change_process``, also per object.

    A right for one version of a process holds for all of them: a new draft belongs to who made it.
    """
    if policy.holds(user, policy.CHANGE_PROCESS, process):
        return True
    return process is not None and _holds_for_another(user, process, policy.CHANGE_PROCESS)


def visible(user: Any) -> list[Process]:
    """
    The versions the user may see: with the browse or the change right, also per object. One query.
    """
    rows = Process.objects.for_user(user).select_related("published_by", "content_type")
    if policy.holds(user, policy.BROWSE) or may_change(user):
        return list(rows)
    codes = {row.code for row in rows if any(policy.holds(user, perm, row) for perm in SEEING)}
    return [row for row in rows if row.code in codes]


def find(request: HttpRequest, pk: int) -> Process:
    """
    The version of that id. Raises Http404 when there is none, or not for this person.
    """
    rows = Process.objects.for_user(_user(request)).select_related("published_by", "content_type")
    found: Process | None = rows.filter(pk=pk).first()
    if found is None or not _may_see(request.user, found):
        raise Http404("no such process")
    return found


def find_to_change(request: HttpRequest, pk: int, verb: str) -> Process:
    """
    The same for somebody who wants to change it. Raises NotAllowed when he may only look.
    """
    found = find(request, pk)
    if not may_change(request.user, found):
        raise NotAllowed(verb=verb, process=found.pk)
    return found


def versions_of(process: Process) -> list[Process]:
    """
    Every version of the same process, newest first. One query.
    """
    rows = Process.objects.filter(tenant_id=process.tenant_id, code=process.code)
    return list(rows.select_related("published_by").order_by("-version"))


def edit_path(request: HttpRequest, process: Process) -> str | None:
    """
    Where the draft can be edited, for those whom the administration lets in.
    """
    user = _user(request)
    if not (process.is_draft and user.is_staff and user.has_perm(policy.CHANGE_PROCESS)):
        return None
    try:
        return urls.reverse("admin:goflow_process_change", args=[process.pk])
    except urls.NoReverseMatch:
        # The project has no administration.
        return None


def lines(found: Iterable[Problem], graph: ProcessDef) -> list[Line]:
    """
    Findings for people, errors first.
    """
    places = {a.key: a.title or a.key for a in graph.activities}
    ways = {t.key: label(graph, t, words()) or _route(places, t.source, t.target) for t in graph.transitions}
    made = [_line(problem, places, ways) for problem in found]
    return sorted(made, key=lambda line: not line.is_error)


def _line(problem: Problem, places: dict[str, str], ways: dict[str, str]) -> Line:
    text = TEXTS.get(problem.code)
    message, fix = problem.message, problem.fix
    if text is not None:
        message = gettext(text.message).format(**problem.params)
        fix = gettext(text.fix).format(**problem.params)
    return Line(
        is_error=problem.severity.value == "error",
        code=problem.code,
        message=message,
        fix=fix,
        places=tuple(places.get(key) or ways.get(key) or key for key in problem.elements),
        steps=tuple(_step(step, places) for step in getattr(problem, "trace", ())),
    )


def _step(step: Any, places: dict[str, str]) -> str:  # a step of a counter-example
    where = places.get(step.activity, step.activity)
    texts = {"activity": where, "outcome": step.outcome or "", "time": step.timeout}
    if not step.activity:
        told = gettext("The request starts.")
    elif step.timeout:
        told = gettext("The time for “%(activity)s” is up.") % texts
    elif step.outcome:
        told = gettext("“%(activity)s” is completed with “%(outcome)s”.") % texts
    else:
        told = gettext("“%(activity)s” is completed.") % texts
    names = ", ".join(places.get(key, key) for key in step.items)
    return told + " " + gettext("Open then: %(names)s.") % {"names": names or gettext("nothing")}


def _route(places: dict[str, str], source: str, target: str) -> str:
    return f"{places.get(source, source)} → {places.get(target, target)}"


def words() -> dict[str, str]:
    """
    The words of drawings of definitions and their differences, in the language of the page.
    """
    return {
        **position.words(),
        "added": gettext("added"),
        "removed": gettext("removed"),
        "changed": gettext("changed"),
        "moved": gettext("moved"),
    }


def _may_see(user: Any, process: Process) -> bool:
    if any(policy.holds(user, perm, process) for perm in SEEING):
        return True
    return _holds_for_another(user, process, *SEEING)


def _holds_for_another(user: Any, process: Process, *perms: str) -> bool:
    others = Process.objects.filter(tenant_id=process.tenant_id, code=process.code).exclude(pk=process.pk)
    return any(policy.holds(user, perm, other) for other in others for perm in perms)


def _user(request: HttpRequest) -> Any:
    return request.user
