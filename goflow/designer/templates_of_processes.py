"""
Processes to start drawing from. Each can be published as it is; their names come in the person's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from goflow.core.graph import ProcessDef
from goflow.workflow import exchange

FOLDER = Path(__file__).parent / "templates"

TITLES: Mapping[str, str] = {
    "blank": _("New process"),
    "leave": _("Leave request"),
    "parallel": _("Parallel review"),
    "escalation": _("Escalation"),
}
"""The templates by name, with their titles."""

WORDS = (
    _("Request"),
    _("Fill in the request"),
    _("Manager decides"),
    _("Correct the request"),
    _("Enter into the accounts"),
    _("Inform the requester"),
    _("Prepare"),
    _("Technical review"),
    _("Financial review"),
    _("Decide"),
    _("Report"),
    _("Handle"),
    _("Supervisor handles"),
    _("Confirm"),
    _("End"),
    _("Approve"),
    _("Reject"),
    _("Send back"),
    _("Withdraw"),
    _("Send again"),
    _("Too late"),
)
"""What the templates say, for the catalogues."""


def template(name: str) -> ProcessDef:
    """
    The template of that name, translated. Raises KeyError when there is none.
    """
    found = _stored(name)
    return replace(
        found,
        title=gettext(TITLES[name]),
        activities=tuple(replace(a, title=gettext(a.title)) for a in found.activities),
        transitions=tuple(replace(t, name=gettext(t.name) if t.name else "") for t in found.transitions),
    )


@cache
def _stored(name: str) -> ProcessDef:
    if name not in TITLES:
        raise KeyError(name)
    return exchange.read(FOLDER / f"{name}.json")
