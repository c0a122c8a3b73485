"""
Whether the background does its work, in words for the people who look at the monitor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.reporting import health

KINDS: dict[str, Promise] = {
    outbox.EVENTS: _("Events to tell"),
    outbox.MAIL: _("Mails"),
    outbox.NOTIFICATION: _("Notifications"),
    outbox.DIGEST: _("Mails that gather news"),
    outbox.WEBHOOK: _("Webhook deliveries"),
    outbox.JOB: _("Jobs of automatic activities"),
    outbox.RESULT: _("Results of jobs"),
    outbox.ACTION: _("Steps asked for"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """
    The open messages of one kind; ``is_late`` when the oldest waits longer than it should.
    """

    label: str | Promise
    found: health.Waiting
    is_late: bool


@dataclass(frozen=True, slots=True)
class Running:
    """
    What the section shows.

    Attributes:
        beat: the last pass of a scheduler; None when there was none.
        is_late: whether that was too long ago.
        dead: where messages that were given up are listed; blank when the reader may not see them.
    """

    beat: health.Beat | None
    is_late: bool
    lines: list[Line]
    endpoints: health.Endpoints
    dead: str


def running(user: Any) -> Running | None:
    """
    How the background does; two queries, and those of ``health.waiting``.

    None for people of one tenant among several: the numbers are those of the whole installation.
    """
    has_tenants = conf.TENANT_RESOLVER is not None or conf.TENANT_FILTER is not None
    if has_tenants and not user.is_superuser:
        return None
    now = clock.now()
    beat = next((beat for beat in health.beats(now) if beat.name == health.SCHEDULER), None)
    return Running(
        beat=beat,
        is_late=beat is None or _exceeds(beat.age, conf.READY_HEARTBEAT_AGE),
        lines=[_line(found) for found in health.waiting(now)],
        endpoints=health.endpoints(now),
        dead=_dead(user),
    )


def _line(found: health.Waiting) -> Line:
    return Line(KINDS.get(found.kind, found.kind), found, _exceeds(found.age, conf.READY_OUTBOX_AGE))


def _exceeds(age: float, limit: int) -> bool:
    return bool(limit) and age > limit


def _dead(user: Any) -> str:
    if not (user.is_staff and user.has_perm("goflow.view_outboxmessage")):
        return ""
    try:
        return f"{reverse('admin:goflow_outboxmessage_changelist')}?status__exact={outbox.DEAD.value}"
    except NoReverseMatch:
        return ""
