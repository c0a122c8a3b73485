"""
The story of an instance: its audit rows as sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime.models import ProcessInstance
from goflow.workflow.loader import Loaded

SENTENCES: dict[str, str | Promise] = {
    "process.started": _("%(actor)s started the request"),
    "instance.status_changed": _("The request is now “%(status)s”"),
    "workitem.activated": _("%(actor)s took “%(activity)s”"),
    "workitem.released": _("%(actor)s put “%(activity)s” back"),
    "workitem.reassigned": _("%(actor)s handed “%(activity)s” over"),
    "workitem.decided": _("%(actor)s decided on “%(activity)s”"),
    "workitem.completed": _("%(actor)s completed “%(activity)s”"),
    "sla.warned": _("“%(activity)s” was due soon"),
    "sla.breached": _("“%(activity)s” was late"),
    "workitem.escalated": _("“%(activity)s” was escalated"),
    "workitem.timeout": _("The time for “%(activity)s” was up"),
    "workitem.cancelled": _("“%(activity)s” was withdrawn"),
    "incident.raised": _("A problem stopped “%(activity)s”"),
    "incident.resolved": _("%(actor)s solved the problem at “%(activity)s”"),
}
"""What is told; other actions are steps in between that say nothing new."""

ICONS = {
    "process.started": "play",
    "workitem.completed": "check",
    "workitem.decided": "check",
    "sla.warned": "hourglass",
    "sla.breached": "alert",
    "workitem.escalated": "flag",
    "workitem.timeout": "clock",
    "workitem.cancelled": "cross",
    "incident.raised": "alert",
    "incident.resolved": "retry",
}

STATUS_NAMES = dict(ProcessInstance.Status.choices)

LONGEST = 200
"""How many of the latest rows one page tells."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One line of the story.
    """

    at: datetime
    text: str
    outcome: str
    icon: str
    action: str
    workitem_id: int | None
    instance_id: int | None


def story(instance: ProcessInstance, loaded: Loaded) -> list[Told]:
    """
    What happened to an instance, in order. Two queries.
    """
    rows = AuditEvent.objects.filter(stream=instance_stream(instance.pk), action__in=SENTENCES)
    latest = list(rows.order_by("-seq")[:LONGEST])
    return sentences(reversed(latest), dict(loaded.titles))


def sentences(rows: Iterable[AuditEvent], titles: dict[str, str]) -> list[Told]:
    """
    Audit rows as lines, those of ``SENTENCES`` only; one query for the names of all who acted.
    """
    found = [row for row in rows if row.action in SENTENCES]
    names = _names(found)
    return [_told(row, names, titles) for row in found]


def _told(row: AuditEvent, names: dict[str, str], titles: dict[str, str]) -> Told:
    words = {
        "actor": names.get(row.actor) or gettext("The system"),
        "activity": titles.get(row.activity_key, row.activity_key),
        "status": STATUS_NAMES.get(row.status_to, row.status_to),
    }
    return Told(
        at=row.created_at,
        text=str(SENTENCES[row.action]) % words,
        outcome=str(row.metadata.get("outcome") or ""),
        icon=ICONS.get(row.action, "dot"),
        action=row.action,
        workitem_id=row.workitem_id,
        instance_id=row.instance_id,
    )


def _names(rows: list[AuditEvent]) -> dict[str, str]:
    ids = {row.actor for row in rows if row.actor}
    users: Any = get_user_model()._default_manager.filter(pk__in=ids) if ids else ()
    return {str(user.pk): user.get_full_name() or user.get_username() for user in users}
