"""
The life of a version, by hand: publish, roll back, edit as new draft, retire, discard.

Each address shows on GET what will happen, and does it on POST; editing as new draft happens at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.core.graph import ProcessDef
from goflow.desk import differences, starters
from goflow.desk.addresses import LARGEST
from goflow.errors import PublishRefused
from goflow.reporting import processes as reporting
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import BOTH, page
from goflow.workflow import loader, publishing
from goflow.workflow.models import Process

LONGEST_NOTE = 2000


class NoteForm(forms.Form):
    """
    What changed, for those who read the list of versions.
    """

    note = forms.CharField(
        label=_("What has changed?"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the version and shown in the list of versions."),
    )


class PublishForm(NoteForm):
    """
    The note, and the revision of the draft that the person has seen.
    """

    revision = forms.IntegerField(required=False, max_value=LARGEST, widget=forms.HiddenInput)


@page(*BOTH)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Publish a draft; with ``rollback=1`` publish a copy of an older version.

    The note is asked for by the form; a client that posts no ``note`` field at all publishes without one.
    """
    process = definitions.find_to_change(request, pk, "publish")
    is_rollback = not process.is_draft and "1" in (request.POST.get("rollback"), request.GET.get("rollback"))
    if request.method == "POST":
        form = PublishForm(request.POST)
        if form.is_valid() or ("note" not in request.POST and "revision" not in form.errors):
            return _published(request, process, form, is_rollback=is_rollback)
        return _publish_page(request, process, form, is_rollback=is_rollback, status=422)
    if not process.is_draft and not is_rollback:
        text = gettext("Version %(version)s is %(status)s. To publish its content again, roll back to it.")
        messages.info(request, text % {"version": process.version, "status": process.get_status_display()})
        return HttpResponseRedirect(reverse(request, "process", process.pk))
    note = process.version_note
    if is_rollback:
        note = gettext("rollback to version %(version)s") % {"version": process.version}
    form = PublishForm(initial={"note": note, "revision": process.revision})
    return _publish_page(request, process, form, is_rollback=is_rollback)


def _published(
    request: HttpRequest, process: Process, form: PublishForm, *, is_rollback: bool
) -> HttpResponse:
    user: Any = request.user
    note = form.cleaned_data.get("note") or ""
    try:
        if is_rollback:
            note = note or gettext("rollback to version %(version)s") % {"version": process.version}
            process = publishing.roll_back(process, by=user, note=note)
        else:
            revision = form.cleaned_data.get("revision")
            publishing.publish(process, by=user, note=note, revision=revision)
    except PublishRefused as exc:
        messages.error(request, str(exc))
        return _publish_page(request, process, form, is_rollback=is_rollback, status=409)
    text = gettext("Version %(version)s of “%(process)s” is published. New requests start from it.")
    messages.success(request, text % {"version": process.version, "process": process.title})
    told = starters.starting(request, process)
    if told.is_nobody:
        messages.warning(request, told.sentence)
    return HttpResponseRedirect(reverse(request, "process", process.pk))


def _publish_page(
    request: HttpRequest, process: Process, form: PublishForm, *, is_rollback: bool, status: int = 200
) -> HttpResponse:
    graph = loader.read(process).graph
    versions = definitions.versions_of(process)
    problems = definitions.lines(publishing.problems(process), graph)
    to_draft, to_old = gettext("Publish version %(version)s"), gettext("Roll back to version %(version)s")
    context = {
        "title": (to_old if is_rollback else to_draft) % {"version": process.version},
        "process": process,
        "is_rollback": is_rollback,
        "form": form,
        "problems": problems,
        "is_refused": any(line.is_error for line in problems),
        "running": sum(reporting.running(versions).values()),
        "edit_path": definitions.edit_path(request, process),
        **_compared(versions, graph),
    }
    return show(request, "goflow/publish.html", context, status=status)


def _compared(versions: list[Process], graph: ProcessDef) -> dict[str, Any]:
    """
    The published version and what differs from it.
    """
    published = next((version for version in versions if version.published_code is not None), None)
    if published is None:
        return {}
    return {"published": published, "differences": differences.told(loader.read(published).graph, graph)}


@page(*BOTH)
def clone(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Edit a version: make a draft of it and go on to the designer. GET leads to the page with the button.
    """
    process = definitions.find_to_change(request, pk, "clone")
    if request.method != "POST":
        return HttpResponseRedirect(reverse(request, "process", process.pk))
    user: Any = request.user
    note = request.POST.get("note", "")[:LONGEST_NOTE]
    copy = publishing.clone(process, by=user, note=note)
    return HttpResponseRedirect(reverse(request, "designer", copy.pk))


@page(*BOTH)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Take the published version out of use.
    """
    process = definitions.find_to_change(request, pk, "retire")
    running = reporting.running([process]).get(process.pk, 0)
    context = {
        "title": gettext("Retire version %(version)s") % {"version": process.version},
        "text": gettext("Nobody can start a new request any more. Running requests go on to their end."),
        "button": gettext("Retire"),
        "is_danger": True,
        "running": running,
    }
    done = gettext("Version %(version)s is retired. Nothing new starts from it.")
    return _confirmed(request, process, publishing.retire, context, done, to=process.pk)


@page(*BOTH)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Delete a draft.
    """
    process = definitions.find_to_change(request, pk, "discard")
    process.require_draft()
    others = [version for version in definitions.versions_of(process) if version.pk != process.pk]
    context = {
        "title": gettext("Discard draft version %(version)s") % {"version": process.version},
        "text": gettext("The draft is deleted for good. Export it first if you want to keep a copy."),
        "button": gettext("Discard the draft"),
        "is_danger": True,
    }
    done = gettext("The draft, version %(version)s, was discarded.")
    to = next((v.pk for v in others if v.published_code is not None), others[0].pk if others else None)
    return _confirmed(request, process, publishing.discard, context, done, to=to)


def _confirmed(
    request: HttpRequest,
    process: Process,
    verb: Callable[..., Any],
    context: dict[str, Any],
    done: str,
    *,
    to: int | None,
) -> HttpResponse:
    if request.method != "POST":
        return _confirm(request, process, context)
    told_about = {"version": process.version}
    verb(process, by=request.user)
    messages.success(request, done % told_about)
    path = reverse(request, "process", to) if to is not None else reverse(request, "processes")
    return HttpResponseRedirect(path)


def _confirm(
    request: HttpRequest, process: Process, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(request, "goflow/process_confirm.html", {"process": process, **context}, status=status)
