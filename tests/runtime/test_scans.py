from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from goflow import clock, testing
from goflow.runtime import assignment, engine, scans
from goflow.runtime.models import Incident, ProcessInstance, Timer, WorkItem
from goflow.testing import count_statements
from goflow.workflow.registry import HOOK
from tests.runtime.reading import actions, incident, item

LATER = timedelta(days=1)


@pytest.fixture
def poisoned(register):
    """
    A hook that fails for the instance called poison, as long as it is in the set it gives.
    """
    bad = {"poison"}

    def hook(task, transition):
        if task.instance.title in bad:
            raise ValueError("bad data")

    register(HOOK, "guard", hook)
    return bad


@pytest.fixture
def waiting(ana, poisoned):
    """
    Three instances with a timer each; the second one cannot be fired.
    """
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d", {"post_hook": "guard"})])
    return [engine.start("Late", ana, title=title).instance for title in ("one", "poison", "three")]


def scan(after: timedelta = LATER) -> dict[str, int]:
    with testing.moved(after):
        return scans.timeout_scan()


def test_due_timers_fire_once(waiting, poisoned):
    poisoned.clear()
    assert scan() == {"checked": 3, "fired": 3, "gone": 0, "failed": 0}
    assert scan() == {"checked": 0, "fired": 0, "gone": 0, "failed": 0}
    assert WorkItem.objects.filter(activity_key="c").count() == 3


def test_nothing_is_due_before_its_time(waiting):
    assert scan(timedelta(hours=23)) == {"checked": 0, "fired": 0, "gone": 0, "failed": 0}


def test_a_poisoned_timer_does_not_stop_the_rest(waiting):
    assert scan() == {"checked": 3, "fired": 2, "gone": 0, "failed": 1}
    assert [item("a", i).status for i in waiting] == ["cancelled", "inactive", "cancelled"]


def test_batches_reach_every_timer(waiting):
    with testing.moved(LATER):
        assert scans.timeout_scan(batch=1) == {"checked": 3, "fired": 2, "gone": 0, "failed": 1}


def test_a_failed_timer_waits_longer_each_time(waiting):
    scan()
    timer = Timer.objects.get()
    assert (timer.attempts, timer.last_error) == (1, "HookFailed: " + timer.last_error.split(": ", 1)[1])
    with testing.moved(LATER):
        assert timer.due_at > clock.now() + timedelta(seconds=55)
    assert scan(LATER + timedelta(seconds=50))["checked"] == 0
    assert scan(LATER + timedelta(seconds=70))["failed"] == 1
    assert Timer.objects.get().attempts == 2


def test_a_mended_timer_fires_at_the_next_try(waiting, poisoned):
    scan()
    poisoned.clear()
    assert scan(LATER + timedelta(minutes=2))["fired"] == 1


@pytest.fixture
def given_up(waiting):
    """
    The poisoned instance after as many tries as there are.
    """
    for day in range(1, scans.TRIES + 1):
        scan(timedelta(days=day))
    return waiting[1]


def test_after_some_tries_it_is_an_incident(given_up):
    found = incident()
    assert (found.code, found.instance, found.workitem) == ("timer-failed", given_up, item("a", given_up))
    assert found.message.startswith("HookFailed")
    assert (item("a", given_up).status, item("a", given_up).queue) == ("fallout", None)
    assert scan(timedelta(days=99))["checked"] == 0


def test_retrying_it_takes_the_timeout(given_up, poisoned, root):
    poisoned.clear()
    done = engine.retry(incident().pk, actor=root)
    assert [i.activity_key for i in done.opened] == ["c"]
    assert item("a", given_up).status == "cancelled"
    assert not Incident.objects.open().exists()


def test_giving_up_fails_no_scan(waiting, monkeypatch):
    def broken(*args):
        raise RuntimeError("no")

    monkeypatch.setattr(scans.engine, "stop_timer", broken)
    Timer.objects.filter(workitem__instance=waiting[1]).update(attempts=scans.TRIES)
    assert scan() == {"checked": 3, "fired": 2, "gone": 0, "failed": 1}


def test_timers_of_suspended_instances_wait(waiting, poisoned):
    poisoned.clear()
    ProcessInstance.objects.update(status="suspended")
    assert scan()["checked"] == 0


def test_a_timer_that_somebody_else_fired_is_gone(waiting, poisoned, monkeypatch):
    poisoned.clear()
    with testing.moved(LATER):
        stale = scans.timers.due(clock.now(), 10)
    scan()
    monkeypatch.setattr(
        scans.timers, "due", lambda now, limit, after=None, which=None: [] if after else stale
    )
    assert scan() == {"checked": 3, "fired": 0, "gone": 3, "failed": 0}


