"""
New requests: the catalogue of processes and their start pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from goflow.desk import answers, starting
from goflow.desk.refusals import AnswersInvalid
from goflow.errors import Invalid, KeyReused
from goflow.web.context import show
from goflow.web.links import next_path, reverse
from goflow.web.pages import BOTH, page
from goflow.web.workitem import LONGEST_KEY
from goflow.workflow.models import Process


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One process of the catalogue and the address of its start page.
    """

    process: Process
    path: str


@page()
def catalogue(request: HttpRequest) -> HttpResponse:
    """
    The processes that the visitor may start.
    """
    offers = [
        Offer(process, starting.start_path(request, process)) for process in starting.startable(request.user)
    ]
    return show(request, "goflow/start.html", {"title": gettext("New request"), "offers": offers})


@page(*BOTH)
def start_model(request: HttpRequest, app_label: str, model: str) -> HttpResponse:
    """
    Start the process of a model with a new object; ``?process=`` chooses one of several.
    """
    code = request.POST.get("process") or request.GET.get("process") or ""
    process = starting.process_for_model(request.user, f"{app_label}.{model.lower()}", code)
    return _start(request, process, [f"goflow/start_{app_label}.html", "goflow/start_application.html"])


@page(*BOTH)
def start_proto(request: HttpRequest, process: str) -> HttpResponse:
    """
    Start a process without an object.
    """
    return _start(request, starting.process_of(request.user, process), ["goflow/start_proto.html"])


def _start(request: HttpRequest, process: Process, templates: list[str]) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, process, templates, answers.start_form(process, request.user))
    try:
        return _started(request, process)
    except KeyReused:
        messages.info(request, gettext("This request was sent already."))
        return HttpResponseRedirect(reverse(request, "myrequests"))
    except AnswersInvalid as exc:
        return _shown(request, process, templates, exc.form)
    except Invalid as exc:
        form = answers.start_form(process, request.user, sent=_sent(request))
        form.add_error(None, str(exc))
        return _shown(request, process, templates, form)


def _shown(
    request: HttpRequest, process: Process, templates: list[str], form: forms.BaseForm
) -> HttpResponse:
    context = {"title": process.title, "process": process, "form": form, "key": uuid4().hex}
    return show(request, templates, context, status=422 if form.is_bound else 200)


def _sent(request: HttpRequest) -> answers.FromPage:
    return answers.FromPage(request.POST, request.FILES)


def _started(request: HttpRequest, process: Process) -> HttpResponse:
    key = request.POST.get("goflow_key", "")[:LONGEST_KEY] or None
    item = answers.start(process, request.user, _sent(request), key=key)
    messages.success(request, gettext("“%(request)s” was sent.") % {"request": item.instance.title})
    own = item.user_id == request.user.pk and item.is_open
    default = reverse(request, "workitem", item.pk) if own else reverse(request, "myrequests")
    return HttpResponseRedirect(next_path(request, default))
