"""
Events over a long outage: what the receiver has in the end. Ten thousand over three days with -m prove.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
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

PER_MESSAGE = 100
HOUR = timedelta(hours=1)


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


@pytest.mark.parametrize(
    ("outage", "passes", "events"),
    [
        pytest.param(HOUR, 6, 1_000, id="an hour"),
        pytest.param(76 * HOUR, 152, 10_000, id="three days", marks=pytest.mark.prove),
    ],
)
def test_an_outage_loses_nothing(db, settings, outage, passes, events):
    allow_local(settings)
    secret = secrets.new()
    with receiver(mode=503) as there:
        endpoint(there.url, secret=secrets.encrypt(secret))
        write(events)
        for number in range(passes):
            # Every other time the receiver takes it in, and the answer gets lost on the way.
            there.mode = "reset" if number % 2 else 503
            passed(number * outage / passes)
        during = list(there.got)
        there.mode, there.got[:] = 200, []
        assert passed(outage + HOUR) == {"sent": events}
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
    ids = Counter(got.headers["webhook-id"] for got in there.got)
    assert (len(ids), max(ids.values())) == (events, 1)
    assert {json.loads(got.body)["metadata"]["n"] for got in there.got} == set(range(events))
    # The breaker left the receiver alone: about one probe an hour, each of another event.
    assert len(during) < 100
    assert {got.headers["webhook-id"] for got in during} < set(ids)
    with time_machine.travel(datetime.now(tz=timezone.utc) + outage + HOUR):
        for got in there.got:
            Webhook(secret).verify(got.body, got.headers)
