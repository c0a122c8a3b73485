"""
What becomes of a delivery after an attempt.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.outbound import breaking, settling
from goflow.outbound.sending import Answer
from tests.outbound.hooks import allow_local, deliver, endpoint, queued, stored, waiting

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


def test_an_accepted_delivery_is_done(there):
    [sent] = waiting(endpoint(there.url))
    assert deliver() == {"sent": 1}
    [got] = there.got
    done = stored(sent)
    assert got.body.decode() == sent.body
    assert (done.status, done.attempts, done.answer_status, done.last_error) == ("delivered", 1, 200, "")
    assert done.delivered_at is not None
    assert queued("sent")


def test_every_attempt_is_logged(there):
    [sent] = waiting(endpoint(there.url))
    there.mode, there.answer = 500, b"out of paper" + b"!" * 1000
    deliver()
    there.mode = 200
    with testing.moved(timedelta(minutes=1)):
        assert deliver() == {"sent": 1}
    first, second = stored(sent).log
    assert (first["status"], first["error"], second["status"]) == (500, "", 200)
    assert first["answer"] == ("out of paper" + "!" * 1000)[:500]
    assert first["ms"] >= 0
    assert datetime.fromisoformat(first["at"]) < datetime.fromisoformat(second["at"])


def test_attempts_go_on_for_76_hours_and_end_then(there, monkeypatch):
    monkeypatch.setattr(breaking, "THRESHOLD", 1000)
    there.mode = 500
    [sent] = waiting(endpoint(there.url))
    passed = timedelta(0)
    while queued():
        with testing.moved(passed):
            deliver()
        last = passed
        passed = max((message.due_at for message in queued()), default=clock.now()) - clock.now()
        passed += timedelta(seconds=1)
    assert len(there.got) == 10
    assert timedelta(hours=76) <= last < timedelta(hours=76) * 1.2
    assert (stored(sent).status, stored(sent).attempts) == ("failed", 10)
    assert queued("dead")[0].last_error == "the receiver answered 500"


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(seconds=5)),
        ("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(seconds=5)),
        ("999999", timedelta(hours=24)),
        ("9" * 400, timedelta(hours=24)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Sun, 01 Mar 2026 12:10:00 +9999999999", None),
        ("Sun, 01 Mar 99999999999 12:10:00 GMT", None),
        ("Sun, 99 Mar 2026 12:10:00 GMT", None),
    ],
)
def test_the_wish_of_a_receiver_is_understood(header, wait):
    found = settling.retry_after(Answer(503, retry_after=header), NOON)
    assert found == (None if wait is None else NOON + wait)


def test_only_busy_receivers_have_wishes():
    assert settling.retry_after(Answer(500, retry_after="120"), NOON) is None


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_is_left_alone_as_long_as_it_wants(there, status):
    there.mode, there.headers = status, {"Retry-After": "600"}
    [sent] = waiting(endpoint(there.url))
    waiting(endpoint(there.url, name="other"))
    assert deliver() == {"again": 2}
    message = queued()[0]
    assert timedelta(minutes=9) < message.due_at - clock.now() <= timedelta(minutes=10)
    # It was busy, not broken: the attempt does not count, the log has it all the same.
    assert (message.attempts, stored(sent).attempts, sent.endpoint.failures) == (0, 1, 0)
    there.mode = 200
    waiting(sent.endpoint)
    assert deliver() == {}
    with testing.moved(timedelta(minutes=11)):
        assert deliver() == {"sent": 3}


def test_gone_disables_the_endpoint(there):
    there.mode = 410
    to = endpoint(there.url)
    sent = waiting(to, 5)
    counted = deliver()
    to.refresh_from_db()
    assert (to.enabled, to.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert counted == {"dead": 5}
    assert len(there.got) <= 2
    assert {stored(one).status for one in sent} == {"failed"}
    row = AuditEvent.objects.filter(stream=f"w:{to.pk}").latest("seq")
    assert (row.action, row.metadata["what"]) == ("webhook.changed", "disabled")


def test_deliveries_of_a_disabled_endpoint_are_given_up(there):
    [sent] = waiting(endpoint(there.url, enabled=False))
    assert deliver() == {"dead": 1}
    assert there.got == []
    assert stored(sent).last_error == "the endpoint is disabled; enable it, then send the delivery again"


def test_no_answer_is_too_strange_to_be_logged(there):
    there.mode, there.answer = 500, bytes(range(256)) + b"\xed\xa0\x80"
    [sent] = waiting(endpoint(there.url))
    assert deliver() == {"again": 1}
    assert "\x00" not in stored(sent).log[0]["answer"]


def test_workers_that_die_use_up_no_attempts(there):
    there.mode = 500
    [sent] = waiting(endpoint(there.url))
    for _ in range(12):
        assert outbox.claim(["webhook"], limit=1, seconds=90).messages
        OutboxMessage.objects.update(due_at=clock.now())
    assert deliver() == {"again": 1}
    assert (stored(sent).status, stored(sent).attempts) == ("waiting", 1)
    assert queued()[0].due_at - clock.now() < timedelta(seconds=6)
