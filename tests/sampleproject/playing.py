"""
Plays a scenario: one request from start to end, by real people through the engine.

A scenario is data, in ``scenarios/<process code>.json``: who asks, with which answers, then steps in order:

    {"do": activity key, "by": user name, "outcome": text, "form": answers}
    {"wait": "3d"}                               the clock moves on, then everything that is due happens
    {"rename": [user name, new user name]}       what an administrator repairs outside of the process
    {"address": [user name, e-mail address]}
    {"retry": activity key}                      the administrator retries its incident
    {"work": topic}                              a worker outside does the jobs of that topic

and what is expected: the ``path`` (keys of completed activities; ``key!`` for one whose time ran out), the
``status`` of the instance, ``mails`` (subjects), ``failed`` (keys of activities that had an incident) and
``entries`` (how many bookings were made).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from goflow.core.durations import parse_duration
from goflow.desk import answers
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.runtime import engine, jobs, working
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import moved
from goflow.workflow.loader import definition
from goflow.workflow.models import Process
from sampleproject import worker
from sampleproject.sampleapp.models import SampleModel

Scenario = dict[str, Any]  # JSON

FOLDER = Path(__file__).resolve().parent / "scenarios"
RESULTS = ("path", "status", "mails", "failed", "entries")
OPEN = ("inactive", "active")


def scenarios(code: str) -> list[Scenario]:
    found: list[Scenario] = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    return found


def person(name: str) -> User:
    return User.objects.get(username=name)


def play(process: Process, scenario: Scenario) -> ProcessInstance:
    """The instance as it is after the last step."""
    user = person(scenario["by"])
    with ExitStack() as clock:
        instance = answers.start(process, user, answers.FromClient(scenario["start"])).instance
        for step in scenario["steps"]:
            _take(instance, step, clock)
    instance.refresh_from_db()
    return instance


def _take(instance: ProcessInstance, step: dict[str, Any], clock: ExitStack) -> None:
    if "do" in step:
        _do(instance, step)
    elif "wait" in step:
        clock.enter_context(moved(parse_duration(step["wait"])))
        jobs.tick()
    elif "retry" in step:
        incident = Incident.objects.get(
            instance=instance, resolved_at=None, workitem__activity_key=step["retry"]
        )
        engine.retry(incident.pk, actor=person("admin"))
    elif "work" in step:
        _work(step["work"])
    elif "rename" in step:
        old, new = step["rename"]
        User.objects.filter(username=old).update(username=new)
    else:
        name, address = step["address"]
        User.objects.filter(username=name).update(email=address)


def _work(topic: str) -> None:
    for job in working.fetch([topic], worker="counter", limit=10, seconds=60):
        verb, result = worker.work(job.instance.data)
        assert verb == "complete"
        engine.finish_job(job.message.pk, job.message.lease_token, None, result["data"])


def _do(instance: ProcessInstance, step: dict[str, Any]) -> None:
    item = WorkItem.objects.get(instance=instance, activity_key=step["do"], status__in=OPEN)
    item.instance.refresh_from_db()
    loaded = definition(instance.process_id, instance.fingerprint)
    sent = answers.FromClient(step.get("form", {}))
    answers.complete(item, loaded, actor=person(step["by"]), sent=sent, outcome=step.get("outcome"))


def path(instance: ProcessInstance) -> list[str]:
    """Keys of the activities in the order in which they were left."""
    told = AuditEvent.objects.filter(
        stream=f"i:{instance.pk}", action__in=["workitem.completed", "workitem.timeout"]
    ).order_by("seq")
    marks = {"workitem.completed": "", "workitem.timeout": "!"}
    return [event.activity_key + marks[event.action] for event in told]


def mails(instance: ProcessInstance) -> list[str]:
    sent = OutboxMessage.objects.filter(kind="mail", instance_id=instance.pk).order_by("id")
    return [message.payload["subject"] for message in sent if "subject" in message.payload]


def failed(instance: ProcessInstance) -> list[str]:
    rows = Incident.objects.filter(instance=instance).order_by("id")
    return list(rows.values_list("workitem__activity_key", flat=True))


def entries(instance: ProcessInstance) -> int:
    """How many bookings of the request there are."""
    return SampleModel.objects.filter(text__endswith=f": {instance.title}").count()


def result(instance: ProcessInstance) -> Scenario:
    """Everything that a scenario may expect."""
    return {
        "path": path(instance),
        "status": instance.status,
        "mails": mails(instance),
        "failed": failed(instance),
        "entries": entries(instance),
    }


def expected(scenario: Scenario) -> Scenario:
    return {"failed": [], "mails": [], **{key: scenario[key] for key in RESULTS if key in scenario}}


def seen(code: str) -> set[str]:
    """Keys of every activity that some scenario of the process leaves."""
    return {key.rstrip("!") for scenario in scenarios(code) for key in scenario["path"]}
