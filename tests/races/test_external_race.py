"""
External work in the hands of real processes: shared, killed, taken over.
"""

from __future__ import annotations

from itertools import count

import pytest
from django.contrib.auth.models import Group

from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.runtime.models import ProcessInstance, WorkItem
from tests.races import plays
from tests.races.jobs import Job, run
from tests.races.tables import assert_sound
from tests.races.workers import race

pytestmark = pytest.mark.django_db(transaction=True)

WORK = Job("work")


def keys() -> list[str]:
    jobs = OutboxMessage.objects.filter(kind=outbox.JOB).order_by("id")
    return [payload["key"] for payload in jobs.values_list("payload", flat=True)]


def runs(key: str) -> int:
    return Group.objects.filter(name__contains=f" {key} ").count()


def completions() -> int:
    return AuditEvent.objects.filter(action="workitem.completed", activity_key="auto").count()


def test_two_workers_share_a_hundred_jobs(workers, figure):
    plays.people()
    plays.define_external()
    for number in range(100):
        plays.started("External", f"round {number}")
    pair = workers.hire(), workers.hire()
    done = [0, 0]
    while OutboxMessage.objects.filter(kind=outbox.JOB, status="due").exists():
        answers = race(pair, [WORK, WORK])
        done = [total + answer.value.get("sent", 0) for total, answer in zip(done, answers, strict=True)]
    assert sum(done) == completions() == 100
    assert [runs(key) for key in keys()] == [1] * 100
    assert WorkItem.objects.filter(activity_key="z", status="inactive").count() == 100
    assert_sound()
    figure(f"done {done}, {sum(worker.retries for worker in pair)} retries")


def is_killed(workers, halt=None) -> bool:
    worker = workers.hire()
    worker.prepare(WORK, halt)
    worker.go()
    try:
        worker.answer()
    except EOFError:
        return True
    finally:
        workers.dismiss()
    return False


def test_a_worker_killed_while_it_runs_an_application_is_replaced(workers):
    plays.people()
    plays.define_external("races.fatal")
    instance = plays.started("External", "killed")
    assert is_killed(workers)
    assert run(WORK).value == {}  # the dead worker still holds it
    plays.run_out()
    assert run(WORK).value["sent"] == 1
    (key,) = keys()
    assert runs(key) == 2
    assert [plays.item(instance, activity).status for activity in ("auto", "z")] == ["complete", "inactive"]
    assert OutboxMessage.objects.get(kind=outbox.JOB).attempts == 2
    assert_sound()


def test_a_worker_killed_at_any_statement_loses_nothing_and_completes_nothing_twice(workers, figure):
    plays.people()
    plays.define_external()
    for number in count(1):
        plays.started("External", f"killed {number}")
        if not is_killed(workers, ("die", number, "before")):
            break
        plays.run_out()
        run(WORK)
    assert number > 10
    assert completions() == ProcessInstance.objects.count() == number
    assert all(runs(key) in {1, 2} for key in keys())
    assert set(OutboxMessage.objects.filter(kind=outbox.JOB).values_list("status", flat=True)) == {"sent"}
    assert_sound()
    figure(f"{number - 1} kills, {sum(runs(key) == 2 for key in keys())} repetitions")
