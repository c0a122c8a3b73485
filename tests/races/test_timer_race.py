"""
Several schedulers at once: every timer fires once, whoever is faster and whatever their clocks say.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import clock
from goflow.journal.models import AuditEvent
from goflow.runtime.models import Incident, Timer, WorkItem
from tests.races import plays
from tests.races.jobs import Job
from tests.races.tables import assert_sound
from tests.races.workers import race

pytestmark = pytest.mark.django_db(transaction=True)

SKEWS = {"same": (0, 0, 0, 0), "apart": (-10, -4, 6, 10)}
"""Minutes by which the clocks of the four are ahead."""


def timed(process: str, count: int) -> None:
    for number in range(count):
        plays.started(process, f"{process} {number}", by=("ana", "bo", "cy")[number % 3])


def spread() -> None:
    """Due between 25 minutes ago and 5 minutes from now: not all of it, for who is behind."""
    now = clock.now()
    for number, timer in enumerate(Timer.objects.order_by("?")):
        Timer.objects.filter(pk=timer.pk).update(due_at=now + timedelta(minutes=5 - number % 30))


def scan_with_four(workers, job, minutes):
    schedulers = [workers.hire() for _ in minutes]
    jobs = [Job("scan", values={"job": job, "minutes_ahead": ahead}) for ahead in minutes]
    answers = race(schedulers, jobs)
    assert [answer.refused for answer in answers] == [""] * len(minutes)
    return [answer.value for answer in answers], sum(scheduler.retries for scheduler in schedulers)


@pytest.mark.parametrize(("skew", "count"), [("same", 100), ("apart", 1_000)])
def test_four_schedulers_fire_each_timeout_once(workers, figure, skew, count):
    plays.people()
    plays.define_timed()
    timed("Timed", count)
    spread() if skew == "apart" else Timer.objects.update(due_at=clock.now())
    counts, retries = scan_with_four(workers, "timeout_scan", SKEWS[skew])
    assert sum(found["fired"] for found in counts) == count
    assert sum(found["failed"] for found in counts) == 0
    assert AuditEvent.objects.filter(action="workitem.timeout").count() == count
    assert WorkItem.objects.filter(activity_key="c").count() == count
    assert not Timer.objects.exists()
    assert not Incident.objects.exists()
    assert_sound()
    shares = "/".join(str(found["fired"]) for found in counts)
    figure(f"{count} timers by four: {shares}, {retries} retries")


def test_four_schedulers_warn_report_and_escalate_once_and_in_order(workers, figure):
    plays.people()
    plays.define_limited()
    count = 40
    timed("Limited", count)
    Timer.objects.update(due_at=clock.now() - plays.LONG_AGO)
    for number, name in enumerate(("sla.warn", "sla.breach", "escalate:1", "escalate:2")):
        due_at = clock.now() - timedelta(minutes=40 - number)
        Timer.objects.filter(name=name).update(due_at=due_at)
    counts, retries = scan_with_four(workers, "sla_scan", SKEWS["apart"])
    told = {name: sum(found[name] for found in counts) for name in counts[0] if name != "checked"}
    del told["gone"]
    assert told == {
        "fired": 4 * count,
        "failed": 0,
        "warned": count,
        "breached": count,
        "escalated": 2 * count,
    }
    late = ("sla.warned", "sla.breached", "workitem.escalated")
    for item in WorkItem.objects.all():
        rows = AuditEvent.objects.filter(workitem_id=item.pk, action__in=late).order_by("seq")
        assert list(rows.values_list("action", flat=True)) == [*late, "workitem.escalated"]
    assert not Timer.objects.exists()
    assert_sound()
    figure(f"{4 * count} timers by four, {retries} retries")
