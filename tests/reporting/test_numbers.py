"""Numbers for monitoring."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import clock
from goflow.journal.models import OutboxMessage
from goflow.reporting import numbers
from goflow.runtime import engine, lanes
from goflow.runtime.models import Incident, Timer, WorkItem
from goflow.testing import count_statements, person, process

pytestmark = pytest.mark.django_db


def buy(count: int, name: str = "Buy") -> list[WorkItem]:
    process(name, [("Ask", {}), "End"], [("Ask", "End")])
    ann = person(name, name)
    return [engine.start(name, ann) for _ in range(count)]


def test_instances_and_items_are_counted_by_status() -> None:
    first, *_ = buy(3)
    engine.cancel(first.instance_id, actor=person("root", is_superuser=True))
    found = numbers.read(clock.now())
    assert found.instances == {("buy", "running"): 2, ("buy", "terminated"): 1}
    assert found.workitems == {"inactive": 2, "cancelled": 1}


def test_processes_are_told_apart() -> None:
    buy(1)
    buy(2, "Sell")
    assert numbers.read(clock.now()).instances == {("buy", "running"): 1, ("sell", "running"): 2}


def test_late_items_and_timers_are_counted() -> None:
    items = buy(2)
    past = clock.now() - timedelta(minutes=1)
    WorkItem.objects.filter(pk=items[0].pk).update(due_at=past)
    Timer.objects.create(workitem=items[0], name="timeout:x", due_at=past)
    Timer.objects.create(workitem=items[1], name="timeout:x", due_at=clock.now() + timedelta(hours=1))
    found = numbers.read(clock.now())
    assert (found.overdue, found.timers) == (1, 1)


def test_open_incidents_are_counted_by_code() -> None:
    (item,) = buy(1)
    Incident.objects.create(instance=item.instance, code="no-transition")
    Incident.objects.create(instance=item.instance, code="application-failed", resolved_at=clock.now())
    assert numbers.read(clock.now()).incidents == {"no-transition": 1}


def test_messages_are_counted_by_kind_and_status() -> None:
    OutboxMessage.objects.create(kind="mail", status="sent")
    OutboxMessage.objects.create(kind="mail", status="dead")
    assert numbers.read(clock.now()).messages == {("mail", "sent"): 1, ("mail", "dead"): 1}


def test_beyond_a_limit_names_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST", 2)
    for kind, count in (("a", 1), ("b", 3), ("c", 2), ("d", 1)):
        for _ in range(count):
            OutboxMessage.objects.create(kind=kind)
    found = numbers.read(clock.now()).messages
    assert found == {("b", "due"): 3, ("c", "due"): 2, ("(other)", "due"): 2}


def test_a_reading_costs_the_same_for_many_rows() -> None:
    kinds = [kind for lane in lanes.LANES.values() for kind in lane.kinds]
    for kind in kinds:
        OutboxMessage.objects.create(kind=kind)
    buy(1)
    with count_statements() as few:
        numbers.read(clock.now())
    buy(20, "Sell")
    OutboxMessage.objects.bulk_create(OutboxMessage(kind=kind) for kind in kinds for _ in range(9))
    with count_statements() as many:
        numbers.read(clock.now())
    # Eight, one for the counts of messages, and at most two for each kind that has due ones.
    assert len(few) == len(many) <= 9 + 2 * len(kinds), many
