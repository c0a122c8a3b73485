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
    "process.started": _("started the request"),
    "instance.status_changed": _("the request changed its state"),
    "workitem.activated": _("took “%(activity)s”"),
    "workitem.released": _("put “%(activity)s” back"),
    "workitem.reassigned": _("handed “%(activity)s” over"),
    "workitem.decided": _("decided on “%(activity)s”"),
    "workitem.completed": _("completed “%(activity)s”"),
    "workitem.timeout": _("the time for “%(activity)s” was up"),
    "workitem.cancelled": _("“%(activity)s” was withdrawn"),
    "incident.raised": _("“%(activity)s” was stopped by a problem"),
    "incident.resolved": _("the problem at “%(activity)s” was solved"),
}
"""What is told; other actions are steps in between that say nothing new."""

ICONS = {
    "process.started": "play",
    "workitem.completed": "check",
    "workitem.decided": "check",
    "workitem.timeout": "clock",
    "workitem.cancelled": "cross",
    "incident.raised": "alert",
    "incident.resolved": "retry",
}

LONGEST = 200
"""How many of the latest rows one page tells."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One line of the story.
    """

    at: datetime
    actor: str
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
    Audit rows as lines; one query for the names of all who acted.
    """
    found = list(rows)
    names = _names(found)
    return [_told(row, names, titles) for row in found]


def _told(row: AuditEvent, names: dict[str, str], titles: dict[str, str]) -> Told:
    sentence = SENTENCES.get(row.action, row.action)
    activity = titles.get(row.activity_key, row.activity_key)
    return Told(
        at=row.created_at,
        actor=names.get(row.actor) or gettext("The system"),
        text=str(sentence) % {"activity": activity} if row.action in SENTENCES else str(sentence),
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
