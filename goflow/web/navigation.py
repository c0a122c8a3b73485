"""
The links of the navigation.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow.runtime.policy import CHANGE_PROCESS, holds
from goflow.runtime.querysets import may_browse
from goflow.web.links import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One link; ``is_current`` when the visitor is there.
    """

    name: str
    path: str
    label: str | Promise
    icon: str
    is_current: bool


PLACES: tuple[tuple[str, Promise, str], ...] = (
    ("mywork", _("My work"), "inbox"),
    ("available", _("Available"), "hand"),
    ("myrequests", _("My requests"), "send"),
    ("done", _("Done"), "check"),
)
PROCESSES: tuple[str, Promise, str] = ("processes", _("Processes"), "flow")
MONITOR: tuple[str, Promise, str] = ("monitor", _("Monitor"), "chart")


def entries(request: HttpRequest) -> list[Entry]:
    """
    Where the visitor may go; nothing before signing in.
    """
    if not request.user.is_authenticated:
        return []
    places = [*PLACES]
    is_browser = may_browse(request.user)
    if is_browser or holds(request.user, CHANGE_PROCESS):
        places.append(PROCESSES)
    if is_browser:
        places.append(MONITOR)
    match = request.resolver_match
    here = match.url_name if match and "goflow" in match.app_names else None
    return [Entry(name, reverse(request, name), label, icon, name == here) for name, label, icon in places]
