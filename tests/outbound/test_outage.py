"""
Ten thousand events over an outage of three days: what the receiver has in the end.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta, timezone

import time_machine
from standardwebhooks.webhooks import Webhook

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.events import Event
from goflow.journal.rows import insert
from goflow.journal.telling import told
from goflow.outbound import secrets
from goflow.outbound.dispatcher import drain
from goflow.outbound.models import Delivery
from goflow.runtime.lanes import LANES
from tests.outbound.hooks import allow_local, endpoint
from tests.outbound.receivers import receiver

EVENTS = 10_000
PER_MESSAGE = 100
OUTAGE = timedelta(hours=76)


def write(count: int) -> None:
    """
    Events as units write them, PER_MESSAGE in each message.
    """
    process = {"id": 1, "code": "line", "version": 1, "title": "Line"}
    messages = []
    for start in range(0, count, PER_MESSAGE):
        events = [
            Event("p:line", "process.drafted", clock.now(), metadata={"n": n})
            for n in range(start, start + PER_MESSAGE)
        ]
        messages.append(told(events, [], process=process))
    insert(messages)


def passed(after: timedelta) -> dict[str, int]:
    """
    What one pass of a worker does, so long after the start.
    """
    with testing.moved(after):
        drain(LANES[outbox.EVENTS], name="test")
        return drain(LANES[outbox.WEBHOOK], name="test", limit=600)


def test_an_outage_of_three_days_loses_nothing(db, settings):
    allow_local(settings)
    secret = secrets.new()
    with receiver(mode=503) as there:
        endpoint(there.url, secret=secrets.encrypt(secret))
        write(EVENTS)
        for half_hour in range(int(OUTAGE / timedelta(minutes=30))):
            # Every other time the receiver takes it in, and the answer gets lost on the way.
            there.mode = "reset" if half_hour % 2 else 503
            passed(half_hour * timedelta(minutes=30))
        during = list(there.got)
        there.mode, there.got[:] = 200, []
        assert passed(OUTAGE + timedelta(hours=1)) == {"sent": EVENTS}
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
    ids = Counter(got.headers["webhook-id"] for got in there.got)
    assert (len(ids), max(ids.values())) == (EVENTS, 1)
    assert {json.loads(got.body)["metadata"]["n"] for got in there.got} == set(range(EVENTS))
    # The breaker left the receiver alone: about one probe an hour, each of another event.
    assert len(during) < 100
    assert {got.headers["webhook-id"] for got in during} < set(ids)
    with time_machine.travel(datetime.now(tz=timezone.utc) + OUTAGE + timedelta(hours=1)):
        for got in there.got:
            Webhook(secret).verify(got.body, got.headers)
