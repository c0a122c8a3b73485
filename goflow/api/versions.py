"""
Versions of processes as data, and who may do what with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from goflow.api import forms
from goflow.api.errors import VersionNotFound
from goflow.core.drawing import outline, svg
from goflow.core.graph import ProcessDef
from goflow.core.problem import Problem
from goflow.desk import definitions, position
from goflow.desk.findings import sentences, step_text
from goflow.errors import NotAllowed
from goflow.workflow import loader
from goflow.workflow.models import Process


def find(user: Any, pk: int) -> Process:
    """
    The version, if the user may see it. Raises VersionNotFound.
    """
    found = definitions.find(user, pk)
    if found is None:
        raise VersionNotFound(process=pk)
    return found


def find_to_change(user: Any, pk: int, verb: str) -> Process:
    """
    The same for somebody who wants to change it. Raises NotAllowed when he may only look.
    """
    found = find(user, pk)
    if not definitions.may_change(user, found):
        raise NotAllowed(verb=verb, process=found.pk)
    return found


def line(process: Process, running: dict[int, int], *, may_change: bool) -> dict[str, Any]:
    """
    One line of a list of versions.
    """
    by = process.published_by
    return {
        "id": process.pk,
        "code": process.code,
        "title": process.title,
        "version": process.version,
        "status": process.status,
        "enabled": process.enabled,
        "revision": process.revision,
        "note": process.version_note,
        "description": process.description,
        "content_type": forms.label_of(process.content_type),
        "published_at": process.published_at,
        "published_by": None if by is None else by.get_username(),
        "running": running.get(process.pk, 0),
        "may_change": may_change,
    }


def told(found: Iterable[Problem], graph: ProcessDef) -> list[dict[str, Any]]:
    """
    Findings as data, errors first, their sentences in the language of the request.
    """
    titles = {activity.key: activity.title or activity.key for activity in graph.activities}
    return sorted((_told(problem, titles) for problem in found), key=lambda one: one["severity"] != "error")


def _told(problem: Problem, titles: dict[str, str]) -> dict[str, Any]:
    message, fix = sentences(problem)
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "elements": list(problem.elements),
        "message": message,
        "fix": fix,
        "trace": [
            {"activity": step.activity, "outcome": step.outcome, "text": step_text(step, titles)}
            for step in problem.trace
        ],
    }


def drawing(process: Process) -> dict[str, Any]:
    """
    The version as a picture and as text.
    """
    graph, words = loader.read(process).graph, position.words()
    rows = outline(graph, words=words)
    return {"svg": svg(graph, title=str(process), words=words), "outline": [outlined(row) for row in rows]}


def outlined(row: Any) -> dict[str, Any]:
    """
    One row of the text twin of a drawing.
    """
    return {
        "key": row.key,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "badge": row.badge,
        "leads_to": [list(pair) for pair in row.leads_to],
    }
