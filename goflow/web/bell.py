"""
The bell: how much somebody has not read yet, the list behind it, and reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, gettext, ngettext

from goflow import clock
from goflow.desk.addresses import whole_number
from goflow.outbound import notifications, wording
from goflow.outbound.models import Notification
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import CHANGING, page
from goflow.web.paging import SIZE, count_of, paged, trail
from goflow.web.ringing import Bell, bell


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One line of the list.
    """

    pk: int
    text: str
    process: str
    icon: str
    at: datetime
    is_unread: bool


@page()
def listed(request: HttpRequest) -> HttpResponse:
    """
    What the visitor was told, the latest first.
    """
    user: Any = request.user
    rows, keys = notifications.of(user), trail(request)
    shown = rows.filter(pk__lt=keys[-1][1]) if keys else rows
    found = paged(request, list(shown[: SIZE + 1]), lambda row: (0, row.pk), count=count_of(rows))
    context = {
        "title": gettext("Notifications"),
        "page": found,
        "notices": list(_notices(found.rows)),
        "newest": found.rows[0].pk if found.rows and not keys else None,
        "now": clock.now(),
    }
    return show(request, "goflow/notifications.html", context)


def _notices(rows: Iterable[Notification]) -> Iterable[Notice]:
    for row in rows:
        yield Notice(
            pk=row.pk,
            text=wording.sentence(row.event, row.params),
            process=str(row.params.get("process", "")),
            icon=wording.ICONS[row.event],
            at=row.created_at,
            is_unread=row.read_at is None,
        )


@page(*CHANGING)
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Read one notification and go where it leads.
    """
    user: Any = request.user
    row = notifications.of(user).filter(pk=pk).first()
    if row is None:
        raise Http404("no such notification")
    notifications.mark_read(user, row.pk)
    place = wording.target(row)
    return HttpResponseRedirect(reverse(request, *place) if place else reverse(request, "notifications"))


@page(*CHANGING)
def all_read(request: HttpRequest) -> HttpResponse:
    """
    Read all that the visitor has seen in the list: what came since then stays unread.
    """
    user: Any = request.user
    newest = whole_number(request.POST.get("newest", ""))
    number = notifications.mark_all_read(user, newest)
    told = ngettext(
        "%(count)s notification is marked as read.", "%(count)s notifications are marked as read.", number
    )
    messages.success(request, told % {"count": number})
    return HttpResponseRedirect(reverse(request, "notifications"))


@page()
def unread(request: HttpRequest) -> HttpResponseBase:
    """
    The bell as data, for the script that keeps it up to date: unchanged, it is not sent again.
    """
    found = bell(request) or Bell(0, "", "")
    etag = f'"{found.count}-{get_language()}"'
    answer = JsonResponse({"unread": found.unread, "count": found.count, "label": found.label})
    answer.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer
