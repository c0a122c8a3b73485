"""
From events to what tells of them: each event message becomes deliveries and notifications, exactly once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from goflow import clock, logs
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import notifications, webhooks
from goflow.outbound.results import Tally

logger = logging.getLogger("goflow.outbound")

Teller = Callable[[OutboxMessage], None]

TELLERS: tuple[Teller, ...] = (notifications.from_events, webhooks.from_events)
"""Each writes rows for the events of a message, in the transaction that closes it."""

FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=1)


def relay(lease: outbox.Lease) -> Tally:
    """
    Let every teller write its rows for each message. A message that fails is tried again later.
    """
    tally = Tally()
    for message in lease.messages:
        with logs.message(message):
            tally[_relay(message)] += 1
    return tally


def _relay(message: OutboxMessage) -> str:
    try:
        with transaction.atomic():
            if not outbox.sent(message.pk, message.lease_token):
                return "gone"
            for teller in TELLERS:
                teller(message)
    except Exception as exc:  # code of the project says who may see what, and may raise anything
        logger.exception("events of outbox message %s could not be told yet", message.pk)
        wait = outbox.backoff(message.attempts, first=FIRST, longest=LONGEST)
        outbox.postpone(message.pk, message.lease_token, clock.now() + wait, f"{type(exc).__name__}: {exc}")
        return "again"
    return "sent"
