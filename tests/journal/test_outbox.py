from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage

CLOSING = {
    "sent": outbox.sent,
    "dropped": lambda pk, token: outbox.dropped(pk, token, "nobody needs it"),
    "dead": lambda pk, token: outbox.dead(pk, token, "refused"),
}


def leased(**values: object) -> OutboxMessage:
    OutboxMessage.objects.create(kind="mail", **values)
    (held,) = outbox.claim(["mail"], limit=1, seconds=60).messages
    return held


@pytest.mark.django_db
@pytest.mark.parametrize("become", CLOSING)
def test_a_closed_message_is_kept_from_its_closing_on_not_from_its_writing(become: str) -> None:
    held = leased(created_at=clock.now() - timedelta(days=90))
    assert CLOSING[become](held.pk, held.lease_token)
    assert outbox.purge(clock.now() - timedelta(days=30)) == 0
    assert outbox.purge(clock.now() + timedelta(seconds=1)) == 1
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_an_open_message_is_never_forgotten() -> None:
    OutboxMessage.objects.create(kind="mail", created_at=clock.now() - timedelta(days=90))
    assert outbox.purge(clock.now() + timedelta(days=90)) == 0


@pytest.mark.django_db
def test_done_work_is_not_forgotten_while_its_result_could_not_be_applied() -> None:
    held = leased()
    outbox.settle(held.pk, held.lease_token, status=outbox.DEAD, kind=outbox.RESULT)
    assert outbox.purge(clock.now() + timedelta(days=90)) == 0


@pytest.mark.django_db
def test_a_message_tried_again_is_open_again_and_dies_anew() -> None:
    held = leased()
    outbox.dead(held.pk, held.lease_token, "refused")
    assert outbox.again([held.pk]) == 1
    with testing.moved(timedelta(days=90)):
        assert outbox.purge(clock.now()) == 0
        (held,) = outbox.claim(["mail"], limit=1, seconds=60).messages
        outbox.dead(held.pk, held.lease_token, "refused again")
        assert outbox.purge(clock.now() - timedelta(days=30)) == 0


@pytest.mark.django_db
def test_what_is_to_be_forgotten_is_found_by_its_index() -> None:
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as asked:
        outbox.purge(clock.now())
    (text,) = [query["sql"] for query in asked.captured_queries]
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {text}".replace("%", "%%"))
        assert "goflow_outbox_closed" in str(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("error", ["a\0b", "a\ud800b"])
def test_an_error_that_cannot_be_stored_is_noted_as_far_as_it_can(error: str) -> None:
    held = leased()
    assert outbox.postpone(held.pk, held.lease_token, clock.now(), error)
    assert OutboxMessage.objects.get().last_error in {"a\ufffdb", "a?b"}
