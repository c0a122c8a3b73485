from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from django.utils.safestring import SafeString

from goflow.runtime.models import WorkItem
from goflow.templatetags import goflow_web

NOW = datetime(2030, 1, 7, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("due_in", "look", "words"),
    [
        (timedelta(days=-2), "badge-bad", "2\xa0days late"),
        (timedelta(hours=3), "badge-warn", "due in 3\xa0hours"),
        (timedelta(days=3), "badge-off", "due in 3\xa0days"),
    ],
)
def test_due_is_told_in_words(due_in: timedelta, look: str, words: str) -> None:
    text = goflow_web.due(WorkItem(due_at=NOW + due_in, status="inactive"), NOW)
    assert look in text
    assert words in text


def test_closed_items_are_not_due() -> None:
    assert goflow_web.due(WorkItem(due_at=NOW, status="complete"), NOW) == ""


@pytest.mark.parametrize(("level", "words"), [(0, ""), (1, "Urgent"), (4, "Urgent"), (5, "Emergency")])
def test_priority_is_told_in_words(level: int, words: str) -> None:
    assert words in goflow_web.priority(level)


def test_badge_escapes_its_text() -> None:
    assert "&lt;b&gt;" in goflow_web.badge("ok", "check", "<b>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "–"),
        (date(2030, 1, 7), "Jan. 7, 2030"),
        ([1, "a"], "1, a"),
        ("x", "x"),
    ],
)
def test_values_are_shown_for_people(value: object, text: str) -> None:
    assert goflow_web.shown(value) == text


def test_shown_text_is_not_trusted() -> None:
    assert not isinstance(goflow_web.shown("<b>"), SafeString)


def test_age_of_something_new() -> None:
    assert "just now" in goflow_web.age(NOW, NOW)
