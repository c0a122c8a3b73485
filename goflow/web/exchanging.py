"""
Processes as files: download one, bring one in.
"""

from __future__ import annotations

import json
import math
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goflow import tenancy
from goflow.core import exchange as core_exchange
from goflow.core.drawing import svg
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.desk.importing import distinct, lacking, planned
from goflow.errors import NotAllowed
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import BOTH, page
from goflow.workflow import exchange, loader
from goflow.workflow.models import Process

ADD_GROUP = "auth.add_group"
CONFIRMED = "confirmed"
FORM_AROUND = 4_096
"""Bytes that a form may need besides the definition it carries."""


class ImportForm(forms.Form):
    """
    A file or its text; one of them.
    """

    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )
    text = forms.CharField(
        label=_("Or its content"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
    )
    create_roles = forms.BooleanField(
        label=_("Make roles that do not exist here"),
        required=False,
        help_text=_("As groups without members. Otherwise the draft names them as problems."),
    )

    def clean(self) -> dict[str, Any]:
        """
        The definition, as ``definition``; what is wrong with it, at the field it came from.
        """
        given: dict[str, Any] = super().clean() or {}
        upload, text = given.get("file"), given.get("text")
        if bool(upload) == bool(text and text.strip()):
            raise forms.ValidationError(_("Choose a file, or paste its content; one of the two."))
        try:
            given["definition"] = exchange.read(_content(upload) if upload else str(text))
        except DefinitionError as exc:
            self.add_error("file" if upload else "text", str(exc))
        return given


def _content(upload: Any) -> bytes:  # an uploaded file
    content: bytes = upload.read(exchange.LARGEST_FILE + 1)
    return content


@page()
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """
    A version as a file: JSON that can be imported, or its picture with ``format=svg``.
    """
    process = definitions.find(request, pk)
    if request.GET.get("format") == "svg":
        text, kind, suffix = _picture(process), "image/svg+xml", "svg"
    else:
        text, kind, suffix = exchange.text(process), "application/json", "json"
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    name = f"{process.code}-v{process.version}.{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _picture(process: Process) -> str:
    return svg(loader.read(process).graph, title=str(process), words=definitions.words())


@page(*BOTH)
def bring_in(request: HttpRequest) -> HttpResponse:
    """
    Show what a file would become, and import it into a new draft once that is confirmed.
    """
    user: Any = request.user
    if not definitions.may_change(user):
        raise NotAllowed(verb="import")
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if not user.has_perm(ADD_GROUP):
        del form.fields["create_roles"]
    if form.is_bound and form.is_valid():
        try:
            return _imported(request, form) if CONFIRMED in request.POST else _preview(request, form)
        except DefinitionError as exc:
            form.add_error(None, str(exc))
    context = {"title": gettext("Import a process"), "form": form}
    return show(request, "goflow/process_import.html", context, status=422 if form.is_bound else 200)


def _preview(request: HttpRequest, form: ImportForm) -> HttpResponse:
    """
    What the import would make, and a form that carries the definition to the import itself.
    """
    given = form.cleaned_data
    carried = json.dumps(core_exchange.to_dict(given["definition"]), ensure_ascii=False)
    _refuse_what_no_form_carries(carried)
    plan = planned(given["definition"], _tenant(request), create_roles=bool(given.get("create_roles")))
    context = {
        "title": gettext("Import “%(process)s”") % {"process": plan.definition.title},
        "plan": plan,
        "counts": _counts(plan.definition),
        "picture": svg(plan.definition, title=plan.definition.title, words=definitions.words()),
        "carried": carried,
        "create_roles": bool(given.get("create_roles")),
        "confirmed": CONFIRMED,
    }
    return show(request, "goflow/process_import_preview.html", context)


def _refuse_what_no_form_carries(carried: str) -> None:
    # None stands for no limit.
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or math.inf
    if len(carried.encode()) + FORM_AROUND > largest:
        text = gettext("This process is too large for a form. Import its file with manage.py goflow_import.")
        raise DefinitionError(text)


def _counts(definition: ProcessDef) -> str:
    activities, transitions = len(definition.activities), len(definition.transitions)
    parts = (
        ngettext("%(count)s activity", "%(count)s activities", activities) % {"count": activities},
        ngettext("%(count)s transition", "%(count)s transitions", transitions) % {"count": transitions},
    )
    return ", ".join(parts)


def _imported(request: HttpRequest, form: ImportForm) -> HttpResponse:
    given = form.cleaned_data
    renamed, lines = distinct(given["definition"])
    user: Any = request.user
    done = exchange.import_draft(
        renamed, by=user, create_roles=bool(given.get("create_roles")), tenant=_tenant(request)
    )
    text = gettext("“%(process)s” was imported as a new draft, version %(version)s.")
    messages.success(request, text % {"process": done.process.title, "version": done.process.version})
    for sentence in (*lines, *lacking(done.missing)):
        messages.warning(request, sentence)
    return HttpResponseRedirect(reverse(request, "process", done.process.pk))


def _tenant(request: HttpRequest) -> tenancy.Tenant:
    user: Any = request.user
    return tenancy.resolve(user=user, request=request)
