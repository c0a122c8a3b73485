"""
New drafts: from a template, from a drawing or a file, or as a copy of a version; drawings to begin with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import router
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow import tenancy
from goflow.core import exchange as core_exchange
from goflow.core import readers
from goflow.core.graph import ProcessDef
from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.frame import READING, door, find_to_change, show
from goflow.designer.templates_of_processes import TITLES, template
from goflow.desk import definitions
from goflow.desk.importing import distinct, lacking, planned
from goflow.desk.links import reverse
from goflow.workflow import codes, exchange
from goflow.workflow import publishing as verbs
from goflow.workflow.models import Process

EXAMPLES = (
    ("blank", _("A blank sheet")),
    ("leave", _("Leave request: ask, decide, correct, book")),
    ("parallel", _("Parallel review: two people at the same time")),
    ("escalation", _("Escalation: somebody else when it takes too long")),
)
LONGEST_NOTE = 2_000


class NewProcessForm(forms.Form):
    """
    What the process is called, and the drawing to begin with.
    """

    title = forms.CharField(
        label=_("What is the process called?"),
        max_length=readers.MAX_TITLE,
        help_text=_("As people will read it when they start one, such as “Travel request”."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    template = forms.ChoiceField(
        label=_("Begin with"), choices=EXAMPLES, initial="blank", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, tenant_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant_id = tenant_id

    def clean_title(self) -> str:
        """
        Raises ValidationError for the title of another process: lists and groups tell them apart by it.
        """
        title = str(self.cleaned_data["title"])
        if Process.objects.filter(tenant_id=self.tenant_id, title=title).exists():
            text = gettext("There is already a process called “%(title)s”. Choose another title.")
            raise forms.ValidationError(text % {"title": title})
        return title


@door(*READING, "POST", is_page=True)
def begin(request: HttpRequest) -> HttpResponse:
    """
    Ask what a new process is called and what to begin with; then the designer of its draft.
    """
    user = _user(request)
    if not definitions.may_change(user):
        raise PermissionDenied
    tenant = tenancy.resolve(user=user, request=request)
    posted = request.POST if request.method == "POST" else None
    form = NewProcessForm(posted, tenant_id=tenant.tenant_id)
    if form.is_valid():
        drawn = template(form.cleaned_data["template"])
        made = _made(request, _as_new(request, replace(drawn, title=form.cleaned_data["title"])))[0]
        return HttpResponseRedirect(reverse(request, "designer", made.pk))
    context = {"title": gettext("New process"), "form": form}
    return show(request, "goflow/new_process.html", context, status=422 if form.is_bound else 200)


@door("POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """
    Make a draft of ``template`` (and ``title``), ``graph`` or ``clone``, and tell its address.
    """
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
    tenant_id = tenancy.resolve(user=_user(request), request=request).tenant_id
    using = router.db_for_write(Process)
    code = codes.free(definition.title, tenant_id=tenant_id, using=using)
    rows = Process.objects.using(using).filter(tenant_id=tenant_id)
    title, number = definition.title, 1
    while rows.filter(title=title).exists():
        number += 1
        title = f"{definition.title[: readers.MAX_TITLE - 10]} {number}"
    return replace(definition, code=code, title=title)


def _user(request: HttpRequest) -> Any:
    return request.user
