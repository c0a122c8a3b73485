from __future__ import annotations

from itertools import pairwise

import pytest
from django.contrib.contenttypes.models import ContentType

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.registry import APPLICATION, HOOK
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import AUTO, actions, incident, item, publish_unchecked, status, statuses


def chain(*activities: tuple[str, dict[str, object]]) -> None:
    """
    Begin, then these one after the other, then Last.
    """
    names = ["Begin", *(name for name, _ in activities), "Last"]
    testing.process("Chain", ["Begin", *activities, "Last"], list(pairwise(names)))


def auto(application: str, **options: object) -> dict[str, object]:
    return {"autostart": True, "application": application, **options}


def run(user, **kwargs):
    return engine.complete(engine.start("Chain", user, **kwargs).pk, actor=user)


def failing(task: object) -> None:
    raise ValueError("the printer is on fire")


def test_runs_within_the_persons_step(ana):
    chain(("One", AUTO), ("Two", AUTO))
    done = run(ana)
    assert [i.activity_key for i in done.opened] == ["last"]
    assert statuses(done.instance) == [
        ("begin", "complete"),
        ("one", "complete"),
        ("two", "complete"),
        ("last", "inactive"),
    ]


def test_its_items_belong_to_nobody_and_are_in_no_queue(ana):
    chain(("One", AUTO))
    run(ana)
    assert (item("one").user, item("one").queue) == (None, None)


def test_what_it_returns_is_the_outcome(ana, register):
    register(APPLICATION, "says.no", lambda task: "NO")
    testing.process(
        "Route",
        [("A", {"autostart": True, "application": "says.no", "split_mode": "xor"}), "Yes", "No"],
        [("A", "Yes", "OK"), ("A", "No", "NO")],
    )
    engine.start("Route", ana)
    assert (item("a").condition, item("no").status) == ("NO", "inactive")


def test_it_sees_the_task(ana, register):
    seen = []
    register(
        APPLICATION,
        "look",
        lambda task: seen.append((task.requester, task.actor, task.activity.key, task.params, task.wfobject)),
    )
    chain(("One", auto("look", app_params={"limit": 3})))
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    run(ana, item=request)
    assert seen == [(ana, ana, "one", {"limit": 3}, request)]


def test_data_it_changes_is_stored_and_read_by_conditions(ana, register):
    register(APPLICATION, "count", lambda task: task.data.update(days=9))
    testing.process(
        "Data",
        ["Begin", ("A", auto("count", split_mode="xor")), "Long", "Short"],
        [("Begin", "A"), ("A", "Long", "data.days > 3"), ("A", "Short")],
    )
    done = engine.complete(engine.start("Data", ana).pk, actor=ana)
    assert [i.activity_key for i in done.opened] == ["long"]
    assert ProcessInstance.objects.get().data == {"days": 9}


def test_what_it_writes_is_written_once(ana, register):
    register(
        APPLICATION,
        "write",
        lambda task: LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02") and None,
    )
    chain(("One", auto("write")))
    run(ana)
    assert LeaveRequest.objects.count() == 1


# Failures: the person's completion stays, the first automatic item of the segment is held.


@pytest.fixture
def broken(register):
    register(APPLICATION, "failing", failing)


def test_a_failure_leaves_the_completion_and_holds_the_item(ana, broken):
    chain(("One", auto("failing")))
    done = run(ana)
    assert done.workitem.status == "complete"
    assert statuses(done.instance) == [("begin", "complete"), ("one", "fallout")]
    assert (status(done.instance), done.instance.open_items) == ("running", 1)


def test_the_person_is_told(ana, broken):
    chain(("One", auto("failing")))
    assert [i.code for i in run(ana).incidents] == ["application-failed"]


def test_the_incident_names_what_failed_and_what_was_undone(ana, broken):
    chain(("One", AUTO), ("Two", auto("failing")))
    run(ana)
    found = incident()
    assert (found.workitem, found.message) == (item("one"), "ValueError: the printer is on fire")
    assert found.params == {"failed": "two", "undone": ["one"], "error": "ValueError"}


def test_what_the_segment_wrote_is_undone(ana, broken, register):
    register(
        APPLICATION,
        "write",
        lambda task: LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02") and None,
    )
    chain(("One", auto("write")), ("Two", auto("failing")))
    run(ana)
    assert not LeaveRequest.objects.exists()


def test_data_of_the_undone_segment_is_undone(ana, broken, register):
    register(APPLICATION, "count", lambda task: task.data.update(days=9))
    chain(("One", auto("count")), ("Two", auto("failing")))
    run(ana, data={"days": 1})
    assert ProcessInstance.objects.get().data == {"days": 1}


