"""
What becomes of a delivery after an attempt: done, tried again later, or given up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from random import SystemRandom

from django.db import transaction
from django.utils.translation import gettext_noop

from goflow import clock, logs
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import breaking, endpoints
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.refusals import EndpointNotFound
from goflow.outbound.sending import Answer
from goflow.outbound.trying import again, tries

logger = logging.getLogger("goflow.webhooks")

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=25),
)
"""How long to wait after each failed attempt: ten attempts within a little more than 76 hours."""

JITTER = 0.1
"""By what share a wait may be longer, so that not all messages come back at the same moment."""

LONGEST_RETRY_AFTER = timedelta(hours=24)
MOST_LOGGED = 50
SHOWN = 500
GONE = 410
PATIENT = frozenset({429, 503})
DISABLED = "the endpoint is disabled; enable it, then send the delivery again"

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    A delivery, and the leased outbox message that gets it sent.
    """

    message: OutboxMessage
    delivery: Delivery

    @property
    def endpoint(self) -> WebhookEndpoint:
        """
        Where it goes.
        """
        return self.delivery.endpoint


def settle(parcel: Parcel, answer: Answer) -> str:
    """
    Write down what an attempt has brought, in one transaction. Returns what to count.

    Nothing is written when the lease was lost meanwhile: whoever has it now will know.
    """
    now = clock.now()
    with transaction.atomic():
        result = _close(parcel, answer, now)
        if result == "gone":
            return result
        _log(parcel.delivery, answer, now, result)
        _judge(parcel.endpoint, answer, now)
    if result != "sent":
        with logs.message(parcel.message):
            _tell(parcel, answer, result)
    return result


def _tell(parcel: Parcel, answer: Answer, result: str) -> None:
    what = "is given up" if result == "dead" else "is tried again"
    delivery, at = parcel.delivery, parcel.endpoint
    logger.warning("delivery %s to endpoint %s %s: %s", delivery.pk, at.pk, what, _told(answer))


def give_up(parcel: Parcel, reason: str) -> str:
    """
    No attempt makes sense. The delivery can be sent again by hand.
    """
    with transaction.atomic():
        if not outbox.dropped(parcel.message.pk, parcel.message.lease_token, reason):
            return "gone"
        _change(parcel.delivery, {"status": Delivery.Status.FAILED, "last_error": reason})
    return "dead"


def put_off(parcel: Parcel, due_at: datetime, reason: str) -> str:
    """
    Later; nothing was tried.
    """
    message = parcel.message
    return (
        "waiting"
        if outbox.postpone(message.pk, message.lease_token, due_at, reason, uncounted=True)
        else "gone"
    )


def retry_after(answer: Answer, now: datetime) -> datetime | None:
    """
    When the receiver wants to be asked again: seconds or a date, at most a day from now. None without a wish.
    """
    if answer.status not in PATIENT or not answer.retry_after:
        return None
    text = answer.retry_after.strip()
    wait = timedelta(seconds=int(text[:9])) if text.isascii() and text.isdigit() else _until(text, now)
    return None if wait is None else now + min(max(wait, WAITS[0]), LONGEST_RETRY_AFTER)


def _until(text: str, now: datetime) -> timedelta | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)) - now
    except (ValueError, OverflowError):
        return None


def _close(parcel: Parcel, answer: Answer, now: datetime) -> str:
    message, token = parcel.message, parcel.message.lease_token
    told = _told(answer)
    asked = retry_after(answer, now)
    if answer.is_accepted:
        return "sent" if outbox.sent(message.pk, token) else "gone"
    if answer.status == GONE or (asked is None and tries(message) > len(WAITS)):
        return "dead" if outbox.dead(message.pk, token, told) else "gone"
    if asked is not None:
        held = outbox.postpone(message.pk, token, asked, told, uncounted=True)
    else:
        wait = WAITS[tries(message) - 1] * _random.uniform(1, 1 + JITTER)
        held = again(message, now + wait, told)
    return "again" if held else "gone"


def _told(answer: Answer) -> str:
    return answer.error or f"the receiver answered {answer.status}"


STATUSES = {
    "sent": Delivery.Status.DELIVERED,
    "again": Delivery.Status.WAITING,
    "dead": Delivery.Status.FAILED,
}


def _log(delivery: Delivery, answer: Answer, now: datetime, result: str) -> None:
    entry = {
        "at": now.isoformat(),
        "status": answer.status,
        "ms": round(answer.seconds * 1000),
        "error": answer.error,
        "answer": answer.text[:SHOWN],
    }
    values: dict[str, object] = {
        "status": STATUSES[result],
        "attempts": delivery.attempts + 1,
        "answer_status": answer.status,
        "last_error": "" if answer.is_accepted else _told(answer),
        "log": [*delivery.log, entry][-MOST_LOGGED:],
        "delivered_at": now if answer.is_accepted else None,
    }
    _change(delivery, values)


def _change(delivery: Delivery, values: Mapping[str, object]) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**values)


def _judge(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    asked = retry_after(answer, now)
    if answer.is_accepted:
        breaking.succeeded(endpoint, now)
    elif answer.status == GONE:
        _disable(endpoint)
    elif asked is not None:
        breaking.wait(endpoint, asked)
    else:
        breaking.failed(endpoint, now)


def _disable(endpoint: WebhookEndpoint) -> None:
    logger.warning("webhook endpoint %s is disabled: its receiver answered 410 Gone", endpoint.pk)
    try:
        endpoints.disable(endpoint, reason=gettext_noop("The receiver answered 410 Gone."))
    except EndpointNotFound:
        return
