"""
The recorded events of an instance as data, with what people said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from goflow.desk import said
from goflow.desk.said import Step
from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime.models import DataRevision

LONGEST = 200
"""How many of the latest events the detail of an item holds, and how much of what was said."""


def events_of(instance_id: int, workitem_id: int | None = None) -> QuerySet[AuditEvent]:
    """
    The events of an instance, or of one of its items.
    """
    rows = AuditEvent.objects.filter(stream=instance_stream(instance_id))
    return rows if workitem_id is None else rows.filter(workitem_id=workitem_id)


def latest(rows: QuerySet[AuditEvent]) -> list[dict[str, Any]]:
    """
    The latest events in order. Three queries.
    """
    return told(reversed(list(rows.order_by("-seq")[:LONGEST])))


def told(rows: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """
    Events of one instance as data; one query for the names of all who acted, one for what they said.
    """
    found = list(rows)
    names = _names({row.actor for row in found if row.actor})
    heard = _heard(found)
    return [_told(row, names, heard.get(said.step(row))) for row in found]


def said_in(instance_id: int) -> list[dict[str, Any]]:
    """
    What people said in the latest steps of an instance, in order, recorded events or not. One query.
    """
    rows = DataRevision.objects.filter(instance_id=instance_id).select_related("actor")
    return [_said(row) for row in reversed(rows.order_by("-instance_version")[:LONGEST])]


def _said(row: DataRevision) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "action": row.action,
        "actor_id": "" if row.actor is None else str(row.actor.pk),
        "actor": "" if row.actor is None else row.actor.get_username(),
        "workitem_id": row.workitem_id,
        "activity": row.activity_key,
        "answers": row.said,
        "reason": row.reason,
    }


def _heard(rows: list[AuditEvent]) -> dict[Step, DataRevision]:
    instances = {row.instance_id for row in rows}
    versions = {row.instance_version for row in rows}
    found = DataRevision.objects.filter(instance_id__in=instances, instance_version__in=versions)
    return {said.step(revision): revision for revision in found}


def _told(row: AuditEvent, names: dict[str, str], heard: DataRevision | None) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": row.created_at,
        "action": row.action,
        "actor_id": row.actor,
        "actor": names.get(row.actor, ""),
        "workitem_id": row.workitem_id,
        "activity": row.activity_key,
        "transition": row.transition_key,
        "status_from": row.status_from,
        "status_to": row.status_to,
        "outcome": row.metadata.get("outcome"),
        "answers": {} if heard is None else heard.said,
        "reason": "" if heard is None else heard.reason,
    }


def _names(actors: set[str]) -> dict[str, str]:
    keys = {actor for actor in actors if _is_key(actor)}
    users: Any = get_user_model()._default_manager.filter(pk__in=keys) if keys else ()
    return {str(user.pk): user.get_username() for user in users}


def _is_key(actor: str) -> bool:
    try:
        get_user_model()._meta.pk.to_python(actor)
    except ValidationError:
        return False
    return True
