from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from goflow.journal.models import AuditEvent
from goflow.runtime.models import IdempotencyKey, ProcessInstance, Timer, WorkItem
from goflow.workflow.models import Process
from tests.races import plays
from tests.races.jobs import Job
from tests.races.tables import assert_sound
from tests.races.workers import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 200
FEW_ROUNDS = 50
CLEAR = {"wrong-state", "not-allowed", "concurrent-update", "instance-closed"}


@pytest.fixture
def pair(workers):
    plays.people()
    return workers.hire(), workers.hire()


def one_winner(answers):
    refusals = [answer.refused for answer in answers if answer.refused]
    assert len(refusals) == len(answers) - 1
    assert set(refusals) <= CLEAR
    return refusals[0]


def told(refusals, racers):
    counts = ", ".join(f"{code} {refusals.count(code)}" for code in sorted(set(refusals)))
    return f"{len(refusals)} rounds, refused {counts}; {sum(racer.retries for racer in racers)} retries"


def test_two_people_complete_one_item(pair, figure):
    plays.define_line()
    refusals = []
    for number in range(ROUNDS):
        item = plays.pooled(f"round {number}")
        answers = race(pair, [Job("complete", name, {"item": item.pk}) for name in ("ana", "bo")])
        refusals.append(one_winner(answers))
        assert WorkItem.objects.filter(workitem_from=item).count() == 1
        assert WorkItem.objects.filter(instance=item.instance).count() == 2
    assert_sound()
    # The loser waits for the winner; a design that makes the two deadlock would show here.
    assert sum(racer.retries for racer in pair) <= ROUNDS // 100
    figure(told(refusals, pair))


def test_two_people_complete_the_last_item(pair, figure):
    plays.define_line()
    refusals = []
    for number in range(FEW_ROUNDS):
        instance = plays.started("Line", f"round {number}")
        plays.complete(plays.item(instance, "a"))
        item = plays.item(instance, "b")
        answers = race(pair, [Job("complete", name, {"item": item.pk}) for name in ("ana", "bo")])
        refusals.append(one_winner(answers))
    assert ProcessInstance.objects.filter(status="complete", open_items=0).count() == FEW_ROUNDS
    assert_sound()
    figure(told(refusals, pair))


def test_two_people_take_one_item(pair, figure):
    plays.define_line()
    refusals = []
    for number in range(ROUNDS):
        item = plays.pooled(f"round {number}")
        answers = race(pair, [Job("activate", name, {"item": item.pk}) for name in ("ana", "bo")])
        refusals.append(one_winner(answers))
        winner = next(answer.value for answer in answers if answer.done)
        item.refresh_from_db()
        assert (item.user_id, item.queue, item.status) == (winner, f"u:{winner}", "active")
    assert AuditEvent.objects.filter(action="workitem.activated").count() == ROUNDS
    assert_sound()
    assert sum(racer.retries for racer in pair) <= ROUNDS // 100
    figure(told(refusals, pair))


def test_start_with_one_key_starts_once(pair):
    plays.define_line()
    for number in range(FEW_ROUNDS):
        job = Job("start", "ana", {"process": "Line", "title": f"round {number}", "key": f"key {number}"})
        first, second = race(pair, [job, job])
        assert first.done
        assert first == second
    assert ProcessInstance.objects.count() == WorkItem.objects.count() == FEW_ROUNDS
    assert IdempotencyKey.objects.count() == FEW_ROUNDS
    assert_sound()


def test_complete_with_one_key_completes_once(pair):
    plays.define_line()
    for number in range(FEW_ROUNDS):
        item = plays.item(plays.started("Line", f"round {number}"), "a")
        job = Job("complete", "ana", {"item": item.pk, "key": f"key {number}"})
        first, second = race(pair, [job, job])
        assert first.done
        assert first == second
    assert WorkItem.objects.count() == FEW_ROUNDS * 2
    assert_sound()


@pytest.mark.parametrize("passes", [2, 4])
def test_cron_passes_at_once_fire_every_timer_once(pair, workers, figure, passes):
    plays.define_timed()
    racers = [*pair, *(workers.hire() for _ in range(passes - 2))]
    for number in range(50):
        plays.due_timer(plays.started("Timed", f"round {number}"))
    answers = race(racers, [Job("tick")] * passes)
    fired = [answer.value["fired"] for answer in answers]
    assert sum(fired) == 50
    assert [answer.value["failed"] for answer in answers] == [0] * passes
    assert AuditEvent.objects.filter(action="workitem.timeout").count() == 50
    assert WorkItem.objects.filter(activity_key="c", status="inactive").count() == 50
    assert Timer.objects.count() == 0
    assert_sound()
    figure(f"fired {fired}, {sum(racer.retries for racer in racers)} retries")


def test_two_people_publish_one_draft(pair):
    for number in range(20):
        draft = plays.draft_of(f"Draft {number}")
        answers = race(pair, [Job("publish", name, {"process": draft.pk}) for name in ("ana", "root")])
        assert sorted(answer.refused for answer in answers) == ["", "publish-conflict"]
    published = AuditEvent.objects.filter(action="process.published")
    assert published.count() == Process.objects.filter(status="published").count() == 20
    assert Group.objects.filter(name__startswith="Draft").count() == 20
    assert_sound()


def test_two_drafts_of_one_process_are_published_one_after_the_other(pair):
    for number in range(20):
        first = plays.draft_of(f"Draft {number}")
        second = Process.objects.get(pk=first.clone(by=None).pk)
        jobs = [Job("publish", "root", {"process": draft.pk}) for draft in (first, second)]
        assert [answer.refused for answer in race(pair, jobs)] == ["", ""]
    assert Process.objects.filter(status="published").count() == 20
    assert Process.objects.filter(status="retired").count() == 20
    assert_sound()
