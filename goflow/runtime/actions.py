"""
Verbs asked for by plain values: now, or through the outbox by whoever works on it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from goflow import clock, logs
from goflow.errors import ConcurrentUpdate, GoflowError, InstanceSuspended, Invalid, WrongState
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound.results import Tally
from goflow.runtime import engine, idempotency
from goflow.runtime.unit import alias

logger = logging.getLogger("goflow.jobs")

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=1)

ATTEMPTS = 20
"""How often an action is tried that fails for other reasons than a refusal."""


class UnknownAction(Invalid):
    """
    There is no such job or person.
    """

    code = "unknown-action"
    template = "unknown action %(action)s; use one of: %(known)s"


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


def _person(username: str) -> Any:
    users = get_user_model()
    person = users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()
    if person is None:
        raise UnknownAction(action=f"as {username!r}", known="an existing user name")
    return person


def run_actions(lease: outbox.Lease) -> Tally:
    """
    Perform the actions of a lease, each in the transaction that closes its message: exactly once.

    One that is refused is given up; one that somebody else did already is not needed any more; one for a
    suspended instance waits until it is resumed.
    """
    tally = Tally()
    for message in lease.messages:
        with logs.message(message):
            tally[_perform(message)] += 1
    return tally


def _perform(message: OutboxMessage) -> str:
    try:
        with transaction.atomic(using=alias()):
            if not outbox.sent(message.pk, message.lease_token):
                return "gone"
            workitem_action(**message.payload)
    except ConcurrentUpdate as exc:
        return _later(message, f"{type(exc).__name__}: {exc}")
    except InstanceSuspended as exc:
        outbox.postpone(message.pk, message.lease_token, clock.now(), str(exc), uncounted=True)
        return "waiting"
    except WrongState as exc:
        outbox.dropped(message.pk, message.lease_token, str(exc))
        return "gone"
    except (GoflowError, TypeError) as exc:
        logger.warning("action of outbox message %s was refused: %s", message.pk, exc)
        outbox.dead(message.pk, message.lease_token, f"{type(exc).__name__}: {exc}")
        return "dead"
    except Exception as exc:
        logger.exception("action of outbox message %s failed", message.pk)
        return _later(message, f"{type(exc).__name__}: {exc}")
    return "sent"


def _later(message: OutboxMessage, problem: str) -> str:
    if message.attempts >= ATTEMPTS:
        outbox.dead(message.pk, message.lease_token, problem)
        return "dead"
    wait = outbox.backoff(message.attempts, first=FIRST, longest=LONGEST)
    outbox.postpone(message.pk, message.lease_token, clock.now() + wait, problem)
    return "again"


def keep_action(workitem_id: int, action: str, **kwargs: object) -> OutboxMessage:
    """
    Write an action into the outbox, in the caller's transaction if there is one.

    Raises TypeError when a value is no JSON.
    """
    payload = {"workitem_id": workitem_id, "action": action, **kwargs}
    return OutboxMessage.objects.create(kind=outbox.ACTION, payload=payload, workitem_id=workitem_id)


def notify(user_id: object, workitem_ids: list[int], key: str | None = None) -> OutboxMessage | None:
    """
    Write a notification about work items into the outbox, in the caller's transaction if there is one.

    Asked for again with the same key, it writes nothing and returns None.
    """
    payload = {"user": str(user_id), "workitems": list(workitem_ids)}
    claim = idempotency.claim("notify", None, key, payload)
    try:
        with transaction.atomic(using=alias()):
            if claim is not None:
                claim.keep({})
            return OutboxMessage.objects.create(kind=outbox.NOTIFICATION, payload=payload)
    except idempotency.Repeated:
        return None
