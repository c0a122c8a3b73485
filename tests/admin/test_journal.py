"""The outbox in the administration."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from goflow.journal.models import OutboxMessage
from goflow.testing import count_statements
from tests.admin.conftest import staff
from tests.admin.test_operations import act, page, texts

DEAD = OutboxMessage.Status.DEAD


def dead(kind: str = "mail", **values: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(kind=kind, status=DEAD, attempts=9, last_error="refused", **values)


@pytest.mark.django_db
def test_a_dead_message_is_tried_again_after_a_question(operator: Client) -> None:
    row = dead()
    asked = act(operator, "outboxmessage", "again", row)
    assert asked.redirect_chain[0][0] == page("outboxmessage", "again", row)
    row.refresh_from_db()
    assert row.status == "dead"
    answer = operator.post(asked.redirect_chain[0][0], follow=True)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == ("due", 0, "")
    assert texts(answer) == [f"“mail #{row.pk}” is due now; the next pass tries it."]
    assert LogEntry.objects.get().change_message == "Try again"


@pytest.mark.django_db
def test_asking_changes_nothing(operator: Client) -> None:
    row = dead()
    assert operator.get(page("outboxmessage", "again", row)).status_code == 200
    row.refresh_from_db()
    assert row.status == "dead"


@pytest.mark.django_db
def test_looking_does_not_allow_trying_again(viewer: Client) -> None:
    row = dead()
    assert viewer.post(page("outboxmessage", "again", row)).status_code == 403
    row.refresh_from_db()
    assert row.status == "dead"


@pytest.mark.django_db
def test_a_message_that_was_sent_stays_sent(operator: Client) -> None:
    row = OutboxMessage.objects.create(kind="mail", status="sent")
    answer = operator.post(page("outboxmessage", "again", row), follow=True)
    row.refresh_from_db()
    assert row.status == "sent"
    assert texts(answer) == [f"“mail #{row.pk}” was not given up, so there is nothing to try again."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("job", "is the job of a work item. Retry its incident instead."),
        ("result", "is the job of a work item. Retry its incident instead."),
        ("webhook", "belongs to a webhook delivery. Send that one again instead."),
    ],
)
def test_what_belongs_to_something_comes_back_with_it_only(operator: Client, kind: str, told: str) -> None:
    row = dead(kind)
    answer = operator.post(page("outboxmessage", "again", row), follow=True)
    row.refresh_from_db()
    assert row.status == "dead"
    assert texts(answer) == [f"“{kind} #{row.pk}” {told}"]


@pytest.mark.django_db
def test_the_link_is_there_for_dead_messages_only() -> None:
    client = staff("ops", "change_processinstance")
    row, sent = dead(), OutboxMessage.objects.create(kind="mail", status="sent")
    pages = [reverse("admin:goflow_outboxmessage_change", args=[found.pk]) for found in (row, sent)]
    found = ["verb/again/" in client.get(address).content.decode() for address in pages]
    assert found == [True, False]


@pytest.mark.django_db
def test_the_list_is_filtered_by_kind(client: Client) -> None:
    row = dead("webhook")
    dead("mail")
    answer = client.get(reverse("admin:goflow_outboxmessage_changelist"), {"kind": "webhook"})
    assert list(answer.context["cl"].queryset) == [row]


@pytest.mark.django_db
def test_the_list_costs_the_same_for_any_number_of_rows(client: Client) -> None:
    address = reverse("admin:goflow_outboxmessage_changelist")
    dead()
    client.get(address)
    with count_statements() as few:
        client.get(address)
    OutboxMessage.objects.bulk_create(OutboxMessage(kind="mail", status=DEAD) for _ in range(80))
    with count_statements() as more:
        client.get(address)
    assert len(few) == len(more) <= 6, more
