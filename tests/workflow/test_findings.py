from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from goflow.errors import PublishRefused
from goflow.testing import count_statements, process
from goflow.workflow import loader
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.findings import known_for, problems
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish

pytestmark = pytest.mark.django_db


def codes(version: Process) -> list[str]:
    return [problem.code for problem in problems(version)]


@pytest.fixture
def starved() -> Process:
    """A join that waits for both of two ways of which one is taken."""
    return process(
        "Starved",
        ["Ask", "Left", "Right", ("Both", {"join_mode": "and"})],
        [("Ask", "Left", "eq:L"), ("Ask", "Right", "eq:R"), ("Left", "Both"), ("Right", "Both")],
        publish_now=False,
    )


def test_what_can_go_wrong_when_it_runs_is_found(starved: Process) -> None:
    starved.activities.filter(key="ask").update(split_mode="xor")
    (deadlock,) = (problem for problem in problems(starved) if problem.code == "deadlock")
    assert deadlock.trace


def test_a_deadlock_is_not_published(starved: Process) -> None:
    starved.activities.filter(key="ask").update(split_mode="xor")
    with pytest.raises(PublishRefused) as refused:
        publish(starved)
    assert "deadlock" in [problem.code for problem in refused.value.problems]
    starved.refresh_from_db()
    assert starved.is_draft


def test_roles_without_active_members_are_found(draft: Process) -> None:
    assert "nobody-can-do-it" not in codes(draft)
    User.objects.update(is_active=False)
    assert "nobody-can-do-it" in codes(draft)


def test_published_processes_and_what_they_call_are_known(draft: Process) -> None:
    graph = loader.read(draft).graph
    assert known_for(graph, draft).subflows == {}
    publish(draft)
    assert known_for(graph, draft).subflows == {"leave-request": frozenset()}


def test_processes_that_call_each_other_are_found(draft: Process) -> None:
    publish(draft)
    other = Process.objects.create(title="Other")
    add_activity(other, "Call", kind="subflow", subflow=draft)
    add_activity(other, "End")
    add_transition(other, "", "Call", "End")
    publish(other, check=False)
    back = Process.objects.create(title="Leave request", version=2)
    add_activity(back, "Back", kind="subflow", subflow=other)
    assert "subflow-cycle" in codes(back)


def test_judging_costs_the_same_for_larger_processes(draft: Process) -> None:
    with count_statements() as few:
        problems(draft)
    for number in range(5):
        add_activity(draft, f"More {number}", roles=["managers"])
    with count_statements() as many:
        problems(draft)
    assert len(many) == len(few)
