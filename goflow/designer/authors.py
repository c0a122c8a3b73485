"""
Who made and changed a draft, from the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from goflow.desk.people import person
from goflow.journal.models import AuditEvent
from goflow.workflow import codes
from goflow.workflow.models import Process

CHANGES = ("process.created", "process.cloned", "process.drafted")


@dataclass(frozen=True, slots=True)
class Author:
    """
    A person and the latest time he is known to have changed the draft.
    """

    actor: str
    name: str
    at: datetime

    def as_dict(self) -> dict[str, object]:
        """
        The author as JSON-serialisable data.
        """
        return {"name": self.name, "at": self.at.isoformat()}


def all_of(process: Process) -> list[Author]:
    """
    Everybody who changed the draft, the latest first.
    """
    rows = AuditEvent.objects.filter(
        stream__in=codes.streams(process), process_id=process.pk, action__in=CHANGES
    )
    latest = dict(rows.exclude(actor="").order_by("created_at", "pk").values_list("actor", "created_at"))
    names = _names(latest)
    found = [Author(actor, names.get(actor, actor), at) for actor, at in latest.items()]
    return sorted(found, key=lambda author: author.at, reverse=True)


def last(process: Process) -> Author | None:
    """
    Who changed the draft last; None when the journal does not say.
    """
    found = all_of(process)
    return found[0] if found else None


def _names(actors: Any) -> dict[str, str]:
    users = get_user_model()._default_manager.filter(pk__in=[a for a in actors if _is_key(a)])
    return {str(user.pk): person(user) for user in users}


def _is_key(actor: str) -> bool:
    try:
        get_user_model()._meta.pk.to_python(actor)
    except ValidationError:
        return False
    return True
