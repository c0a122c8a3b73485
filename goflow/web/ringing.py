"""
The bell in the header of every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from goflow.conf import conf
from goflow.outbound import notifications

MOST = 99
"""The bell counts no further."""


@dataclass(frozen=True, slots=True)
class Bell:
    """
    How many notifications are unread: the number, as it is shown, and in words.
    """

    unread: int
    count: str
    label: str


def bell(request: HttpRequest) -> Bell | None:
    """
    The bell of a signed-in visitor; None where nobody is told of anything. One query.
    """
    if not (conf.NOTIFICATIONS_ENABLED and request.user.is_authenticated):
        return None
    user: Any = request.user
    return _bell(notifications.unread(user, MOST + 1))


def _bell(number: int) -> Bell:
    if not number:
        return Bell(0, "0", gettext("Notifications, all read"))
    count = str(number) if number <= MOST else f"{MOST}+"
    told = ngettext("Notifications, %(count)s unread", "Notifications, %(count)s unread", number)
    return Bell(number, count, told % {"count": count})
