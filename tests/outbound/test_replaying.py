from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import endpoints, replaying
from goflow.outbound.models import Delivery, WebhookEndpoint
from tests.outbound.hooks import allow_local, deliver, endpoint, queued, stored, waiting

pytestmark = pytest.mark.usefixtures("db")

LATER = timedelta(days=8)


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


def test_a_delivered_one_is_sent_again_under_its_id(there):
    [sent] = waiting(endpoint(there.url))
    deliver()
    assert replaying.replay(Delivery.objects.all()) == 1
    assert deliver() == {"sent": 1}
    one, two = there.got
    assert (one.headers["webhook-id"], one.body) == (two.headers["webhook-id"], two.body)
    assert (stored(sent).attempts, len(stored(sent).log)) == (2, 2)


def test_a_failed_one_gets_all_its_attempts_anew(there):
    to = endpoint(there.url, enabled=False)
    [sent] = waiting(to)
    deliver()
    assert replaying.replay(Delivery.objects.all()) == 0
    endpoints.enable(to)
    assert replaying.replay(Delivery.objects.all()) == 1
    assert [message.attempts for message in queued()] == [0]
    assert deliver() == {"sent": 1}
    assert (stored(sent).status, stored(sent).last_error) == ("delivered", "")


def test_one_that_was_given_up_needs_nobodys_attention_any_more(there):
    waiting(endpoint(there.url))
    OutboxMessage.objects.update(status="dead")
    Delivery.objects.update(status="failed")
    replaying.replay(Delivery.objects.all())
    assert (len(queued("dead")), len(queued("dropped")), len(queued())) == (0, 1, 1)


def test_a_message_of_the_outbox_that_is_tried_again_is_sent(there):
    [sent] = waiting(endpoint(there.url))
    OutboxMessage.objects.update(status="dead")
    Delivery.objects.update(status="failed")
    assert outbox.again([message.pk for message in queued("dead")]) == 1
    assert deliver() == {"sent": 1}
    assert stored(sent).status == "delivered"


def test_one_that_waits_becomes_due(there):
    there.mode = 500
    to = endpoint(there.url)
    waiting(to)
    deliver()
    WebhookEndpoint.objects.update(paused_until=clock.now() + timedelta(hours=1))
    there.mode = 200
    assert deliver() == {}
    assert replaying.replay(Delivery.objects.all()) == 1
    assert deliver() == {"sent": 1}
    assert len(queued("sent")) == 1


def test_one_that_a_dead_worker_left_is_sent(there):
    waiting(endpoint(there.url))
    outbox.claim([outbox.WEBHOOK], limit=1, seconds=90)
    assert replaying.replay(Delivery.objects.all()) == 0
    with testing.moved(timedelta(seconds=91)):
        assert replaying.replay(Delivery.objects.all()) == 1
        assert deliver() == {"sent": 1}
    assert len(there.got) == 1


def test_asking_twice_sends_once(there):
    waiting(endpoint(there.url))
    deliver()
    replaying.replay(Delivery.objects.all())
    replaying.replay(Delivery.objects.all())
    assert deliver() == {"sent": 1}
    assert deliver() == {}
    assert len(there.got) == 2


def test_many_go_in_chunks(there, monkeypatch):
    monkeypatch.setattr(replaying, "CHUNK", 7)
    waiting(endpoint(there.url), 20)
    deliver()
    assert replaying.replay(Delivery.objects.filter(status="delivered")) == 20
    assert deliver() == {"sent": 20}


def test_what_waited_for_a_week_is_given_up(there):
    [old] = waiting(endpoint(there.url))
    with testing.moved(LATER):
        waiting(endpoint(there.url))
        assert (replaying.expire(), replaying.expire()) == (1, 0)
    assert (stored(old).status, queued("dead")[0].last_error) == ("failed", replaying.TOO_OLD_TEXT)
    assert len(queued()) == 1


def test_a_replay_starts_a_new_week(there):
    [old] = waiting(endpoint(there.url))
    deliver()
    with testing.moved(LATER):
        replaying.replay(Delivery.objects.filter(pk=old.pk))
        assert replaying.expire() == 0


def test_what_is_being_sent_is_not_given_up(there):
    waiting(endpoint(there.url))
    OutboxMessage.objects.update(lease_token="a worker", lease_until=clock.now() + LATER + timedelta(1))
    with testing.moved(LATER):
        assert replaying.expire() == 0


def test_old_deliveries_are_forgotten_unless_they_wait(there):
    to = endpoint(there.url)
    [done, given_up, open_one] = waiting(to, 3)
    Delivery.objects.filter(pk=done.pk).update(status="delivered")
    Delivery.objects.filter(pk=given_up.pk).update(status="failed")
    soon = clock.now() + timedelta(seconds=1)
    assert (replaying.purge(clock.now() - timedelta(1)), replaying.purge(soon)) == (0, 2)
    assert list(Delivery.objects.all()) == [open_one]


def test_housekeeping_does_it_all(there):
    to = endpoint(there.url)
    waiting(to)
    endpoints.rotate(to)
    with testing.moved(LATER):
        assert replaying.housekeeping(clock.now()) == {"deliveries": 0, "expired": 1, "secrets": 1}
