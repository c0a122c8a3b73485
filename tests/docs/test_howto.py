"""
The processes of the how-to pages, built and run as the pages say.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from goflow.models import Process, WorkItem
from goflow.runtime.jobs import tick
from goflow.testing import moved, person

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "source" / "howto"

pytestmark = pytest.mark.django_db


def build(page: str) -> None:
    found = re.search(r"(?ms)^```python\n(.*?)^```$", (HOWTO / page).read_text("utf-8"))
    assert found
    exec(found[1], {})


def titles(item: WorkItem) -> list[str]:
    found = WorkItem.objects.filter(instance=item.instance, status__in=["inactive", "active"])
    return sorted(found.values_list("activity__title", flat=True))


def test_two_reviews_open_at_once_and_meet_again() -> None:
    build("parallel-review.md")
    asks, secures, pays = person("ask", "Purchase"), person("sec", "security"), person("fin", "finance")
    item = Process.objects.start("Purchase", asks)
    item.complete(asks)
    assert titles(item) == ["Finance review", "Security review"]
    WorkItem.objects.get(activity__title="Security review").complete(secures, "Approved")
    assert titles(item) == ["Finance review"]
    WorkItem.objects.get(activity__title="Finance review").complete(pays, "Rejected")
    assert titles(item) == ["Finalize"]
    assert WorkItem.objects.get(activity__title="Finalize").outcomes == ["Approved", "Rejected"]


def test_what_nobody_approves_escalates_after_three_days() -> None:
    build("timeout.md")
    person("max", "managers")
    person("dora", "directors")
    item = Process.objects.start("Invoice", person("ask", "Invoice"))
    with moved(timedelta(days=2, hours=23)):
        tick()
    assert titles(item) == ["Approve"]
    with moved(timedelta(days=3, minutes=1)):
        tick()
    assert titles(item) == ["Escalation"]
