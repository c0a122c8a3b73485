from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from tests.races import plays
from tests.races.jobs import Job, run
from tests.races.tables import assert_sound, state

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = {
    "postgresql": (
        "SELECT COUNT(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ),
    # Not innodb_trx: InnoDB does not refresh it for those who ask more often than every 0.1 seconds.
    "mysql": "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
}
POLL_SECONDS = 0.01
SQLITE_POLLS = 3


def somebody_waits(polls: int) -> bool:
    """Whether a statement waits for a lock; SQLite cannot tell, there a while without an answer must do."""
    if connection.vendor == "sqlite":
        return polls >= SQLITE_POLLS
    with connection.cursor() as cursor:
        cursor.execute(WAITING[connection.vendor])
        return int(cursor.fetchone()[-1]) > 0


def interleave(workers, jobs, number):
    """
    Stop the first job before its statement of that number, let the second go as far as it can, go on.

    None when the first job has fewer statements.
    """
    first, second = workers
    first.prepare(jobs[0], ("pause", number, "before"))
    second.prepare(jobs[1])
    first.go()
    reached = first.receive()
    if reached != "paused":
        first.close(reached)
        return None
    second.go()
    for polls in count():
        if second.line.poll(POLL_SECONDS) or somebody_waits(polls):
            break
    first.go()
    return first.answer(), second.answer()


def completing_twice(title: str) -> tuple[Job, Job]:
    item = plays.pooled(title).pk
    return Job("complete", "ana", {"item": item}), Job("complete", "bo", {"item": item})


def taking_twice(title: str) -> tuple[Job, Job]:
    item = plays.pooled(title).pk
    return Job("activate", "ana", {"item": item}), Job("activate", "bo", {"item": item})


def taking_and_completing(title: str) -> tuple[Job, Job]:
    item = plays.pooled(title).pk
    return Job("activate", "ana", {"item": item}), Job("complete", "bo", {"item": item})


def completing_and_cancelling(title: str) -> tuple[Job, Job]:
    instance = plays.started("Joining", title)
    plays.complete(plays.item(instance, "b1"))
    last = plays.item(instance, "b2")
    return Job("complete", "ana", {"item": last.pk}), Job("cancel", "root", {"instance": instance.pk})


def joining(title: str) -> tuple[Job, Job]:
    instance = plays.started("Joining", title)
    items = [plays.item(instance, key).pk for key in ("b1", "b2")]
    return Job("complete", "ana", {"item": items[0]}), Job("complete", "bo", {"item": items[1]})


def completing_and_timing_out(title: str) -> tuple[Job, Job]:
    timer = plays.due_timer(plays.started("Timed", title))
    complete = Job("complete", "ana", {"item": timer.workitem_id, "outcome": "OK"})
    return complete, Job("fire", "", {"timer": timer.pk})


def timing_out_twice(title: str) -> tuple[Job, Job]:
    timer = plays.due_timer(plays.started("Timed", title))
    return Job("fire", "", {"timer": timer.pk}), Job("fire", "", {"timer": timer.pk})


def finishing_twice(title: str) -> tuple[Job, Job]:
    job = plays.finish_job(title)
    return job, job


def finishing_and_cancelling(title: str) -> tuple[Job, Job]:
    instance = plays.started("External", title)
    message = plays.leased(instance)
    finish = Job("finish", "", {"message": message.pk, "token": message.lease_token})
    return finish, Job("cancel", "root", {"instance": instance.pk})


def finishing_and_taking_over(title: str) -> tuple[Job, Job]:
    job = plays.finish_job(title)
    plays.run_out()
    return job, Job("take over", "", {"message": job.values["message"]})


def failing_and_taking_over(title: str) -> tuple[Job, Job]:
    job = plays.give_up_job(title)
    plays.run_out()
    return job, Job("take over", "", {"message": job.values["message"]})


def finishing_and_suspending(title: str) -> tuple[Job, Job]:
    finish = plays.finish_job(title)
    instance = plays.ProcessInstance.objects.get(title=title)
    return finish, Job("suspend", "root", {"instance": instance.pk})


def finishing_and_resuming(title: str) -> tuple[Job, Job]:
    finish, suspend = finishing_and_suspending(title)
    run(suspend)
    return finish, Job("resume", "root", suspend.values)


def giving_up_and_resuming(title: str) -> tuple[Job, Job]:
    give_up = plays.give_up_job(title)
    instance = plays.ProcessInstance.objects.get(title=title)
    run(Job("suspend", "root", {"instance": instance.pk}))
    return give_up, Job("resume", "root", {"instance": instance.pk})


def suspending_and_completing(title: str) -> tuple[Job, Job]:
    instance = plays.started("Limited", title)
    complete = Job("complete", "ana", {"item": plays.item(instance, "a").pk})
    return Job("suspend", "root", {"instance": instance.pk}), complete


def suspending_and_breaching(title: str) -> tuple[Job, Job]:
    breach = plays.backlog_job(title)
    instance = plays.ProcessInstance.objects.get(title=title)
    return Job("suspend", "root", {"instance": instance.pk}), breach


def resuming_and_breaching(title: str) -> tuple[Job, Job]:
    resume = plays.resume_job(title)
    instance = plays.ProcessInstance.objects.get(title=title)
    return resume, Job("fire", "", {"timer": plays.due_timer(instance, "sla.breach").pk})


def escalating_and_claiming(title: str) -> tuple[Job, Job]:
    escalate = plays.backlog_job(title)
    instance = plays.ProcessInstance.objects.get(title=title)
    return escalate, Job("activate", "ana", {"item": plays.item(instance, "a").pk})


def escalating_twice(title: str) -> tuple[Job, Job]:
    escalate = plays.backlog_job(title)
    return escalate, escalate


PAIRS: dict[str, tuple[Callable[[], None], Callable[[str], tuple[Job, Job]]]] = {
    "complete-complete": (plays.define_line, completing_twice),
    "claim-claim": (plays.define_line, taking_twice),
    "claim-complete": (plays.define_line, taking_and_completing),
    "complete-cancel": (plays.define_and_join, completing_and_cancelling),
    "and-join": (plays.define_and_join, joining),
    "or-join": (lambda: plays.define_joining("or", 2), joining),
    "complete-timeout": (plays.define_timed, completing_and_timing_out),
    "timeout-timeout": (plays.define_timed, timing_out_twice),
    "suspend-complete": (plays.define_limited, suspending_and_completing),
    "suspend-breach": (plays.define_limited, suspending_and_breaching),
    "resume-breach": (plays.define_limited, resuming_and_breaching),
    "escalate-claim": (plays.define_limited, escalating_and_claiming),
    "escalate-escalate": (plays.define_limited, escalating_twice),
    "result-result": (plays.define_external, finishing_twice),
    "result-cancel": (plays.define_external, finishing_and_cancelling),
    "result-takeover": (plays.define_external, finishing_and_taking_over),
    "result-suspend": (plays.define_external, finishing_and_suspending),
    "result-resume": (plays.define_external, finishing_and_resuming),
    "failure-resume": (plays.define_external, giving_up_and_resuming),
    "failure-takeover": (plays.define_external, failing_and_taking_over),
}


def serially(build, order):
    title = f"serial {order}"
    jobs = build(title)
    answers = {place: run(jobs[place]) for place in order}
    return state(title), (answers[0], answers[1])


@pytest.mark.parametrize("turn", [1, -1], ids=["", "turned"])
@pytest.mark.parametrize("name", PAIRS)
def test_two_units_stopped_anywhere_end_as_in_some_serial_order(workers, figure, name, turn):
    plays.people()
    define, build = PAIRS[name]
    define()
    serial = [serially(build, order) for order in ((0, 1), (1, 0))]
    pair = workers.hire(), workers.hire()
    for number in count(1):
        title = f"stopped {number}"
        answers = interleave(pair, build(title)[::turn], number)
        if answers is None:
            break
        assert (state(title), answers[::turn]) in serial
    assert number > 3
    assert_sound()
    figure(f"{number - 1} places, {sum(worker.retries for worker in pair)} retries")


def test_a_real_deadlock_in_host_code_is_retried(workers, figure):
    plays.people()
    plays.define_automatic("races.touch")
    rows = [Group.objects.create(name=name).pk for name in ("x", "y")]
    pair = workers.hire(), workers.hire()
    for number in count(1):
        instances = [
            plays.started("Automatic", f"stopped {number}", data={"order": order})
            for order in (rows, rows[::-1])
        ]
        jobs = [Job("complete", "ana", {"item": plays.item(one, "a").pk}) for one in instances]
        answers = interleave(pair, jobs, number)
        if answers is None:
            break
        assert [answer.value for answer in answers] == [["z"], ["z"]]
    # Two marks for each round in which both worked, one for the last, which only the first job began.
    marks = ["+" * (2 * number - 1)] * 2
    assert [
        name.lstrip("xy") for name in Group.objects.filter(pk__in=rows).values_list("name", flat=True)
    ] == marks
    assert_sound()
    retries = sum(worker.retries for worker in pair)
    assert bool(retries) == (connection.vendor != "sqlite")
    figure(f"{number - 1} places, {retries} retries")
