"""
What webhooks cost: ``python -m bench.bench_webhooks``.

First the time of a person's step, in turns with receivers that answer and with receivers that hang, while a
worker in a process of its own delivers. Then how many deliveries a worker gets done.
``GOFLOW_TEST_DATABASE_URL`` chooses the database, as for the tests.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

# Django must be ready before anything that imports models.
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from goflow import testing  # noqa: E402
from goflow.journal import outbox  # noqa: E402
from goflow.journal.models import OutboxMessage  # noqa: E402
from goflow.outbound.dispatcher import drain  # noqa: E402
from goflow.outbound.models import Delivery, WebhookEndpoint  # noqa: E402
from goflow.runtime import engine  # noqa: E402
from goflow.runtime.lanes import LANES  # noqa: E402
from tests.outbound.hooks import allow_local, endpoint, waiting  # noqa: E402
from tests.outbound.receivers import receiver  # noqa: E402

ENDPOINTS = 5
STEPS = 150
ROUNDS = 6
DELIVERIES = 2_000


@contextmanager
def database() -> Iterator[str]:
    """
    An empty one, dropped afterwards.
    """
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        yield name
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def worker(name: str) -> Iterator[None]:
    """
    A process that delivers as long as the block lasts.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.bench_webhooks", "work"],
        env={**os.environ, "GOFLOW_TEST_DATABASE_NAME": name},
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def work() -> None:
    """
    What the worker's process does.
    """
    while True:
        for lane in (outbox.EVENTS, outbox.WEBHOOK):
            drain(LANES[lane], name="bench")
        time.sleep(0.2)


def steps(person: Any) -> list[float]:  # the host's user model
    """
    Milliseconds of each of STEPS completions.
    """
    found = []
    for item in [engine.start("Line", person) for _ in range(STEPS)]:
        began = time.perf_counter()
        engine.complete(item.pk, actor=person)
        found.append((time.perf_counter() - began) * 1000)
    return found


def told(name: str, found: list[float]) -> tuple[float, float]:
    middle, late = statistics.median(found), statistics.quantiles(found, n=20)[-1]
    print(f"{name:28} median {middle:6.2f} ms   95 % below {late:6.2f} ms")
    return middle, late


def latency(name: str) -> None:
    person = testing.person("ana")
    testing.process("Line", ["A", "B"], [("A", "B")])
    with receiver() as there, worker(name):
        for number in range(ENDPOINTS):
            endpoint(there.url, name=f"there {number}")
        steps(person)
        answering: list[float] = []
        hanging: list[float] = []
        for turn in range(2 * ROUNDS):
            there.mode = "hang" if turn % 2 else 200
            # A pause would keep the worker from the receiver that hangs.
            WebhookEndpoint.objects.update(failures=0, paused_until=None)
            (hanging if turn % 2 else answering).extend(steps(person))
        there.mode = 200
    one, two = told("receivers answer", answering), told("receivers hang", hanging)
    print(f"hanging costs {two[0] / one[0] - 1:+.1%} (median), {two[1] / one[1] - 1:+.1%} (95 %)")


def throughput() -> None:
    WebhookEndpoint.objects.all().delete()
    OutboxMessage.objects.all().delete()
    with receiver() as there:
        to = endpoint(there.url)
        for _ in range(DELIVERIES // 100):
            waiting(to, 100)
        wall, own = time.perf_counter(), time.process_time()
        drain(LANES[outbox.WEBHOOK], name="bench", limit=600)
        wall, own = time.perf_counter() - wall, time.process_time() - own
    assert Delivery.objects.filter(status="delivered").count() == DELIVERIES
    per = f"{wall / DELIVERIES * 1000:.2f} ms each, {own / DELIVERIES * 1000:.2f} ms of it processor time"
    print(f"{DELIVERIES} deliveries by one worker: {per} (the receiver's included)")


def main() -> None:
    allow_local(settings)
    if sys.argv[1:] == ["work"]:
        work()
    with database() as name:
        print(connection.vendor)
        latency(name)
        throughput()


if __name__ == "__main__":
    main()
