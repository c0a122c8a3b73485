"""
Durations: spellings, limits and the way back to text.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goflow.core.durations import LONGEST, add, format_duration, normalise_duration, parse_duration
from goflow.core.errors import DefinitionError, DurationError

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", [None, "", "  ", "\n\t"])
def test_parse_duration__blank_is_none(text: str | None) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", timedelta(days=3)),
        ("3 days", timedelta(days=3)),
        ("3 D", timedelta(days=3)),
        (" 1 DAY ", timedelta(days=1)),
        ("3\N{NO-BREAK SPACE}days", timedelta(days=3)),
        ("0s", timedelta(0)),
        ("000d", timedelta(0)),
        ("007m", timedelta(minutes=7)),
        ("45 Seconds", timedelta(seconds=45)),
        ("1 second", timedelta(seconds=1)),
        ("90minutes", timedelta(minutes=90)),
        ("1 minute", timedelta(minutes=1)),
        ("96h", timedelta(hours=96)),
        ("1 Hour", timedelta(hours=1)),
        ("2W", timedelta(weeks=2)),
        ("2 weeks", timedelta(weeks=2)),
        ("3650d", timedelta(days=3650)),
        ("0" * 5000 + "1d", timedelta(days=1)),
    ],
)
def test_parse_duration__spellings(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "d",
        "3mo",
        "3 months",
        "-1d",
        "+1d",
        "1.5d",
        "3651d",
        "1d2h",
        "3dd",
        "1 ds",
        "9" * 5000 + "s",
        "٣d",
        "1 ſ",
    ],
)
def test_parse_duration__refuses(text: str) -> None:
    with pytest.raises(DurationError, match="write a whole number and a unit"):
        parse_duration(text)


def test_parse_duration__error_carries_code_and_text() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_duration("3mo")
    assert caught.value.code == "duration-error"
    assert caught.value.details == {"text": "3mo"}
    assert str(caught.value).startswith("'3mo' is no duration: write ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3 days", "3d"), ("96 Hours", "96h"), ("0w", "0w"), ("05m", "5m"), (" 7 D ", "7d")],
)
def test_normalise_duration__keeps_number_and_unit(text: str, expected: str) -> None:
    assert normalise_duration(text) == expected


def test_normalise_duration__refuses_blank() -> None:
    with pytest.raises(DurationError):
        normalise_duration(" ")


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=61), "61s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=96), "4d"),
        (timedelta(hours=5), "5h"),
        (timedelta(days=3), "3d"),
        (timedelta(days=14), "2w"),
    ],
)
def test_format_duration__largest_unit(duration: timedelta, expected: str) -> None:
    assert format_duration(duration) == expected


@pytest.mark.parametrize(
    "duration", [timedelta(seconds=-1), timedelta(milliseconds=1500), LONGEST + timedelta(seconds=1)]
)
def test_format_duration__refuses(duration: timedelta) -> None:
    with pytest.raises(DurationError):
        format_duration(duration)


@given(st.integers(min_value=0, max_value=LONGEST // timedelta(seconds=1)))
def test_format_duration__reads_back(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_add__moves_forward() -> None:
    assert add(NOON, timedelta(days=3)) == datetime(2026, 3, 4, 12, tzinfo=timezone.utc)


def test_add__refuses_end_of_calendar() -> None:
    with pytest.raises(DurationError, match="use an earlier start") as caught:
        add(datetime(9999, 12, 31, tzinfo=timezone.utc), timedelta(days=1))
    assert caught.value.details == {"start": "9999-12-31T00:00:00+00:00", "seconds": 86400.0}
