from __future__ import annotations

import pytest

from goflow.runtime.models import EdgeToken, ProcessInstance, WorkItem
from tests.races import plays
from tests.races.jobs import Job
from tests.races.tables import assert_sound
from tests.races.workers import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("mode", "branches", "rounds"), [("and", 2, 200), ("or", 2, 60), ("and", 3, 40), ("or", 3, 40)]
)
def test_the_last_branches_race_into_a_join(workers, figure, mode, branches, rounds):
    plays.people()
    plays.define_joining(mode, branches)
    racers = [workers.hire() for _ in range(branches)]
    for number in range(rounds):
        instance = plays.started("Joining", f"round {number}")
        assert_one_continuation(instance, racers, number)
    assert_sound()
    figure(f"{rounds} rounds, {sum(racer.retries for racer in racers)} retries")


def assert_one_continuation(instance, racers, number):
    items = list(WorkItem.objects.filter(instance=instance, status="inactive").order_by("id"))
    names = ["ana", "bo", "cy"]
    jobs = [Job("complete", name, {"item": item.pk}) for name, item in zip(names, items, strict=False)]
    turn = number % len(jobs)
    answers = race(racers, [*jobs[turn:], *jobs[:turn]])
    assert [answer.refused for answer in answers] == [""] * len(jobs)
    assert sorted(answer.value for answer in answers) == [[]] * (len(jobs) - 1) + [["d"]]
    assert WorkItem.objects.filter(instance=instance, activity_key="d").count() == 1
    assert WorkItem.objects.get(instance=instance, activity_key="d").status == "inactive"
    assert EdgeToken.objects.filter(instance=instance).count() == 0
    stored = ProcessInstance.objects.get(pk=instance.pk)
    assert (stored.status, stored.open_items) == ("running", 1)
