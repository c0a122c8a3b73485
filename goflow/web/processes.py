"""
The processes of the project: how they are doing, one version with its problems and picture, all versions.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from goflow import clock
from goflow.core.drawing import outline, svg
from goflow.desk import starters
from goflow.reporting import processes as reporting
from goflow.runtime import policy
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.pages import page
from goflow.workflow import loader, publishing
from goflow.workflow.models import Process

LATEST = 5


@page()
def processes(request: HttpRequest) -> HttpResponse:
    """
    Every process the visitor may see, with what runs, what is late and what is stuck.
    """
    user: Any = request.user
    versions = definitions.visible(user)
    if not versions and not (policy.holds(user, policy.BROWSE) or definitions.may_change(user)):
        raise Http404("no processes to see")
    context = {
        "title": gettext("Processes"),
        "lines": reporting.lines(versions, now=clock.now()),
        "may_import": definitions.may_change(user),
        "may_browse": policy.holds(user, policy.BROWSE),
    }
    return show(request, "goflow/processes.html", context)


@page()
def process(request: HttpRequest, pk: int) -> HttpResponse:
    """
    One version: what is wrong with it, what it looks like, who may start it, and its siblings.
    """
    found = definitions.find(request, pk)
    graph = loader.read(found).graph
    versions = definitions.versions_of(found)
    running = reporting.running(versions)
    context = {
        "title": found.title,
        "process": found,
        "problems": definitions.lines(publishing.problems(found), graph),
        "picture": svg(graph, title=str(found), words=definitions.words()),
        "twin": outline(graph, words=definitions.words()),
        "starters": reporting.starters(found),
        "starting": starters.starting(request, found),
        "drafts": [version for version in versions if version.is_draft and version.pk != found.pk],
        "versions": rows(versions[:LATEST], running),
        "more_versions": len(versions) - LATEST,
        "others": [version for version in versions if version.pk != found.pk],
        "compared": _compared(found, versions),
        "running": sum(running.values()),
        "may_change": definitions.may_change(request.user, found),
        "edit_path": definitions.edit_path(request, found),
    }
    return show(request, "goflow/process.html", context)


@page()
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Every version of one process, newest first.
    """
    found = definitions.find(request, pk)
    all_versions = definitions.versions_of(found)
    context = {
        "title": gettext("Versions of “%(process)s”") % {"process": found.title},
        "process": found,
        "versions": rows(all_versions, reporting.running(all_versions)),
        "may_change": definitions.may_change(request.user, found),
    }
    return show(request, "goflow/versions.html", context)


def rows(versions: list[Process], running: dict[int, int]) -> list[tuple[Process, int, Process | None]]:
    """
    Each version with the number of its unfinished instances and the version before it.
    """
    before = [*versions[1:], None]
    return [
        (version, running.get(version.pk, 0), older) for version, older in zip(versions, before, strict=True)
    ]


def _compared(process: Process, versions: list[Process]) -> Process | None:
    """
    What one wants to compare the version with: a draft with the published one, else the one before.
    """
    if process.is_draft:
        published = next((v for v in versions if v.published_code is not None), None)
        if published is not None:
            return published
    return next((v for v in versions if v.version < process.version), None)
