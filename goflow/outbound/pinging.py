"""
A test of endpoints that waits for the answers: the real path, taken at once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from goflow.journal import outbox
from goflow.outbound import delivering, endpoints, relay
from goflow.outbound.envelope import event_id
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.webhooks import messages_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

PATIENCE = 30.0
"""Seconds to wait for a worker that was faster in taking the messages."""

PAUSE = 0.25


def ping_now(targets: Sequence[WebhookEndpoint], *, by: AbstractBaseUser | None = None) -> list[Delivery]:
    """
    Send a ``test.ping`` to each endpoint and wait for the first attempt. Returns the deliveries.

    A worker elsewhere may take the messages first: then its result is waited for. Raises WebhooksOff.
    """
    messages = [endpoints.ping(endpoint, by=by) for endpoint in targets]
    keys = [message.pk for message in messages]
    events = [event_id(message) for message in messages]
    end, pause = monotonic() + PATIENCE, threading.Event()
    while True:
        found = _pass(keys, events)
        if all(delivery.attempts for delivery in found) and len(found) == len(events):
            return found
        if monotonic() > end:
            return found
        pause.wait(PAUSE)


def _pass(keys: Sequence[int], events: Sequence[str]) -> list[Delivery]:
    relay.relay(outbox.claim([outbox.EVENTS], limit=len(keys), seconds=delivering.LEASE, ids=keys))
    mine = Delivery.objects.filter(event_id__in=events).order_by("pk")
    untried = list(mine.filter(attempts=0).values_list("pk", flat=True))
    if untried:
        ids = list(messages_of(untried, [""]).values_list("pk", flat=True))
        delivering.deliver(outbox.claim([outbox.WEBHOOK], limit=len(ids), seconds=delivering.LEASE, ids=ids))
    return list(mine.select_related("endpoint"))
