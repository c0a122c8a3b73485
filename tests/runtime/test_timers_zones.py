"""
Time limits are lengths of elapsed time: a night that has 23 or 25 hours changes no due time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone as active_zone

from goflow import clock, testing
from goflow.runtime import engine
from goflow.runtime.models import Timer, WorkItem

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
YEAR = 2026
HOUR = timedelta(hours=1)
ORDINARY = (datetime(YEAR, 3, 29, 1, tzinfo=timezone.utc), datetime(YEAR, 10, 25, 1, tzinfo=timezone.utc))
"""For zones whose clocks go on as ever: the nights of Berlin."""


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """
    The hours of the year in which the clocks of the zone are changed.
    """
    moment = datetime(YEAR, 1, 1, tzinfo=timezone.utc)
    while moment.year == YEAR:
        if moment.astimezone(zone).utcoffset() != (moment + HOUR).astimezone(zone).utcoffset():
            yield moment
        moment += HOUR


NIGHTS = [
    pytest.param(name, night, id=f"{name} {night:%m-%d}")
    for name in ZONES
    for night in (tuple(changes(ZoneInfo(name))) or ORDINARY)
]


def test_the_year_has_two_such_nights_where_clocks_are_changed():
    counted = {name: len(tuple(changes(ZoneInfo(name)))) for name in ZONES}
    assert counted == {
        "Europe/Berlin": 2,
        "America/New_York": 2,
        "America/Sao_Paulo": 0,
        "Australia/Lord_Howe": 2,
        "Africa/Casablanca": 2,
        "Asia/Kathmandu": 0,
    }


@pytest.fixture
def limited(ana):
    limits = {"sla_warn": "1h", "sla_duration": "24h", "escalations": [{"after": "2d", "action": "remind"}]}
    ways = [("A", "B"), ("A", "C", "timeout: 3d")]
    testing.process("Limited", [("A", limits), "B", "C"], ways)
    return ana


@pytest.mark.parametrize(("name", "night"), NIGHTS)
def test_due_times_are_elapsed_time_over_the_night(limited, name, night):
    opened = night - timedelta(minutes=30)
    # The server's own zone is one, that of whoever asks another one.
    with override_settings(TIME_ZONE=name), active_zone.override("Pacific/Auckland"):
        with testing.moved(opened - clock.now()):
            item = engine.start("Limited", limited)
        stored = WorkItem.objects.get(pk=item.pk)
        due = {timer.name: timer.due_at - stored.opened_at for timer in Timer.objects.all()}
    assert timedelta(0) <= stored.opened_at - opened < HOUR / 2
    assert stored.due_at - stored.opened_at == 24 * HOUR
    assert due == {
        "sla.warn": HOUR,
        "sla.breach": 24 * HOUR,
        "escalate:1": 48 * HOUR,
        "timeout:a-c": 72 * HOUR,
    }
    assert stored.due_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("name", "night"), NIGHTS)
def test_a_timer_fires_at_its_moment_and_not_an_hour_off(limited, name, night):
    with active_zone.override(name):
        with testing.moved(night - timedelta(minutes=30) - clock.now()):
            engine.start("Limited", limited)
        warn = Timer.objects.get(name="sla.warn")
        for seconds, fires in ((-60, False), (1, True)):
            with testing.moved(warn.due_at + timedelta(seconds=seconds) - clock.now()):
                assert engine.fire_timer(warn.pk) is fires
