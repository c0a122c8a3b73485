"""
Background work by name. Each job finds what is due in the database, so running one twice harms nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from goflow import clock
from goflow.errors import Invalid
from goflow.journal.models import OutboxMessage
from goflow.runtime import assignment, engine, idempotency, timers
from goflow.runtime.models import Timer, WorkItem

logger = logging.getLogger("goflow.jobs")

BATCH = 500
"""How many due timers one pass of a scan reads at once."""

TRIES = 5
"""How often a failing timer is tried before its item gets an incident."""

BACKOFF = timedelta(seconds=30)


def timeout_scan(batch: int = BATCH) -> dict[str, int]:
    """
    Fire every due timer, each in a unit of its own; one that fails does not stop the others.

    Returns how many were ``checked``, ``fired``, ``gone`` (somebody was faster) and ``failed``.
    """
    found = {"checked": 0, "fired": 0, "gone": 0, "failed": 0}
    now = clock.now()
    due = timers.due(now, batch)
    while due:
        for timer in due:
            found["checked"] += 1
            found[_fire(timer)] += 1
        due = timers.due(now, batch, after=due[-1])
    return found


def _fire(timer: Timer) -> str:
    try:
        return "fired" if engine.fire_timer(timer.pk) else "gone"
    except Exception as exc:
        logger.warning("timer %s of work item %s failed", timer.pk, timer.workitem_id, exc_info=exc)
        return _postpone(timer, f"{type(exc).__name__}: {exc}")


def _postpone(timer: Timer, problem: str) -> str:
    attempts = timer.attempts + 1
    due_at = clock.now() + BACKOFF * 2**attempts
    QuerySet(Timer).filter(pk=timer.pk).update(attempts=attempts, last_error=problem, due_at=due_at)
    if attempts >= TRIES:
        try:
            engine.stop_timer(timer.pk, problem)
        except Exception:
            logger.exception("timer %s could not be stopped; it is tried again", timer.pk)
    return "failed"


def workitem_action(
    workitem_id: int, action: str, actor_username: str = "", outcome: str | None = None
) -> None:
    """
    One verb on one item, on behalf of a person.

    Raises Invalid for an unknown action or person, and what the verb raises.
    """
    verbs: dict[str, Callable[[], Any]] = {
        "activate": lambda: engine.activate(workitem_id, actor=_person(actor_username)),
        "complete": lambda: engine.complete(workitem_id, actor=_person(actor_username), outcome=outcome),
        "forward": lambda: engine.forward(workitem_id, actor=_person(actor_username)),
    }
    if action not in verbs:
        raise UnknownAction(action=action, known=", ".join(verbs))
    verbs[action]()


class UnknownAction(Invalid):
    """
    There is no such job or person.
    """

    code = "unknown-action"
    template = "unknown action %(action)s; use one of: %(known)s"


def _person(username: str) -> Any:
    users = get_user_model()
    person = users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()
    if person is None:
        raise UnknownAction(action=f"as {username!r}", known="an existing user name")
    return person


def pool_scan(batch: int = BATCH) -> dict[str, int]:
    """
    Stop items that wait in pools nobody active reads any more: each gets an incident, once.

    Returns how many were ``checked`` and ``stopped``.
    """
    empty = assignment.empty_pools()
    waiting = WorkItem.objects.open().filter(queue__in=empty, instance__status="running").order_by("id")
    found = {"checked": 0, "stopped": 0}
    for pk in waiting.values_list("id", flat=True)[:batch] if empty else ():
        found["checked"] += 1
        found["stopped"] += _stop_stranded(pk)
    return found


def _stop_stranded(workitem_id: int) -> bool:
    try:
        return engine.stop_stranded(workitem_id)
    except Exception:
        logger.exception("work item %s could not be stopped; it is tried again", workitem_id)
        return False


def notify(user_id: object, workitem_ids: list[int]) -> int:
    """
    Write a notification about work items into the outbox. Returns its id.
    """
    payload = {"user": str(user_id), "workitems": list(workitem_ids)}
    return int(OutboxMessage.objects.create(kind="notification", payload=payload).pk)


def housekeeping() -> dict[str, int]:
    """
    Forget what has been kept long enough. Returns how many idempotency keys went.
    """
    return {"keys": idempotency.purge()}


def tick() -> dict[str, dict[str, int]]:
    """
    One pass over everything that is due, as ``goflow_cron`` runs it.
    """
    return {"timeouts": timeout_scan(), "pools": pool_scan(), "housekeeping": housekeeping()}


JOBS: dict[str, Callable[..., Any]] = {
    "timeout_scan": timeout_scan,
    "pool_scan": pool_scan,
    "workitem_action": workitem_action,
    "notify": notify,
    "housekeeping": housekeeping,
}
