from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
import time_machine
from django.core.cache import cache

from goflow.designer.presence import GONE
from goflow.workflow.models import Process
from tests.designer.conftest import Desk

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def others(desk: Desk, draft: Process) -> list[str]:
    found: list[str] = desk.post(f"{draft.pk}/presence/").json()["others"]
    return found


def test_editors_see_each_other(edith: Desk, ed: Desk, draft: Process) -> None:
    assert others(edith, draft) == []
    assert others(ed, draft) == ["Edith Moor"]
    assert others(edith, draft) == ["Ed"]


def test_lookers_see_editors_and_are_not_seen(edith: Desk, bea: Desk, draft: Process) -> None:
    others(edith, draft)
    assert others(bea, draft) == ["Edith Moor"]
    assert others(edith, draft) == []


def test_who_is_silent_is_gone(edith: Desk, ed: Desk, draft: Process) -> None:
    with time_machine.travel(NOW, tick=False):
        others(edith, draft)
    with time_machine.travel(NOW + timedelta(seconds=GONE - 1), tick=False):
        assert others(ed, draft) == ["Edith Moor"]
    with time_machine.travel(NOW + timedelta(seconds=GONE + 1), tick=False):
        assert others(ed, draft) == []


def test_the_revision_tells_that_somebody_saved(edith: Desk, draft: Process) -> None:
    before = edith.post(f"{draft.pk}/presence/").json()["revision"]
    edith.save(draft, {**edith.drawing(draft), "title": "Other"})
    assert edith.post(f"{draft.pk}/presence/").json()["revision"] > before