def test_what_prepare_saved_stays(ana, broken):
    chain(("One", auto("failing")))
    first = engine.start("Chain", ana)
    engine.complete(first.pk, actor=ana, prepare=lambda task: task.data.update(form=1))
    assert ProcessInstance.objects.get().data == {"form": 1}


def test_another_branch_runs_all_the_same(ana, broken):
    testing.process(
        "Split",
        ["Begin", ("Bad", auto("failing")), ("Good", AUTO), "AfterBad", "AfterGood"],
        [("Begin", "Bad"), ("Begin", "Good"), ("Bad", "AfterBad"), ("Good", "AfterGood")],
    )
    done = engine.complete(engine.start("Split", ana).pk, actor=ana)
    assert [i.activity_key for i in done.opened] == ["aftergood"]
    assert (item("bad").status, item("good").status) == ("fallout", "complete")


@pytest.mark.parametrize("answer", [7, "x" * 256, ["OK"]])
def test_an_answer_that_is_no_outcome_is_a_failure(ana, register, answer):
    register(APPLICATION, "odd", lambda task: answer)
    chain(("One", auto("odd")))
    run(ana)
    assert (incident().code, item("one").status) == ("application-failed", "fallout")


def test_an_application_that_is_not_registered_is_an_incident_naming_the_place(ana):
    process = testing.process(
        "Chain",
        ["Begin", ("One", auto("gone.app")), "Last"],
        [("Begin", "One"), ("One", "Last")],
        publish_now=False,
    )
    publish_unchecked(process)
    run(ana)
    assert "Register it in a workflow_apps.py" in incident().message


def test_no_way_on_is_an_incident(ana, register):
    register(APPLICATION, "maybe", lambda task: "MAYBE")
    testing.process("Stuck", ["Begin", ("A", auto("maybe")), "B"], [("Begin", "A"), ("A", "B", "OK")])
    done = engine.complete(engine.start("Stuck", ana).pk, actor=ana)
    assert (incident().code, incident().params["expected"]) == ("no-transition", ["OK"])
    assert (item("a").status, item("a").condition, status(done.instance)) == ("fallout", "MAYBE", "running")


def test_a_deleted_object_is_an_incident(ana, register):
    register(APPLICATION, "read", lambda task: task.wfobject.type)
    chain(("One", auto("read")))
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    started = engine.start("Chain", ana, request)
    request.delete()
    engine.complete(started.pk, actor=ana)
    assert "Ask an administrator to cancel" in incident().message


def test_a_failing_hook_behind_it_is_its_incident(ana, register):
    register(HOOK, "bad.hook", failing)
    testing.process(
        "Hooked", ["Begin", ("A", AUTO), "B"], [("Begin", "A"), ("A", "B", "", {"post_hook": "bad.hook"})]
    )
    engine.complete(engine.start("Hooked", ana).pk, actor=ana)
    assert (incident().workitem, incident().params["failed"]) == (item("a"), "a")


def test_an_endless_loop_is_an_incident_and_not_a_recursion(ana):
    testing.process(
        "Loop",
        ["Begin", ("A", AUTO), ("B", AUTO), "End"],
        [("Begin", "A"), ("A", "B"), ("B", "A"), ("A", "End", "data.stop == true")],
    )
    done = engine.complete(engine.start("Loop", ana).pk, actor=ana)
    assert [i.code for i in done.incidents] == ["endless-loop"]
    assert WorkItem.objects.filter(status="fallout").count() == 1
    assert status(done.instance) == "running"


@pytest.mark.parametrize("length", [100, pytest.param(400, marks=pytest.mark.prove)])
def test_a_long_chain_runs(ana, length):
    # D27: as before.
    chain(*((f"Step {n}", AUTO) for n in range(length)))
    assert [i.activity_key for i in run(ana).opened] == ["last"]
    assert WorkItem.objects.filter(status="complete").count() == length + 1


def test_its_role_is_no_obstacle(ana):
    chain(("One", {**AUTO, "roles": ["team"]}))
    assert run(ana).incidents == ()


def test_its_history_is_in_the_journal(ana):
    chain(("One", AUTO))
    done = run(ana)
    assert actions(done.instance, item("one")) == [
        "workitem.created",
        "workitem.completed",
        "workitem.forwarded",
    ]


def test_an_instance_about_no_object_runs(ana):
    chain(("One", AUTO))
    assert run(ana).instance.content_type is None
    assert ContentType.objects.exists()
