"""
A worker of the webhook lane against real receivers: what it sends, how often, and what it leaves alone.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook

from goflow import testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import delivering, endpoints, secrets, sending
from goflow.outbound.models import Delivery
from goflow.outbound.sending import Answer
from goflow.runtime import engine
from tests.outbound.hooks import allow_local, deliver, endpoint, queued, stored, tell, waiting
from tests.outbound.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


def test_a_retry_has_the_same_id_and_body(there):
    there.mode = 500
    waiting(endpoint(there.url))
    deliver()
    with testing.moved(timedelta(minutes=1)):
        deliver()
    one, two = there.got
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.headers["webhook-timestamp"] < two.headers["webhook-timestamp"]


def test_a_delivery_that_is_done_is_not_sent_again(there):
    [sent] = waiting(endpoint(there.url))
    Delivery.objects.filter(pk=sent.pk).update(status="delivered")
    assert deliver() == {"gone": 1}
    assert (there.got, len(queued("dropped"))) == ([], 1)


def test_deliveries_that_were_deleted_are_forgotten(there):
    to = endpoint(there.url)
    waiting(to)
    to.delete()
    assert deliver() == {"gone": 1}
    assert queued("dropped")


def test_nothing_is_sent_unsigned(there):
    [sent] = waiting(endpoint(there.url, secret="unreadable"))
    assert deliver() == {"again": 1}
    assert there.got == []
    assert "rotate the secret" in stored(sent).last_error


def test_a_forbidden_address_is_told(there, settings):
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = []
    [sent] = waiting(endpoint(there.url))
    assert deliver() == {"again": 1}
    assert (there.connections, stored(sent).attempts) == (0, 1)
    assert "GOFLOW_WEBHOOK_ALLOWED_NETWORKS" in stored(sent).last_error


def test_an_error_nobody_foresaw_does_not_stop_the_others(there, monkeypatch, caplog):
    sends = sending.send

    def send(request):
        if "bad" in request.url:
            raise ZeroDivisionError("oh")
        return sends(request)

    monkeypatch.setattr(sending, "send", send)
    [bad] = waiting(endpoint(there.url + "?bad"))
    [good] = waiting(endpoint(there.url))
    assert deliver() == {"again": 1, "sent": 1}
    assert (stored(bad).last_error, stored(good).status) == ("ZeroDivisionError: oh", "delivered")
    assert "a webhook could not be sent" in caplog.text


@pytest.mark.parametrize("headers", [None, [], "text", 5, {"A": ["x"], "B": 5}])
def test_headers_that_are_none_stop_nothing(there, headers):
    to = endpoint(there.url)
    to.headers = {} if headers is None else headers
    to.save()
    waiting(to)
    assert deliver() == {"sent": 1}


def test_a_timeout_of_the_endpoint_comes_first(there, settings, monkeypatch):
    asked = []
    monkeypatch.setattr(sending, "send", lambda request: asked.append(request.timeout) or Answer(200))
    settings.GOFLOW_WEBHOOK_TIMEOUT = 4
    monkeypatch.setattr(sending, "DEADLINE", 15.0)
    for seconds in (0, 7, 60):
        waiting(endpoint(there.url, timeout_seconds=seconds))
    deliver()
    assert sorted(asked) == [4, 7, 15]


# Workers that lose their lease


class Killed(BaseException):
    """
    The process ends here.
    """


def test_a_worker_killed_before_it_settles_sends_again_with_the_same_id(there, monkeypatch):
    [sent] = waiting(endpoint(there.url))

    def die(parcel, answer):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "settle", die)
        with pytest.raises(Killed):
            deliver()
    assert deliver() == {}
    with testing.moved(timedelta(seconds=delivering.LEASE + 1)):
        assert deliver() == {"sent": 1}
    assert [got.headers["webhook-id"] for got in there.got] == [sent.event_id] * 2


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_while_sending_loses_nothing(there):
    [sent] = waiting(endpoint(there.url))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "GOFLOW_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
    }
    connection.close()
    started = threading.Event()

    def kill(got):
        # The receiver has it all; the worker will never hear so.
        started.wait(60)
        worker.kill()
        worker.wait()

    there.on_request = kill
    with subprocess.Popen([sys.executable, "-m", "tests.outbound.worker"], env=environment) as worker:
        started.set()
        assert worker.wait() == -signal.SIGKILL
    assert (stored(sent).status, stored(sent).attempts) == ("waiting", 0)
    there.on_request = lambda _got: None
    with testing.moved(timedelta(seconds=delivering.LEASE + 1)):
        assert deliver() == {"sent": 1}
    assert [got.headers["webhook-id"] for got in there.got] == [sent.event_id] * 2


def test_a_worker_that_lost_its_lease_writes_nothing(there):
    [sent] = waiting(endpoint(there.url))
    lease = outbox.claim(["webhook"], limit=1, seconds=delivering.LEASE)
    OutboxMessage.objects.filter(kind="webhook").update(lease_token="of somebody else")
    assert delivering.deliver(lease) == {"gone": 1}
    assert (stored(sent).status, stored(sent).log) == ("waiting", [])


def test_what_rolls_back_is_not_told(there, settings):
    endpoint(there.url)
    ana = testing.person("ana")
    testing.process("Line", ["A", "B"], [("A", "B")])
    OutboxMessage.objects.all().delete()
    with transaction.atomic():
        engine.start("Line", ana)
        transaction.set_rollback(True)
    tell()
    assert deliver() == {}
    assert there.connections == 0


# Several at a time


def test_two_at_a_time_go_to_one_endpoint(there):
    waiting(endpoint(there.url), 12)
    both, active, most = threading.Barrier(2), [], []

    def meet(got):
        active.append(got)
        both.wait(60)
        most.append(len(active))
        active.remove(got)

    there.on_request = meet
    assert deliver() == {"sent": 12}
    assert max(most) == 2


def test_endpoints_do_not_wait_for_each_other(there):
    with receiver(mode="hang") as stuck:
        bad = waiting(endpoint(stuck.url, timeout_seconds=60), 2)
        good = waiting(endpoint(there.url), 20)
        # The stuck one lets go when the other has everything; would that wait for it, it would time out.
        there.on_request = lambda _got: stuck.over.set() if len(there.got) == len(good) else None
        assert deliver() == {"sent": 20, "again": 2}
    assert not any("timed out" in stored(one).last_error for one in bad)


def test_the_database_is_used_in_the_calling_thread_only(there, monkeypatch):
    sends, used = sending.send, []

    def send(request):
        answer = sends(request)
        used.append((threading.current_thread() is threading.main_thread(), connection.connection))
        return answer

    monkeypatch.setattr(sending, "send", send)
    waiting(endpoint(there.url), 3)
    deliver()
    assert used == [(False, None)] * 3


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_sending(there, monkeypatch):
    waits, open_ones = delivering.wait, []

    def wait(*args, **options):
        open_ones.append(connection.in_atomic_block)
        return waits(*args, **options)

    monkeypatch.setattr(delivering, "wait", wait)
    waiting(endpoint(there.url), 3)
    assert deliver() == {"sent": 3}
    assert set(open_ones) == {False}


def test_a_slow_endpoint_gives_others_their_turn(there, monkeypatch):
    monkeypatch.setattr(delivering, "STARTS", -1.0)
    to = endpoint(there.url)
    waiting(to, 3)
    assert deliver() == {"waiting": 3}
    assert {message.attempts for message in queued()} == {0}
    waiting(endpoint(there.url, name="other"))
    monkeypatch.undo()
    assert deliver() == {"sent": 1}
    with testing.moved(delivering.TURN):
        assert deliver() == {"sent": 3}


# The request of a person


def test_receivers_that_hang_cost_a_person_nothing(there, monkeypatch, settings):
    def complete() -> int:
        item = engine.start("Line", ana)
        with testing.count_statements() as statements:
            engine.complete(item.pk, actor=ana)
        return len(statements)

    ana = testing.person("ana")
    testing.process("Line", ["A", "B"], [("A", "B")])
    before = complete()
    there.mode = "hang"
    for number in range(5):
        endpoint(there.url, name=f"stuck {number}")

    def refuse(*args):
        raise AssertionError("a step opened a network connection")

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", refuse)
        assert complete() == before
    assert there.connections == 0


def test_the_secret_is_rotated_with_two_signatures(there):
    to = endpoint(there.url)
    old = secrets.decrypt(to.secret)
    new = endpoints.rotate(to)
    waiting(to)
    deliver()
    [got] = there.got
    for secret in (old, new):
        Webhook(secret).verify(got.body, got.headers)
