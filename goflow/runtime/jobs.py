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
from goflow.runtime import engine, idempotency, timers
from goflow.runtime.models import Timer

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
    seen: set[int] = set()
    while True:
        due = [timer for timer in timers.due(clock.now(), batch) if timer.pk not in seen]
        if not due:
            return found
        seen.update(timer.pk for timer in due)
        for timer in due:
            found["checked"] += 1
            found[_fire(timer)] += 1


def _fire(timer: Timer) -> str:
    try:
        return "fired" if engine.fire_timer(timer.pk) else "gone"
    except Exception as exc:
        logger.warning("timer %s of work item %s failed", timer.pk, timer.workitem_id, exc_info=exc)
        _postpone(timer, f"{type(exc).__name__}: {exc}")
        return "failed"


def _postpone(timer: Timer, problem: str) -> None:
    attempts = timer.attempts + 1
    if attempts >= TRIES:
        engine.stop_timer(timer.pk, problem)
        return
    due_at = clock.now() + BACKOFF * 2**attempts
    QuerySet(Timer).filter(pk=timer.pk).update(attempts=attempts, last_error=problem, due_at=due_at)


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
    return {"timeouts": timeout_scan(), "housekeeping": housekeeping()}


JOBS: dict[str, Callable[..., Any]] = {
    "timeout_scan": timeout_scan,
    "workitem_action": workitem_action,
    "notify": notify,
    "housekeeping": housekeeping,
}
