"""
Publishing a draft: what the dialog shows before, and the step itself.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from goflow.core.problem import Problem
from goflow.designer import authors, bodies, validation
from goflow.designer.answers import Refused
from goflow.designer.drafts import described
from goflow.designer.frame import door, find, find_to_change, may
from goflow.designer.versions import compared
from goflow.desk import definitions, starters
from goflow.desk.links import reverse
from goflow.errors import PublishRefused
from goflow.reporting import processes as reporting
from goflow.workflow import findings, loader
from goflow.workflow import publishing as verbs

LONGEST_NOTE = 2_000


@door()
def review(request: HttpRequest, pk: int) -> JsonResponse:
    """
    Problems, differences to the published version, who changed the draft, and how many requests are running.
    """
    process = find(request, pk)
    graph = loader.read(process).graph
    versions = definitions.versions_of(process)
    published = next((version for version in versions if version.published_code is not None), None)
    head = {"id": published.pk, "version": published.version} if published else None
    before = loader.read(published).graph if published else None
    found = validation.told(findings.problems_in(graph, process), graph, by=request.user)
    return JsonResponse(
        {
            "revision": process.revision,
            "note": process.version_note,
            "problems": found,
            "errors": sum(entry["severity"] == "error" for entry in found),
            "warnings": sum(entry["severity"] == "warning" for entry in found),
            "published": head,
            **(compared(before, graph) if before else {"diff": None, "lines": []}),
            "authors": [author.as_dict() for author in authors.all_of(process)],
            "running": sum(reporting.running(versions).values()),
            "may_publish": may(request, process).publish,
        }
    )


@door("POST")
def publish(request: HttpRequest, pk: int) -> JsonResponse:
    """
    Publish the draft as the person has seen it: ``revision`` is the one of the dialog, ``note`` what changed.
    """
    process = find_to_change(request, pk)
    body = bodies.read(request)
    seen = bodies.whole(body, "revision")
    note = bodies.text(body, "note", LONGEST_NOTE).strip()
    if seen is None:
        raise Refused(428, "revision-required", gettext("Say which revision of the draft is published."))
    if not note:
        raise Refused(422, "note-required", gettext("Say in a note what has changed."), path="note")
    user: Any = request.user
    try:
        warnings = verbs.publish(process, by=user, note=note, revision=seen)
    except PublishRefused as exc:
        found = tuple(problem for problem in exc.problems if isinstance(problem, Problem))
        told = validation.told(found, loader.read(process).graph, by=user)
        raise Refused(409, exc.code, str(exc), problems=told) from exc
    return JsonResponse(
        {
            "process": described(process),
            "problems": validation.told(warnings, loader.read(process).graph, by=user),
            "url": reverse(request, "process", process.pk),
            "starting": starters.starting(request, process).as_dict(),
        }
    )
