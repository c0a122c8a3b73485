from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from goflow import testing
from goflow.errors import NotAllowed, ProcessNotFound, ProcessNotStartable
from goflow.models import ProcessInstance
from goflow.runtime import engine
from goflow.workflow import publishing
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import AUTO, statuses


@pytest.fixture
def simple(db):
    return testing.process("Travel request", ["Ask", "Decide"], [("Ask", "Decide")], priority=3)


def test_returns_the_begin_activitys_item_owned_by_the_requester(simple, ana):
    item = engine.start("Travel request", ana)
    assert (item.activity_key, item.status, item.user, item.queue) == ("ask", "inactive", ana, f"u:{ana.pk}")


def test_starts_by_code_as_by_title(simple, ana):
    assert engine.start("travel-request", ana).instance.process == simple


def test_a_code_wins_over_another_processs_title(simple, ana):
    testing.process("Other", ["X"], [], code="other-one")
    testing.process("other-one", ["Y"], [], code="third")
    assert engine.start("other-one", ana).activity_key == "x"


def test_the_bound_verbs_start_too(simple, ana):
    assert Process.objects.start("Travel request", ana).instance.user == ana
    assert (
        ProcessInstance.objects.start("Travel request", ana, None, "To Rome", 5).instance.title == "To Rome"
    )


def test_keeps_object_title_priority_and_data(simple, ana):
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    item = engine.start("Travel request", ana, request, title="To Rome", priority=7, data={"days": 2})
    instance = ProcessInstance.objects.get(pk=item.instance_id)
    assert (instance.title, instance.priority, instance.data) == ("To Rome", 7, {"days": 2})
    assert instance.wfobject() == request


def test_title_and_priority_come_from_the_process_when_not_given(simple, ana):
    item = engine.start("Travel request", ana)
    assert (item.instance.title, item.instance.priority, item.priority) == ("Travel request", 3, 3)


def test_a_long_title_is_cut(simple, ana):
    engine.start("Travel request", ana, title="x" * 500)
    assert len(ProcessInstance.objects.get().title) == 200


def test_a_role_limited_first_activity_goes_to_the_pool(pooled):
    assert (pooled.status, pooled.user, pooled.queue[:2]) == ("inactive", None, "q:")


def test_a_role_limited_first_activity_is_the_requesters_if_he_has_the_role(pooled, bo):
    assert engine.start("Pooled", bo).user == bo


def test_a_named_user_keeps_his_own_request(ana, cy):
    testing.process("Named", [("A", {"users": ["cy"]})], [])
    assert engine.start("Named", cy).user == cy
    assert engine.start("Named", ana).user is None


def test_a_dummy_begin_is_consumed_at_once(ana):
    testing.process("Gate", [("G", {"kind": "dummy"}), "A"], [("G", "A")])
    item = engine.start("Gate", ana)
    assert item.status == "complete"
    assert statuses(item.instance) == [("g", "complete"), ("a", "inactive")]


def test_an_instance_of_automatic_steps_only_is_complete_at_once(ana):
    testing.process("Auto", [("A", AUTO), ("B", AUTO)], [("A", "B")])
    item = engine.start("Auto", ana)
    assert (item.activity_key, item.status, item.instance.status) == ("a", "complete", "complete")
    assert item.instance.finished_at is not None


def test_prepare_runs_inside_before_the_first_step(ana):
    testing.process(
        "Prepared",
        [("G", {"kind": "dummy", "split_mode": "xor"}), "A", "B"],
        [
            ("G", "A", "data.days > 3"),
            ("G", "B"),
        ],
    )
    item = engine.start("Prepared", ana, prepare=lambda task: task.data.update(days=5))
    assert ("a", "inactive") in statuses(item.instance)
    assert ProcessInstance.objects.get().data == {"days": 5}


def test_a_failing_prepare_leaves_nothing_behind(simple, ana, unchanged):
    with unchanged(), pytest.raises(ZeroDivisionError):
        engine.start("Travel request", ana, prepare=lambda task: 1 / 0)


def test_unknown_process_is_refused(ana, unchanged):
    with unchanged(), pytest.raises(ProcessNotFound, match="publish a version") as refusal:
        engine.start("No such thing", ana)
    assert refusal.value.code == "process-not-found"


def test_disabled_process_is_refused(simple, ana, unchanged):
    Process.objects.filter(pk=simple.pk).update(enabled=False)
    with unchanged(), pytest.raises(ProcessNotStartable, match=r"disabled\. Ask its administrator"):
        engine.start("Travel request", ana)


def test_draft_is_refused(ana, unchanged):
    testing.process("Draft", ["A"], [], publish_now=False)
    with unchanged(), pytest.raises(ProcessNotStartable, match=r"draft\. Ask its administrator"):
        engine.start("Draft", ana)


def test_retired_process_is_refused(simple, ana, unchanged):
    publishing.retire(simple)
    with unchanged(), pytest.raises(ProcessNotStartable, match=r"retired\. Ask its administrator"):
        engine.start("Travel request", ana)


def test_without_the_right_nothing_starts(simple, unchanged):
    guest = testing.person("guest", may_start=False)
    with unchanged(), pytest.raises(NotAllowed, match="Ask an administrator"):
        engine.start("Travel request", guest)


def test_an_inactive_user_starts_nothing(simple, unchanged):
    gone = testing.person("gone", is_active=False)
    with unchanged(), pytest.raises(NotAllowed):
        engine.start("Travel request", gone)


def test_the_processs_own_group_limits_who_starts(simple, ana, cy, unchanged):
    ana.groups.add(Group.objects.create(name="Travel request"))
    assert engine.start("Travel request", ana).status == "inactive"
    with unchanged(), pytest.raises(NotAllowed):
        engine.start("Travel request", cy)


def test_publishing_makes_the_group_that_limits_who_starts(ana):
    process = testing.process("Grouped", ["A"], [], publish_now=False)
    publishing.publish(process)
    member = testing.person("member", "Grouped", may_start=False)
    assert engine.start("Grouped", member).status == "inactive"
    with pytest.raises(NotAllowed):
        engine.start("Grouped", ana)


def test_a_right_by_group_permission_counts(simple):
    guest = testing.person("guest", may_start=False)
    role = testing.group("starters")
    role.permissions.add(Permission.objects.get(codename="can_instantiate"))
    guest.groups.add(role)
    assert engine.start("Travel request", guest).user == guest


def test_trusted_code_starts_on_behalf_of_a_user_without_the_right(simple):
    guest = testing.person("guest", may_start=False)
    assert engine.start("Travel request", guest, check=False).user == guest


def test_a_running_instance_keeps_its_version(simple, ana):
    item = engine.start("Travel request", ana)
    copy = publishing.clone(simple, by=None)
    publishing.publish(copy)
    Group.objects.filter(name="Travel request").delete()
    assert engine.start("Travel request", ana).instance.process_version == 2
    assert engine.complete(item.pk, actor=ana).instance.process_version == 1
