"""
The processes that races are about, and for each verb an instance that waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance, Timer, WorkItem
from goflow.workflow.models import Process
from tests.races.jobs import Job

ROUTE = {"kind": "dummy"}
LONG_AGO = timedelta(days=2)


def people() -> None:
    for name in ("ana", "bo", "cy"):
        testing.person(name, "team")
    User.objects.create_superuser("root")


def define_joining(mode: str, branches: int) -> None:
    """Go (routing) splits into B1 ... Bn, which join in D."""
    names = [f"B{number}" for number in range(1, branches + 1)]
    testing.process(
        "Joining",
        [("Go", ROUTE), *names, ("D", {"join_mode": mode})],
        [*(("Go", name) for name in names), *((name, "D") for name in names)],
    )


def define_line() -> None:
    testing.process("Line", [("A", {"roles": ["team"]}), "B"], [("A", "B")])


def define_kept() -> None:
    testing.process("Kept", [("A", {"autofinish": False}), "B"], [("A", "B")])


def define_split() -> None:
    testing.process("Split", ["A", "B", "C"], [("A", "B"), ("A", "C")])


def define_timed() -> None:
    testing.process("Timed", ["A", "B", "C"], [("A", "B", "OK"), ("A", "C", "timeout:1d", {"name": "late"})])


def define_limited() -> None:
    steps = [
        {"after": "3h", "action": "priority", "priority": 5},
        {"after": "4h", "action": "reassign", "roles": ["team"]},
    ]
    limits = {"sla_warn": "1h", "sla_duration": "2h", "escalations": steps}
    testing.process("Limited", [("A", limits), "B"], [("A", "B")])


def define_chain() -> None:
    automatic = {"autostart": True, "application": "races.count"}
    testing.process(
        "Chain",
        ["A", ("Auto 1", automatic), ("Auto 2", automatic), "Z"],
        [("A", "Auto 1"), ("Auto 1", "Auto 2"), ("Auto 2", "Z")],
    )


def define_automatic(application: str) -> None:
    testing.process(
        "Automatic",
        ["A", ("Auto", {"autostart": True, "application": application}), "Z"],
        [("A", "Auto"), ("Auto", "Z")],
    )


def define_external(application: str = "races.external") -> None:
    testing.process(
        "External", [("Auto", {"autostart": True, "application": application}), "Z"], [("Auto", "Z")]
    )


def started(process: str, title: str, by: str = "ana", **values: object) -> ProcessInstance:
    first = engine.start(process, User.objects.get(username=by), title=title, **values)
    return first.instance


def item(instance: ProcessInstance, key: str) -> WorkItem:
    return WorkItem.objects.get(instance=instance, activity_key=key)


def complete(work: WorkItem, actor: str = "ana", outcome: str | None = None) -> None:
    engine.complete(work.pk, actor=User.objects.get(username=actor), outcome=outcome)


@dataclass(frozen=True, slots=True)
class Scene:
    """A process, and how to make an instance that waits for the job."""

    define: Callable[[], None]
    job: Callable[[str], Job]


def start_job(title: str) -> Job:
    return Job("start", "ana", {"process": "Split", "title": title, "key": title})


def claim_job(title: str) -> Job:
    return Job("activate", "bo", {"item": pooled(title).pk})


def release_job(title: str) -> Job:
    return Job("release", "ana", {"item": item(started("Line", title), "a").pk})


def reassign_job(title: str) -> Job:
    return Job("reassign", "ana", {"item": item(started("Line", title), "a").pk, "to": "bo"})


def complete_job(title: str) -> Job:
    return Job("complete", "ana", {"item": item(started("Line", title), "a").pk, "key": title})


def last_job(title: str) -> Job:
    instance = started("Line", title)
    complete(item(instance, "a"))
    return Job("complete", "bo", {"item": item(instance, "b").pk})


def keep_job(title: str) -> Job:
    return Job("complete", "ana", {"item": item(started("Kept", title), "a").pk, "key": title})


def forward_job(title: str) -> Job:
    work = item(started("Kept", title), "a")
    complete(work)
    return Job("forward", "ana", {"item": work.pk})


def split_job(title: str) -> Job:
    return Job("complete", "ana", {"item": item(started("Split", title), "a").pk})


def first_branch_job(title: str) -> Job:
    return Job("complete", "ana", {"item": item(started("Joining", title), "b1").pk})


def join_job(title: str) -> Job:
    instance = started("Joining", title)
    complete(item(instance, "b1"))
    return Job("complete", "ana", {"item": item(instance, "b2").pk})


def chain_job(title: str) -> Job:
    return Job("complete", "ana", {"item": item(started("Chain", title), "a").pk})


def timer_job(title: str) -> Job:
    return Job("fire", "", {"timer": due_timer(started("Timed", title)).pk})


def warning_job(title: str) -> Job:
    return Job("fire", "", {"timer": due_timer(started("Limited", title), "sla.warn").pk})


def backlog_job(title: str) -> Job:
    """All that an item can be late with, the last of it asked for."""
    instance = started("Limited", title)
    for name in ("sla.warn", "sla.breach", "escalate:1"):
        due_timer(instance, name)
    return Job("fire", "", {"timer": due_timer(instance, "escalate:2").pk})


def suspend_job(title: str) -> Job:
    return Job("suspend", "root", {"instance": started("Limited", title).pk})


def resume_job(title: str) -> Job:
    instance = started("Limited", title)
    engine.suspend(instance.pk, actor=User.objects.get(username="root"))
    return Job("resume", "root", {"instance": instance.pk})


def cancel_job(title: str) -> Job:
    instance = started("Joining", title)
    complete(item(instance, "b1"))
    return Job("cancel", "root", {"instance": instance.pk})


def retry_job(title: str) -> Job:
    instance = started("Automatic", title)
    complete(item(instance, "a"))
    ProcessInstance.objects.filter(pk=instance.pk).update(data={"repaired": True})
    return Job("retry", "root", {"incident": Incident.objects.get(instance=instance).pk})


def leased(instance: ProcessInstance) -> OutboxMessage:
    """The job of the instance in the hands of a worker."""
    message = OutboxMessage.objects.get(instance_id=instance.pk, kind=outbox.JOB)
    return outbox.claim([outbox.JOB], limit=1, seconds=60, ids=[message.pk]).messages[0]


def run_out() -> None:
    """The time of every lease is over."""
    held = OutboxMessage.objects.filter(status=outbox.DUE).exclude(lease_token="")
    held.update(due_at=clock.now() - LONG_AGO)


def finish_job(title: str) -> Job:
    message = leased(started("External", title))
    return Job("finish", "", {"message": message.pk, "token": message.lease_token})


def fail_job(title: str, *, final: bool = False) -> Job:
    message = leased(started("External", title))
    return Job("fail", "", {"message": message.pk, "token": message.lease_token, "final": final})


def give_up_job(title: str) -> Job:
    return fail_job(title, final=True)


def publish_job(title: str) -> Job:
    process = testing.process(title, ["A", "B"], [("A", "B")])
    draft = process.clone(by=User.objects.get(username="root"))
    return Job("publish", "root", {"process": draft.pk})


def pooled(title: str) -> WorkItem:
    """An unowned item that ana, bo and cy may take."""
    return item(started("Line", title, by="root"), "a")


def due_timer(instance: ProcessInstance, name: str = "timeout:") -> Timer:
    timer = Timer.objects.get(workitem__instance=instance, name__startswith=name)
    timer.due_at = clock.now() - LONG_AGO
    timer.save()
    return timer


def define_and_join() -> None:
    define_joining("and", 2)


def define_waiting() -> None:
    define_automatic("races.wait_for_data")


def define_nothing() -> None:
    """Each scene of publishing has a process of its own."""


SCENES = {
    "start": Scene(define_split, start_job),
    "claim": Scene(define_line, claim_job),
    "release": Scene(define_line, release_job),
    "reassign": Scene(define_line, reassign_job),
    "complete": Scene(define_line, complete_job),
    "complete-the-last": Scene(define_line, last_job),
    "complete-and-keep": Scene(define_kept, keep_job),
    "forward": Scene(define_kept, forward_job),
    "split": Scene(define_split, split_job),
    "first-branch": Scene(define_and_join, first_branch_job),
    "join": Scene(define_and_join, join_job),
    "chain": Scene(define_chain, chain_job),
    "timer": Scene(define_timed, timer_job),
    "warning": Scene(define_limited, warning_job),
    "backlog": Scene(define_limited, backlog_job),
    "suspend": Scene(define_limited, suspend_job),
    "resume": Scene(define_limited, resume_job),
    "cancel": Scene(define_and_join, cancel_job),
    "retry": Scene(define_waiting, retry_job),
    "finish-a-job": Scene(define_external, finish_job),
    "fail-a-job": Scene(define_external, fail_job),
    "give-up-a-job": Scene(define_external, give_up_job),
    "publish": Scene(define_nothing, publish_job),
}


def draft_of(title: str) -> Process:
    return testing.process(title, ["A", "B"], [("A", "B")], publish_now=False)
