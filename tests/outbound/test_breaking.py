"""
A receiver that keeps failing is left alone, and probed.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from goflow import clock, testing
from goflow.journal import outbox
from goflow.outbound import breaking, delivering
from goflow.outbound.models import WebhookEndpoint
from tests.outbound.hooks import allow_local, deliver, endpoint, queued, waiting

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


def until_paused(to: WebhookEndpoint) -> None:
    """
    As many failures as it takes.
    """
    WebhookEndpoint.objects.filter(pk=to.pk).update(
        failures=breaking.THRESHOLD, paused_until=clock.now() + timedelta(minutes=1)
    )
    to.refresh_from_db()


def test_failures_in_a_row_open_the_circuit(there):
    there.mode = 500
    to = endpoint(there.url)
    waiting(to, 20)
    counted = deliver()
    to.refresh_from_db()
    assert to.paused_until > clock.now()
    # Two are on their way when the fifth one fails.
    assert (len(there.got), counted["again"] + counted["waiting"]) in {(5, 20), (6, 20)}
    assert sum(message.attempts for message in queued()) == len(there.got)


def test_a_success_closes_the_circuit(there):
    to = endpoint(there.url, failures=4)
    waiting(to)
    deliver()
    to.refresh_from_db()
    assert (to.failures, to.paused_until) == (0, None)
    assert to.last_success_at is not None


def test_a_success_does_not_end_a_pause_the_receiver_asked_for():
    to = endpoint("https://receiver.example/")
    breaking.wait(to, NOON + timedelta(minutes=10))
    breaking.succeeded(to, NOON)
    assert to.paused_until == NOON + timedelta(minutes=10)
    breaking.succeeded(to, NOON + timedelta(minutes=11))
    assert to.paused_until is None


def test_a_paused_endpoint_costs_no_attempts(there):
    to = endpoint(there.url)
    waiting(to, 3)
    until_paused(to)
    waiting(endpoint(there.url, name="other"))
    assert deliver() == {"sent": 1}
    assert {(message.attempts, message.status) for message in queued()} == {(0, "due")}


def test_messages_leased_before_the_pause_cost_none_either(there):
    to = endpoint(there.url)
    waiting(to, 3)
    lease = outbox.claim(["webhook"], limit=100, seconds=90)
    until_paused(to)
    assert delivering.deliver(lease) == {"waiting": 3}
    assert {(message.attempts, message.due_at) for message in queued()} == {(0, to.paused_until)}


def test_after_the_pause_one_probe_decides(there):
    there.mode = 500
    to = endpoint(there.url)
    waiting(to, 5)
    until_paused(to)
    with testing.moved(timedelta(minutes=2)):
        assert deliver() == {"again": 1, "waiting": 4}
        to.refresh_from_db()
        assert to.failures == breaking.THRESHOLD + 1
        assert to.paused_until > clock.now() + timedelta(seconds=110)
    assert len(there.got) == 1


def test_a_probe_that_is_accepted_lets_all_follow(there):
    to = endpoint(there.url)
    waiting(to, 5)
    until_paused(to)
    with testing.moved(timedelta(minutes=2)):
        assert deliver() == {"sent": 5}


def test_of_several_workers_one_probes():
    to = endpoint("https://receiver.example/")
    until_paused(to)
    same = WebhookEndpoint.objects.get(pk=to.pk)
    later = clock.now() + timedelta(minutes=2)
    assert [breaking.admit(to, later), breaking.admit(same, later)] == [1, 0]


def test_pauses_double_up_to_an_hour():
    to, pauses = endpoint("https://receiver.example/"), []
    for _ in range(14):
        breaking.failed(to, NOON)
        pauses.append(None if to.paused_until is None else (to.paused_until - NOON) / timedelta(minutes=1))
    assert pauses == [None] * 4 + [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_nothing_is_taken_while_webhooks_are_off(there, settings):
    waiting(endpoint(there.url))
    settings.GOFLOW_WEBHOOK_ENABLED = False
    assert deliver() == {}
    settings.GOFLOW_WEBHOOK_ENABLED = True
    assert deliver() == {"sent": 1}


def test_tests_go_through_a_pause_and_to_disabled_endpoints(there):
    to = endpoint(there.url, enabled=False)
    until_paused(to)
    waiting(to, action="test.ping")
    assert deliver() == {"sent": 1}


def twice(to: WebhookEndpoint) -> list[WebhookEndpoint]:
    """
    The same endpoint as two workers have read it.
    """
    return [WebhookEndpoint.objects.get(pk=to.pk) for _worker in range(2)]


def test_failures_of_several_workers_add_up():
    to = endpoint("https://receiver.example/")
    one, two = twice(to)
    for at in (one, two, one, two, one):
        breaking.failed(at, NOON)
    to.refresh_from_db()
    assert (to.failures, to.paused_until) == (5, NOON + breaking.FIRST)


def test_a_success_of_one_worker_forgets_the_failures_of_another():
    to = endpoint("https://receiver.example/")
    one, two = twice(to)
    breaking.succeeded(one, NOON)
    for _ in range(4):
        breaking.failed(two, NOON)
        breaking.succeeded(one, NOON)
    breaking.failed(two, NOON)
    to.refresh_from_db()
    assert (to.failures, to.paused_until) == (1, None)


def test_no_worker_shortens_the_pause_that_another_was_asked_for():
    to = endpoint("https://receiver.example/")
    one, two = twice(to)
    breaking.wait(one, NOON + timedelta(hours=5))
    for _ in range(breaking.THRESHOLD):
        breaking.failed(two, NOON)
    breaking.wait(two, NOON + timedelta(seconds=10))
    to.refresh_from_db()
    assert to.paused_until == two.paused_until == NOON + timedelta(hours=5)


def test_a_success_changes_nothing_of_a_healthy_endpoint():
    to = endpoint("https://receiver.example/", last_success_at=NOON)
    with testing.count_statements() as found:
        breaking.succeeded(to, NOON)
    assert [sql.split()[0] for sql in found] == ["SELECT"]
