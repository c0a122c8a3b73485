"""
Processes as files: download one, bring one in.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow import tenancy
from goflow.core.drawing import svg
from goflow.core.errors import DefinitionError
from goflow.desk.importing import left_out
from goflow.errors import NotAllowed
from goflow.web import definitions
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import BOTH, page
from goflow.workflow import exchange, loader
from goflow.workflow.models import Process

ADD_GROUP = "auth.add_group"


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
        help_text=_("As groups without members. Otherwise they are left out."),
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
    Import a file into a new draft, and tell what it names that does not exist here.
    """
    user: Any = request.user
    if not definitions.may_change(user):
        raise NotAllowed(verb="import")
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if not user.has_perm(ADD_GROUP):
        del form.fields["create_roles"]
    if form.is_bound and form.is_valid():
        try:
            return _imported(request, form.cleaned_data)
        except DefinitionError as exc:
            form.add_error(None, str(exc))
    context = {"title": gettext("Import a process"), "form": form}
    return show(request, "goflow/process_import.html", context, status=422 if form.is_bound else 200)


def _imported(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    user: Any = request.user
    done = exchange.import_draft(
        given["definition"],
        by=user,
        create_roles=bool(given.get("create_roles")),
        tenant=tenancy.resolve(user=user, request=request),
    )
    text = gettext("“%(process)s” was imported as a new draft, version %(version)s.")
    messages.success(request, text % {"process": done.process.title, "version": done.process.version})
    for sentence in left_out(done.missing):
        messages.warning(request, sentence)
    return HttpResponseRedirect(reverse(request, "process", done.process.pk))
