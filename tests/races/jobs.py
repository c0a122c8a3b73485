"""
The verbs by plain values, so that another process can be asked for them; how a run of a verb is watched.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat

from goflow import clock
from goflow.errors import GoflowError
from goflow.journal import outbox
from goflow.runtime import engine
from goflow.runtime import jobs as engine_jobs
from goflow.workflow.loader import definition
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish
from goflow.workflow.registry import application


@dataclass(frozen=True, slots=True)
class Job:
    """A verb and its values; ``actor`` is a user name."""

    verb: str
    actor: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb returned, as plain values, or the code of its refusal."""

    value: Any = None
    refused: str = ""

    @property
    def done(self) -> bool:
        return not self.refused


@application("races.count")
def count(task: Any) -> None:
    """Leaves a trace in the instance and one in a table of the host."""
    task.data["runs"] = [*task.data.get("runs", []), task.activity.key]
    Group.objects.create(name=f"{task.instance.title} {task.activity.key}")


@application("races.touch")
def touch(task: Any) -> None:
    """Writes rows of the host, in the order that the instance says."""
    for pk in task.data["order"]:
        Group.objects.filter(pk=pk).update(name=Concat(F("name"), Value("+")))


@application("races.wait_for_data")
def wait_for_data(task: Any) -> None:
    """Fails until somebody repaired the instance."""
    if not task.data.get("repaired"):
        raise LookupError("not repaired yet")
    count(task)


@application("races.external", external=True)
def external(task: Any) -> None:
    """Leaves a row of the host for each time it runs."""
    Group.objects.create(name=f"{task.instance.title} {task.key} {uuid4()}")


@application("races.fatal", external=True)
def fatal(task: Any) -> None:
    """Kills the process that runs it first."""
    external(task)
    if task.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def _start(actor: Any, process: str, title: str, key: str | None = None) -> Any:
    return engine.start(process, actor, title=title, key=key).pk


def _activate(actor: Any, item: int) -> Any:
    return engine.activate(item, actor=actor).user_id


def _release(actor: Any, item: int) -> Any:
    return engine.release(item, actor=actor).queue


def _reassign(actor: Any, item: int, to: str) -> Any:
    return engine.reassign(item, actor=actor, to=User.objects.get(username=to)).queue


def _complete(actor: Any, item: int, outcome: str | None = None, key: str | None = None) -> Any:
    done = engine.complete(item, actor=actor, outcome=outcome, key=key)
    return sorted(opened.activity_key for opened in done.opened)


def _forward(actor: Any, item: int) -> Any:
    return sorted(opened.activity_key for opened in engine.forward(item, actor=actor).opened)


def _cancel(actor: Any, instance: int) -> Any:
    return engine.cancel(instance, actor=actor).status


def _suspend(actor: Any, instance: int) -> Any:
    return engine.suspend(instance, actor=actor).status


def _resume(actor: Any, instance: int) -> Any:
    return engine.resume(instance, actor=actor).status


def _scan(_actor: Any, job: str, minutes_ahead: int = 0) -> Any:
    with clock.moved(timedelta(minutes=minutes_ahead)):
        return engine_jobs.JOBS[job]()


def _retry(actor: Any, incident: int) -> Any:
    return len(engine.retry(incident, actor=actor).incidents)


def _fire(_actor: Any, timer: int) -> Any:
    return engine.fire_timer(timer)


def _publish(actor: Any, process: int) -> Any:
    publish(Process.objects.get(pk=process), by=actor)


def _finish(_actor: Any, message: int, token: str) -> Any:
    return engine.finish_job(message, token, "OK", {"done": True}).status


def _fail(_actor: Any, message: int, token: str, final: bool) -> Any:
    return engine.fail_job(message, token, "no answer", 60, final=final).status


def _take_over(_actor: Any, message: int) -> Any:
    return len(outbox.claim([outbox.JOB], limit=1, seconds=60, ids=[message]).messages)


def _work(_actor: Any) -> Any:
    return engine_jobs.deliver_outbox(lanes=[outbox.JOB])[outbox.JOB]


def _tick(_actor: Any) -> Any:
    return engine_jobs.tick()["timeouts"]


VERBS: dict[str, Callable[..., Any]] = {
    "start": _start,
    "activate": _activate,
    "release": _release,
    "reassign": _reassign,
    "complete": _complete,
    "forward": _forward,
    "cancel": _cancel,
    "suspend": _suspend,
    "resume": _resume,
    "scan": _scan,
    "retry": _retry,
    "fire": _fire,
    "publish": _publish,
    "finish": _finish,
    "fail": _fail,
    "take over": _take_over,
    "work": _work,
    "tick": _tick,
}


class Memory:
    """What a process remembers between two jobs: people with their rights, and definitions."""

    def __init__(self) -> None:
        self.people: dict[str, Any] = {}
        for pk, fingerprint in Process.objects.exclude(fingerprint="").values_list("pk", "fingerprint"):
            definition(pk, fingerprint)

    def person(self, name: str) -> Any:
        if name and name not in self.people:
            self.people[name] = User.objects.get(username=name)
            self.people[name].has_perm("goflow.can_instantiate")
        return self.people.get(name)


def prepared(job: Job, memory: Memory) -> Callable[[], Answer]:
    """The job with its person in memory: what is left is the verb."""
    actor = memory.person(job.actor)

    def perform() -> Answer:
        try:
            return Answer(VERBS[job.verb](actor, **job.values))
        except GoflowError as exc:
            return Answer(refused=exc.code)

    return perform


def run(job: Job) -> Answer:
    return prepared(job, Memory())()


Point = Callable[[int, str, str], None]


@contextmanager
def watched(point: Point) -> Iterator[None]:
    """Call ``point(number, "before" or "after", text)`` around each statement, COMMIT included."""
    number = 0

    def around(execute: Callable[..., Any], text: str, *args: Any) -> Any:
        nonlocal number
        number += 1
        mine = number
        point(mine, "before", text)
        result = execute(text, *args)
        point(mine, "after", text)
        return result

    plain = connection._commit
    connection._commit = lambda: around(lambda _text: plain(), "COMMIT")
    try:
        with connection.execute_wrapper(around):
            yield
    finally:
        connection._commit = plain
