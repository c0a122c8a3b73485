"""
What is left of jobs that were given up, for whoever tries again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goflow.journal import outbox
from goflow.journal.models import OutboxMessage

JOB_FAILED = "job-failed"
KINDS = (outbox.JOB, outbox.RESULT)


def finished(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """
    The result of a job whose application has come to its end, also when the step could not be done.
    """
    result: Mapping[str, Any] | None = payload.get("result")
    return None if result is None or "error" in result else result


def take_back(workitem_id: int) -> Mapping[str, Any] | None:
    """
    An item is tried again: nobody has to look at the jobs given up for it any more. Returns the result that
    was kept of the last one. Inside the unit.
    """
    dead = OutboxMessage.objects.filter(workitem_id=workitem_id, kind__in=KINDS, status=outbox.DEAD)
    payload = dead.order_by("-id").values_list("payload", flat=True).first()
    dead.update(status=outbox.DROPPED)
    return None if payload is None else finished(payload)
