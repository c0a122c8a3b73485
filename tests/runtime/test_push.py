from __future__ import annotations

import pytest

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.workflow.registry import PUSH_APPLICATION
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import incident, item, publish_unchecked, status


def second(push: str, **params: object) -> None:
    options = {"push": push, "push_params": params}
    testing.process("Push", ["A", ("B", options)], [("A", "B")])


def test_the_requester_gets_it_back(ana, cy):
    second("route_to_requester")
    assert engine.complete(engine.start("Push", ana).pk, actor=ana).opened[0].user == ana


def test_a_named_user_gets_it(ana, cy):
    second("route_to_user", username="cy")
    engine.complete(engine.start("Push", ana).pk, actor=ana)
    stored = WorkItem.objects.get(activity_key="b")
    assert (stored.user, stored.queue, stored.status) == (cy, f"u:{cy.pk}", "inactive")


def test_a_named_superuser_gets_it(ana, root):
    second("route_to_superuser", username="root")
    assert engine.complete(engine.start("Push", ana).pk, actor=ana).opened[0].user == root


def test_a_push_function_of_ones_own_sees_task_and_parameters(ana, cy, register):
    seen = []

    def route(task, level):
        seen.append((task.requester, task.activity.key, task.data, level, task.actor))
        return cy

    register(PUSH_APPLICATION, "own.route", route)
    second("own.route", level=3)
    engine.complete(engine.start("Push", ana, data={"x": 1}).pk, actor=ana)
    assert seen == [(ana, "b", {"x": 1}, 3, ana)]


@pytest.mark.parametrize(
    ("push", "params"),
    [
        ("route_to_user", {"username": "ghost"}),
        ("route_to_superuser", {"username": "cy"}),
        ("route_to_user", {"username": "gone"}),
    ],
)
def test_nobody_to_push_to_is_an_incident_of_that_item(ana, cy, push, params):
    testing.person("gone", is_active=False)
    second(push, **params)
    done = engine.complete(engine.start("Push", ana).pk, actor=ana)
    assert (incident().code, incident().workitem) == ("push-failed", item("b"))
    assert (item("b").status, item("b").queue, item("b").user) == ("fallout", None, None)
    assert (done.workitem.status, status(done.instance)) == ("complete", "running")


def test_a_raising_push_function_is_an_incident_that_says_why(ana, register):
    register(PUSH_APPLICATION, "bad.route", lambda task: 1 / 0)
    second("bad.route")
    done = engine.complete(engine.start("Push", ana).pk, actor=ana)
    assert "ZeroDivisionError" in incident().message
    assert [i.code for i in done.incidents] == ["push-failed"]


def test_what_a_raising_push_function_wrote_is_undone(ana, register):
    def route(task):
        LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
        raise ValueError

    register(PUSH_APPLICATION, "bad.route", route)
    second("bad.route")
    engine.complete(engine.start("Push", ana).pk, actor=ana)
    assert not LeaveRequest.objects.exists()


def test_a_push_function_that_names_no_user_is_an_incident(ana, register):
    register(PUSH_APPLICATION, "odd.route", lambda task: "cy")
    second("odd.route")
    engine.complete(engine.start("Push", ana).pk, actor=ana)
    assert incident().code == "push-failed"


def test_a_push_function_that_is_not_registered_is_an_incident(ana):
    process = testing.process("Push", ["A", ("B", {"push": "gone.route"})], [("A", "B")], publish_now=False)
    publish_unchecked(process)
    engine.complete(engine.start("Push", ana).pk, actor=ana)
    assert "Register it in a workflow_apps.py" in incident().message


def test_a_failing_push_at_start_leaves_a_held_item_and_not_an_orphan(ana):
    testing.process("First", [("A", {"push": "route_to_user", "push_params": {"username": "ghost"}})], [])
    started = engine.start("First", ana)
    assert (started.status, status(started.instance), incident().workitem) == ("fallout", "running", started)


def test_the_other_branch_goes_on(ana, cy):
    testing.process(
        "Two",
        ["A", ("B", {"push": "route_to_user", "push_params": {"username": "ghost"}}), "C"],
        [("A", "B"), ("A", "C")],
    )
    done = engine.complete(engine.start("Two", ana).pk, actor=ana)
    assert [i.activity_key for i in done.opened] == ["c"]
    assert item("b").status == "fallout"
