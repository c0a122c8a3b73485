"""
What the pages about processes share: who may see and change them, the findings, the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from goflow.core.drawing import label
from goflow.core.graph import ProcessDef
from goflow.core.lint import Problem
from goflow.desk import position
from goflow.desk.definitions import find as seen
from goflow.desk.definitions import may_change, versions_of, visible
from goflow.desk.differences import state_words
from goflow.desk.findings import sentences, step_text
from goflow.desk.links import reverse
from goflow.errors import NotAllowed
from goflow.workflow.models import Process

__all__ = [
    "Line",
    "edit_path",
    "find",
    "find_to_change",
    "lines",
    "may_change",
    "versions_of",
    "visible",
    "words",
]


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


def find(request: HttpRequest, pk: int) -> Process:
    """
    The version of that id. Raises Http404 when there is none, or not for this person.
    """
    found = seen(request.user, pk)
    if found is None:
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


def edit_path(request: HttpRequest, process: Process) -> str | None:
    """
    Where the draft is drawn, for those who may change it.
    """
    if not (process.is_draft and may_change(request.user, process)):
        return None
    return reverse(request, "designer", process.pk)


def lines(found: Iterable[Problem], graph: ProcessDef) -> list[Line]:
    """
    Findings for people, errors first.
    """
    places = {a.key: a.title or a.key for a in graph.activities}
    ways = {t.key: label(graph, t, words()) or _route(places, t.source, t.target) for t in graph.transitions}
    made = [_line(problem, places, ways) for problem in found]
    return sorted(made, key=lambda line: not line.is_error)


def _line(problem: Problem, places: dict[str, str], ways: dict[str, str]) -> Line:
    message, fix = sentences(problem)
    return Line(
        is_error=problem.severity.value == "error",
        code=problem.code,
        message=message,
        fix=fix,
        places=tuple(places.get(key) or ways.get(key) or key for key in problem.elements),
        steps=tuple(step_text(step, places) for step in problem.trace),
    )


def _route(places: dict[str, str], source: str, target: str) -> str:
    return f"{places.get(source, source)} → {places.get(target, target)}"


def words() -> dict[str, str]:
    """
    The words of drawings of definitions and their differences, in the language of the page.
    """
    return {**position.words(), **state_words()}
