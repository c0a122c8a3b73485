"""
Notifications in words, in the language that is active: one wording for the bell, the mails and the API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goflow.outbound import profiles
from goflow.outbound.models import Notification

BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Control characters and whatever else begins a line; spaces that do not break stay."""

WITHDRAWN, WHOLE = "withdrawn", "whole"

SENTENCES: dict[str, Promise] = {
    profiles.ASSIGNED: _("“%(activity)s” of “%(request)s” was given to you"),
    profiles.QUEUED: _("“%(activity)s” of “%(request)s” can be taken"),
    profiles.DUE_SOON: _("“%(activity)s” of “%(request)s” is due soon"),
    profiles.BREACHED: _("“%(activity)s” of “%(request)s” is late"),
    profiles.MOVED: _("“%(activity)s” of your request “%(request)s” is done"),
    profiles.FINISHED: _("Your request “%(request)s” is complete"),
    profiles.INCIDENT: _("A problem stopped “%(request)s” at “%(activity)s”"),
    WITHDRAWN: _("Your request “%(request)s” was withdrawn"),
    WHOLE: _("A problem stopped “%(request)s”"),
}

ICONS = {
    profiles.ASSIGNED: "inbox",
    profiles.QUEUED: "hand",
    profiles.DUE_SOON: "clock",
    profiles.BREACHED: "alert",
    profiles.MOVED: "play",
    profiles.FINISHED: "check",
    profiles.INCIDENT: "alert",
}
"""A drawing of the sprite for each event."""

ABOUT_REQUESTS = frozenset({profiles.MOVED, profiles.FINISHED, profiles.INCIDENT})
"""What leads to the page of the whole request; everything else leads to the work item."""

Params = Mapping[str, Any]


def sentence(event: str, params: Params) -> str:
    """
    What happened, in one line without a full stop.
    """
    words = {"activity": one_line(params.get("activity", "")), "request": one_line(params.get("request", ""))}
    text = str(SENTENCES[_kind(event, params)]) % words
    if params.get("reminder"):
        text = gettext("Reminder: %(text)s") % {"text": text}
    more = int(params.get("more", 0))
    if more:
        told = ngettext("%(text)s, and %(count)s more", "%(text)s, and %(count)s more", more)
        text = told % {"text": text, "count": more}
    return text


def _kind(event: str, params: Params) -> str:
    if event == profiles.FINISHED and params.get("status") == "terminated":
        return WITHDRAWN
    if event == profiles.INCIDENT and not params.get("activity"):
        return WHOLE
    return event


def facts(params: Params) -> list[tuple[str, str]]:
    """
    What else is known, as labels and values.
    """
    due_at = parse_datetime(str(params.get("due_at", "")))
    found = (
        (gettext("Request"), params.get("request")),
        (gettext("Process"), params.get("process")),
        (gettext("Step"), params.get("activity")),
        (gettext("Outcome"), params.get("outcome")),
        (gettext("Due"), due_at and moment(due_at)),
    )
    return [(label, one_line(value)) for label, value in found if value]


def moment(when: datetime) -> str:
    """
    A time as people write it, in the current time zone.
    """
    return date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")


def one_line(text: object) -> str:
    """
    Text of users without line breaks: as a header of a mail it must not begin another one.
    """
    return BREAKS.sub(" ", str(text)).strip()


def target(row: Notification) -> tuple[str, int] | None:
    """
    The page that a notification leads to: name of the address and id.
    """
    if row.workitem_id is not None and row.event not in ABOUT_REQUESTS:
        return "workitem", row.workitem_id
    return None if row.instance_id is None else ("instance", row.instance_id)
