"""
What people say stands beside them, and nowhere in what outlives them or leaves the house.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from goflow import testing
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.outbound import envelope
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, IdempotencyKey, Incident, WorkItem
from goflow.workflow import registry

MARK = "said by a person"


class Till:
    works = False

    def __call__(self, task: Any) -> None:
        if not self.works:
            raise ValueError("the till is closed")


@pytest.fixture
def told(settings: Any, caplog: Any) -> Any:
    settings.GOFLOW_WEBHOOK_ENABLED = True
    settings.GOFLOW_NOTIFICATIONS_ENABLED = True
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.fixture
def all_said(told: Any, ana: Any, cy: Any, root: Any, django_capture_on_commit_callbacks: Any) -> list[str]:
    """
    Every verb with which something can be said, each with a text of its own; and those without.
    """
    till = Till()
    with (
        registry.registered(registry.APPLICATION, "till", till),
        django_capture_on_commit_callbacks(execute=True),
    ):
        testing.process(
            "All",
            ["A", ("B", {"autofinish": False}), ("Pay", {"application": "till", "autostart": True}), "C"],
            [("A", "B"), ("B", "Pay"), ("Pay", "C")],
        )
        item = engine.start("All", ana, key="k0", answers={"comment": f"{MARK} at the start"})
        pk = item.instance_id
        engine.activate(item.pk, actor=root)
        engine.reassign(item.pk, actor=root, to=ana, reason=f"{MARK} handing over")
        said = {
            "comment": f"{MARK} completing",
            "list": [f"{MARK} in a list"],
            "in": {"side": f"{MARK} inside"},
        }
        item = engine.complete(item.pk, actor=ana, key="k1", answers=said).opened[0]
        engine.suspend(pk, actor=root, reason=f"{MARK} suspending")
        engine.resume(pk, actor=root, reason=f"{MARK} resuming")
        engine.complete(item.pk, actor=ana, answers={"comment": f"{MARK} deciding"})
        engine.forward(item.pk, actor=ana)
        till.works = True
        engine.retry(Incident.objects.get().pk, actor=root)
        last = WorkItem.objects.latest("id")
        engine.activate(last.pk, actor=ana)
        engine.release(last.pk, actor=ana)
        engine.cancel(pk, actor=root, reason=f"{MARK} withdrawing")
    places = ["at the start", "handing over", "completing", "in a list", "inside", "suspending"]
    return [f"{MARK} {place}" for place in (*places, "resuming", "deciding", "withdrawing")]


def texts(rows: Any) -> str:
    return json.dumps(list(rows.values()), default=str)


def test_all_of_it_is_in_the_revisions(all_said: list[str]) -> None:
    kept = texts(DataRevision.objects)
    assert [text for text in all_said if text not in kept] == []


@pytest.mark.parametrize("model", [AuditEvent, OutboxMessage, IdempotencyKey, Incident])
def test_none_of_it_is_in_what_is_recorded_or_told(all_said: list[str], model: Any) -> None:
    assert model.objects.exists()
    assert MARK not in texts(model.objects)


def test_none_of_it_reaches_a_receiver(all_said: list[str]) -> None:
    messages = OutboxMessage.objects.filter(kind="events")
    sent = [found.body for message in messages for found in envelope.envelopes(message)]
    assert sent
    assert MARK not in "".join(sent)


def test_none_of_it_is_logged(all_said: list[str], told: Any) -> None:
    lines = [line for line in told.get_records("setup") if not line.name.startswith("django.db")]
    assert {line.name for line in lines} >= {"goflow.engine"}
    assert MARK not in "".join(f"{line.getMessage()} {vars(line)}" for line in lines)
