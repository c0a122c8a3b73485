"""
The story of an instance: its audit rows as sentences, and what people said on the way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.desk import said
from goflow.desk.forms import Fact
from goflow.desk.said import Spoken
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

WORDLESS = _("%(actor)s gave a reason")
"""Of a change of state of which only the reason is known."""

LONGEST = 200
"""How many of the latest rows one page tells."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One line of the story.

    Attributes:
        remarks: what somebody said in free words, ``answers`` what in the fields of a form.
        who: whose words these are, where ``text`` does not tell.
    """

    at: datetime
    text: str
    outcome: str
    icon: str
    action: str
    workitem_id: int | None
    instance_id: int | None
    remarks: tuple[str, ...] = ()
    answers: tuple[Fact, ...] = ()
    who: str = ""


def story(instance: ProcessInstance, loaded: Loaded) -> list[Told]:
    """
    What happened to an instance and what was said, in order. Three queries, one more for the start form.

    What was said is told even where nothing else is recorded.
    """
    rows = AuditEvent.objects.filter(stream=instance_stream(instance.pk), action__in=SENTENCES)
    latest = list(rows.order_by("-seq")[:LONGEST])[::-1]
    heard = {spoken.step: spoken for spoken in said.of(instance, loaded)}
    lines = zip(map(said.step, latest), sentences(latest, dict(loaded.titles)), strict=True)
    told = [(step, _with(line, heard.pop(step, None))) for step, line in lines]
    told += [(step, _only_said(spoken, instance, dict(loaded.titles))) for step, spoken in heard.items()]
    return [line for _step, line in sorted(told, key=lambda pair: pair[0][0])]


def _with(line: Told, spoken: Spoken | None) -> Told:
    if spoken is None:
        return line
    who = "" if "%(actor)s" in str(SENTENCES[line.action]) else spoken.who
    return replace(line, remarks=spoken.remarks, answers=spoken.answers, who=who)


def _only_said(spoken: Spoken, instance: ProcessInstance, titles: dict[str, str]) -> Told:
    """
    A line for what was said in a step of which no audit row tells.
    """
    _version, action, workitem_id = spoken.step
    words = {
        "actor": spoken.who or gettext("The system"),
        "activity": titles.get(spoken.activity_key, spoken.activity_key),
    }
    sentence = WORDLESS if action == "instance.status_changed" else SENTENCES[action]
    return Told(
        at=spoken.at,
        text=str(sentence) % words,
        outcome="",
        icon=ICONS.get(action, "dot"),
        action=action,
        workitem_id=workitem_id,
        instance_id=instance.pk,
        remarks=spoken.remarks,
        answers=spoken.answers,
    )


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
    return {str(user.pk): said.name_of(user) for user in users}
