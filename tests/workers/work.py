"""
What the workers do: a process whose automatic activities leave a row of the host each time they run.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.auth.models import User

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.workflow.registry import application
from sampleproject.sampleapp.models import SampleModel


@application("workers.mark")
def mark(task: Any) -> None:
    """One row per run: rows that are too many or too few tell."""
    SampleModel.objects.create(text=f"{task.instance.title} {task.activity.key}")


def define() -> None:
    """A person's step, two automatic ones, and what waits for the team."""
    automatic = {"autostart": True, "application": "workers.mark"}
    testing.person("ana")
    testing.person("bo", "team")
    testing.process(
        "Marked",
        ["A", ("Auto 1", automatic), ("Auto 2", automatic), ("Z", {"roles": ["team"]})],
        [("A", "Auto 1"), ("Auto 1", "Auto 2"), ("Auto 2", "Z")],
    )


def begun(title: str) -> WorkItem:
    return engine.start("Marked", User.objects.get(username="ana"), title=title)


def count_done(prefix: str = "") -> int:
    return WorkItem.objects.filter(
        activity_key="a", status="complete", instance__title__startswith=prefix
    ).count()


def marks() -> Counter[str]:
    return Counter(SampleModel.objects.values_list("text", flat=True))


def all_marks(titles: list[str]) -> Counter[str]:
    """What there is when each step ran once."""
    return Counter(f"{title} {key}" for title in titles for key in ("auto-1", "auto-2"))
