"""
Publish, clone and retire, as the admin offers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.problems import lines
from goflow.admin.verbs import Told, Verb, VerbForm
from goflow.desk.addresses import whole_number
from goflow.workflow import publishing
from goflow.workflow.models import Process


class NoteForm(VerbForm):
    """
    What changed, kept with the version.
    """

    note = forms.CharField(
        label=gettext_lazy("Version note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What changed, for those who read the list of versions."),
    )


class PublishForm(NoteForm):
    """
    The note, and which revisions of the drafts the person has seen.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = " ".join(f"{row.pk}:{row.revision}" for row in self.rows)

    def clean_seen(self) -> dict[int, int]:
        """
        Revision by primary key.
        """
        pairs = [
            [whole_number(part) for part in text.split(":")] for text in self.cleaned_data["seen"].split()
        ]
        read = [[part for part in pair if part is not None] for pair in pairs]
        return {pair[0]: pair[1] for pair in read if len(pair) == 2}


def _publish(request: HttpRequest, row: Process, answers: Mapping[str, Any]) -> Told:
    publishing.publish(row, by=_person(request), note=answers["note"], revision=answers["seen"].get(row.pk))
    return Told(_("“%(row)s” is published; new requests start from it.") % {"row": row})


def _clone(request: HttpRequest, row: Process, answers: Mapping[str, Any]) -> Told:
    copy = publishing.clone(row, by=_person(request), note=answers["note"])
    return Told(_("“%(copy)s” is a new draft, made from “%(row)s”.") % {"copy": copy, "row": row}, goto=copy)


def _retire(request: HttpRequest, row: Process, answers: Mapping[str, Any]) -> Told:
    publishing.retire(row, by=_person(request))
    return Told(_("“%(row)s” is retired; nothing new starts from it, running requests go on.") % {"row": row})


def _person(request: HttpRequest) -> Any:  # the host's user model
    return request.user


VERBS = (
    Verb(
        "publish",
        gettext_lazy("Publish"),
        gettext_lazy("The draft is frozen and new requests start from it. The version before it is retired."),
        _publish,
        applies=lambda row: row.is_draft,
        form=PublishForm,
        notes=lines,
    ),
    Verb(
        "clone",
        gettext_lazy("Edit as new draft"),
        gettext_lazy("A copy with the next version number is made. This version stays as it is."),
        _clone,
        applies=lambda row: True,
        form=NoteForm,
    ),
    Verb(
        "retire",
        gettext_lazy("Retire"),
        gettext_lazy("Nothing new starts from this version any more. Running requests go on."),
        _retire,
        applies=lambda row: row.published_code is not None,
    ),
)
