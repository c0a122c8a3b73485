"""
Deliveries after the fact: sent again by hand, given up when they are too old, forgotten in the end.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet

from goflow import clock
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.journal.rows import insert
from goflow.outbound import secrets as endpoint_secrets
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.webhooks import messages_of, outbox_message

CHUNK = 500
TOO_OLD = timedelta(days=7)
"""How long a delivery may wait, whatever it waits for."""

TOO_OLD_TEXT = "not accepted within seven days; send it again when the receiver is back"


def replay(deliveries: QuerySet[Delivery]) -> int:
    """
    Send deliveries (again), whatever became of them: with the same id and body, all attempts anew.

    Those that wait already become due now, and a pause of their endpoint ends. Disabled endpoints are left
    alone. Returns how many are on their way. One transaction for each 500.
    """
    found = deliveries.filter(endpoint__enabled=True).order_by("pk").values_list("pk", flat=True)
    return sum(_again(chunk) for chunk in _chunks(found))


def _chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    # Read to the end first: the loop changes what the query would find.
    left = iter(list(keys))
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _again(keys: list[int]) -> int:
    """
    The UPDATE decides who sends a delivery again; the mark tells which rows it got.
    """
    mark = f"again {secrets.token_hex(8)}"
    chosen = Delivery.objects.filter(pk__in=keys)
    with transaction.atomic():
        chosen.exclude(status=Delivery.Status.WAITING).update(status=Delivery.Status.WAITING, last_error=mark)
        mine = list(chosen.filter(last_error=mark).defer("body", "log"))
        endpoints = set(chosen.values_list("endpoint_id", flat=True))
        _retire([row.pk for row in mine], endpoints)
        chosen.filter(last_error=mark).update(last_error="")
        insert([outbox_message(row) for row in mine])
        hastened = _hasten([key for key in keys if key not in {row.pk for row in mine}], endpoints)
        WebhookEndpoint.objects.filter(pk__in=endpoints).update(paused_until=None)
    return len(mine) + hastened


def _retire(keys: list[int], endpoints: Iterable[int]) -> None:
    """
    Messages that were given up need nobody's attention any more.
    """
    dead = messages_of(keys, _topics(endpoints)).filter(status=outbox.DEAD)
    dead.update(status=outbox.DROPPED, closed_at=clock.now(), last_error="sent again by hand")


def _hasten(keys: list[int], endpoints: Iterable[int]) -> int:
    """
    Those that nobody is sending: never leased, given back, or left by a worker that died.
    """
    now = clock.now()
    free = Q(lease_token="") | Q(lease_until__lt=now)
    waiting = messages_of(keys, _topics(endpoints)).filter(free, status=outbox.DUE)
    return waiting.update(due_at=now)


def _topics(endpoints: Iterable[int]) -> list[str]:
    return ["", *(str(pk) for pk in endpoints)]


def expire() -> int:
    """
    Give up what has waited for seven days, behind a pause for instance. Returns how many.
    """
    now = clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    old = OutboxMessage.objects.filter(free, kind=outbox.WEBHOOK, status=outbox.DUE)
    old = old.filter(created_at__lt=now - TOO_OLD).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:CHUNK])
    with transaction.atomic():
        gone = OutboxMessage.objects.filter(free, pk__in=keys, status=outbox.DUE)
        count = gone.update(status=outbox.DEAD, closed_at=now, last_error=TOO_OLD_TEXT) if keys else 0
        payloads = OutboxMessage.objects.filter(pk__in=keys, status=outbox.DEAD) if count else ()
        given_up = [message.payload["delivery"] for message in payloads]
        waiting = Delivery.objects.filter(pk__in=given_up, status=Delivery.Status.WAITING)
        waiting.update(status=Delivery.Status.FAILED, last_error=TOO_OLD_TEXT)
    return count


def purge(before: datetime, limit: int = 10_000) -> int:
    """
    Forget deliveries that are done or given up and older than that time, a batch at a time. Returns how many.
    """
    old = Delivery.objects.exclude(status=Delivery.Status.WAITING).filter(created_at__lt=before)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    Delivery.objects.filter(pk__in=keys).delete()
    dead = OutboxMessage.objects.filter(kind=outbox.WEBHOOK, status=outbox.DEAD, created_at__lt=before)
    dead.delete()
    return len(keys)


def housekeeping(before: datetime) -> dict[str, int]:
    """
    What deliveries need from time to time: ``purge``, ``expire``, and secrets erased when their time is over,
    else under the newest key.
    """
    changed = endpoint_secrets.forgotten() + endpoint_secrets.renewed()
    return {"deliveries": purge(before), "expired": expire(), "secrets": changed}
