"""
One item that cannot go on stops no other one, and ends where an administrator sees it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import Incident, Timer, WorkItem
from goflow.runtime.scans import TRIES, sla_scan, timeout_scan
from goflow.workflow.registry import APPLICATION, PUSH_APPLICATION
from tests.runtime.reading import AUTO

DAY = timedelta(days=1)


def raising(task, **params):
    raise ValueError("poison")


@pytest.fixture
def sound(ana):
    """
    Twenty items that time out into a step of work.
    """
    testing.process("Sound", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    return [engine.start("Sound", ana) for _ in range(20)]


def item_before(title, step, user):
    """
    An item that times out into the step, in the middle of the sound ones by its due time.
    """
    testing.process(title, ["A", "B", ("C", step), "D"], [("A", "B"), ("A", "C", "timeout: 1d"), ("C", "D")])
    return engine.start(title, user)


def assert_the_others_went_on(sound):
    done = WorkItem.objects.filter(instance__in=[item.instance_id for item in sound], activity_key="c")
    assert done.count() == len(sound)


def middle(item, sound):
    Timer.objects.filter(workitem=item).update(due_at=Timer.objects.get(workitem=sound[10]).due_at)


def test_an_application_that_raises(sound, ana, register):
    register(APPLICATION, "poison", raising)
    item = item_before("Poison", {**AUTO, "application": "poison"}, ana)
    middle(item, sound)
    with testing.moved(DAY):
        found = timeout_scan()
    assert (found["fired"], found["failed"]) == (21, 0)
    assert_the_others_went_on(sound)
    assert Incident.objects.get().code == "application-failed"


def test_a_push_function_that_raises(sound, ana, register):
    register(PUSH_APPLICATION, "poison", raising)
    item = item_before("Poison", {"push": "poison"}, ana)
    middle(item, sound)
    with testing.moved(DAY):
        found = timeout_scan()
    assert (found["fired"], found["failed"]) == (21, 0)
    assert_the_others_went_on(sound)
    assert Incident.objects.get().code == "push-failed"


def test_a_definition_that_has_lost_the_transition(sound, ana):
    broken = item_before("Poison", {}, ana)
    middle(broken, sound)
    Timer.objects.filter(workitem=broken).update(name="timeout:gone")
    with testing.moved(DAY):
        found = timeout_scan()
    assert (found["fired"], found["failed"]) == (20, 1)
    assert_the_others_went_on(sound)
    timer = Timer.objects.get(workitem=broken)
    assert (timer.attempts, "gone" in timer.last_error) == (1, True)


@pytest.mark.parametrize(("scan", "name"), [(timeout_scan, "timeout:gone"), (sla_scan, "escalate:7")])
def test_after_the_last_try_there_is_an_incident_and_no_timer(ana, scan, name):
    broken = item_before("Poison", {}, ana)
    Timer.objects.filter(workitem=broken).update(name=name)
    tries = 0
    for number in range(1, TRIES + 3):
        with testing.moved(number * DAY):
            tries += scan()["checked"]
    assert tries == TRIES
    assert (Incident.objects.get().code, Timer.objects.count()) == ("timer-failed", 0)
    assert WorkItem.objects.get(pk=broken.pk).status == "fallout"


def test_a_failing_timer_waits_longer_each_time(ana):
    broken = item_before("Poison", {}, ana)
    Timer.objects.filter(workitem=broken).update(name="timeout:gone")
    waits = []
    for number in range(1, TRIES):
        with testing.moved(number * DAY):
            timeout_scan()
        due_at = Timer.objects.get().due_at
        waits.append(round((due_at - broken.opened_at - number * DAY).total_seconds() / 60))
    assert waits == [1, 2, 4, 8]