def test_a_batch_is_found_by_one_statement(waiting):
    with testing.moved(LATER), count_statements() as statements:
        found = scans.timers.due(clock.now(), 500)
    assert (len(found), len(statements)) == (3, 1), statements


# Pools that nobody reads any more


def test_items_of_a_peopled_pool_stay(pooled):
    assert scans.pool_scan() == {"checked": 0, "stopped": 0}
    assert item("a").status == "inactive"


def test_an_emptied_role_is_an_incident_of_the_waiting_item(pooled, bo):
    bo.groups.clear()
    assert scans.pool_scan() == {"checked": 1, "stopped": 1}
    assert (incident().code, incident().workitem) == ("nobody-can-take", pooled)
    assert (item("a").status, item("a").queue) == ("fallout", None)
    assert "incident.raised" in actions(pooled.instance, pooled)


def test_a_deleted_role_is_one_too(pooled):
    Group.objects.filter(name="team").delete()
    assert scans.pool_scan()["stopped"] == 1


def test_the_same_item_is_stopped_once(pooled, bo):
    bo.groups.clear()
    scans.pool_scan()
    assert scans.pool_scan() == {"checked": 0, "stopped": 0}
    assert Incident.objects.count() == 1


def test_an_item_somebody_has_in_hands_stays(pooled, bo):
    engine.activate(pooled.pk, actor=bo)
    bo.groups.clear()
    assert scans.pool_scan() == {"checked": 0, "stopped": 0}


def test_retrying_with_a_new_member_puts_it_back(pooled, bo, cy, root):
    bo.groups.clear()
    scans.pool_scan()
    cy.groups.add(testing.group("team"))
    engine.retry(incident().pk, actor=root)
    assert (item("a").status, item("a").queue) == ("inactive", pooled.queue)
    assert not Incident.objects.open().exists()


def test_retrying_without_a_member_counts_the_attempt(pooled, bo, root):
    bo.groups.clear()
    scans.pool_scan()
    engine.retry(incident().pk, actor=root)
    assert (incident().attempts, item("a").status, item("a").queue) == (2, "fallout", None)


def test_an_administrator_gives_it_to_a_person(pooled, bo, cy, root):
    Group.objects.filter(name="team").delete()
    scans.pool_scan()
    engine.reassign(pooled.pk, actor=root, to=cy)
    assert engine.complete(pooled.pk, actor=cy).workitem.status == "complete"


def test_people_with_the_browse_right_see_the_incident(pooled, bo, root, cy):
    bo.groups.clear()
    scans.pool_scan()
    assert Incident.objects.open().for_user(root).count() == 1
    assert Incident.objects.open().for_user(cy).count() == 0


def test_an_item_that_cannot_be_stopped_does_not_stop_the_rest(pooled, ana, bo, monkeypatch):
    other = engine.start("Pooled", ana)
    bo.groups.clear()
    stop = scans.engine.stop_stranded
    monkeypatch.setattr(scans.engine, "stop_stranded", lambda pk: 1 / 0 if pk == pooled.pk else stop(pk))
    assert scans.pool_scan() == {"checked": 2, "stopped": 1}
    assert incident().workitem == other


def test_somebody_who_joined_meanwhile_keeps_the_item_in_its_pool(pooled, monkeypatch):
    monkeypatch.setattr(scans.assignment, "empty_pools", lambda keys=None: [pooled.queue])
    monkeypatch.setattr("goflow.runtime.recovery.empty_pools", lambda keys=None: [])
    assert scans.pool_scan() == {"checked": 1, "stopped": 0}


def test_an_item_that_was_moved_meanwhile_is_not_stopped(pooled, cy, monkeypatch):
    """Between the look and the lock somebody gives it to a person."""

    def moves(keys=None):
        WorkItem.objects.filter(pk=pooled.pk).update(queue=assignment.personal_queue(cy), user=cy)
        return keys

    monkeypatch.setattr("goflow.runtime.recovery.empty_pools", moves)
    assert not engine.stop_stranded(pooled.pk)
    assert item("a").status == "inactive"
    assert not Incident.objects.exists()


@pytest.mark.parametrize("problem", ["bad \0 text", "bad \ud800 text"])
def test_a_failure_whose_text_cannot_be_stored_does_not_stop_the_rest(waiting, register, problem):
    def hook(task, transition):
        if task.instance.title == "poison":
            raise ValueError(problem)

    register(HOOK, "guard", hook)
    assert scan() == {"checked": 3, "fired": 2, "gone": 0, "failed": 1}
    assert Timer.objects.get().last_error.startswith("HookFailed: ")
    for day in range(2, 2 + scans.TRIES):
        scan(timedelta(days=day))
    assert (incident().code, item("a", waiting[1]).status) == ("timer-failed", "fallout")
