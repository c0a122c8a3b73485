from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from django.utils.safestring import SafeString
from django.utils.timezone import override

from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.templatetags import goflow_web
from goflow.workflow.models import Activity

NOW = datetime(2030, 1, 7, 12, tzinfo=timezone.utc)


def limited(due_in: timedelta, *, status: str = "inactive", suspended_at: datetime | None = None) -> WorkItem:
    """
    An item that is due then; its request stands still when told since when.
    """
    instance = ProcessInstance(status="suspended" if suspended_at else "running", suspended_at=suspended_at)
    return WorkItem(instance=instance, activity=Activity(), due_at=NOW + due_in, status=status)


@pytest.mark.parametrize(
    ("due_in", "look", "words"),
    [
        (timedelta(days=-2), "badge-bad", "2\xa0days late"),
        (timedelta(hours=3), "badge-warn", "due soon, in 3\xa0hours"),
        (timedelta(days=3), "badge-off", "due in 3\xa0days"),
    ],
)
def test_due_is_told_in_words(due_in: timedelta, look: str, words: str) -> None:
    text = goflow_web.due(limited(due_in), NOW)
    assert look in text
    assert words in text


def test_the_absolute_time_is_in_the_tooltip_with_its_zone() -> None:
    with override("Asia/Kathmandu"):
        text = goflow_web.due(limited(timedelta(hours=3)), NOW)
    assert 'datetime="2030-01-07T20:45:00+05:45"' in text
    assert 'title="Jan. 7, 2030, 8:45 p.m. +0545"' in text


def test_a_running_limit_tells_the_script_all_it_needs() -> None:
    text = goflow_web.due(limited(timedelta(days=3)), NOW)
    assert 'data-warn="2030-01-09T12:00:00+00:00"' in text
    assert 'data-due-soon="due soon, in %(time)s"' in text


@pytest.mark.parametrize(
    ("stood_since", "words"),
    [(timedelta(hours=1), "paused, 2\xa0hours left"), (timedelta(hours=5), "paused, 2\xa0hours late")],
)
def test_a_paused_limit_stands_still(stood_since: timedelta, words: str) -> None:
    text = goflow_web.due(
        limited(timedelta(hours=3), suspended_at=NOW + stood_since), NOW + timedelta(days=9)
    )
    assert words in text
    assert "data-warn" not in text


def test_closed_items_are_not_due() -> None:
    assert goflow_web.due(limited(timedelta(0), status="complete"), NOW) == ""


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
