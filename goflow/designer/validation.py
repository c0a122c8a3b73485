"""
What is wrong with a drawing, before it is saved: lint and soundness, in the language of the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse

from goflow.core import soundness
from goflow.core.graph import ProcessDef
from goflow.core.problem import Problem
from goflow.designer import bodies, roles
from goflow.designer.frame import door, find
from goflow.desk.findings import sentences, step_text
from goflow.workflow import findings
from goflow.workflow.models import Process


@door("POST")
def validate(request: HttpRequest, pk: int) -> JsonResponse:
    """
    The problems of the drawing in the request; nothing is stored.
    """
    process = find(request, pk)
    definition = bodies.graph(bodies.read(request))
    return JsonResponse({"problems": problems(definition, process, by=request.user)})


AT_A_GLANCE = 1_000
"""Steps that soundness plays before a drawing is shown; whoever opens it does not wait for more."""


def problems(
    definition: ProcessDef, process: Process, *, by: Any, limit: int = soundness.LIMIT
) -> list[dict[str, object]]:
    """
    The problems of a definition meant for this version, as JSON-serialisable data for that person.
    """
    return told(findings.problems_in(definition, process, limit=limit), definition, by=by)


def told(found: tuple[Problem, ...], definition: ProcessDef, *, by: Any) -> list[dict[str, object]]:
    """
    Problems as data, errors first; ``trace`` has a sentence beside every step, or is None.
    """
    titles = {activity.key: activity.title or activity.key for activity in definition.activities}
    entries = [_told(problem, titles) for problem in found]
    missing = [entry for entry in entries if entry["code"] == "unknown-role"]
    other_fix = roles.fix(by) if missing else ""
    for entry in missing:
        entry["fix"] = other_fix or entry["fix"]
    return sorted(entries, key=lambda entry: entry["severity"] != "error")


def _told(problem: Problem, titles: Mapping[str, str]) -> dict[str, object]:
    message, fix = sentences(problem)
    steps = [{**step.as_dict(), "text": step_text(step, titles)} for step in problem.trace]
    return {**problem.as_dict(), "message": message, "fix": fix, "trace": steps or None}
