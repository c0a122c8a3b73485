from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import HookFailed, OutcomeRequired
from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.workflow.registry import HOOK
from leavedemo.leave.models import LeaveRequest


@pytest.fixture
def calls(register):
    """
    The hooks ``tell`` (says nothing), ``veto`` and ``allow`` note (name, transition, work item's activity).
    """
    seen = []

    def hook(name, answer):
        def call(task, transition):
            seen.append((name, transition.key, task.activity.key))
            return answer

        return call

    register(HOOK, "tell", hook("tell", None))
    register(HOOK, "veto", hook("veto", False))
    register(HOOK, "allow", hook("allow", True))
    return seen


def decision(ana, yes=None, no=None, split="xor"):
    testing.process(
        "Decision",
        [("D", {"split_mode": split}), "Yes", "No"],
        [("D", "Yes", "OK", yes or {}), ("D", "No", "", no or {})],
    )
    return engine.start("Decision", ana)


def keys(done):
    return [i.activity_key for i in done.opened]


def test_a_veto_closes_the_way(ana, calls):
    item = decision(ana, yes={"pre_hook": "veto"})
    assert keys(engine.complete(item.pk, actor=ana, outcome="OK")) == ["no"]


@pytest.mark.parametrize("hook", ["tell", "allow"])
def test_anything_but_false_leaves_it_open(ana, calls, hook):
    item = decision(ana, yes={"pre_hook": hook})
    assert keys(engine.complete(item.pk, actor=ana, outcome="OK")) == ["yes"]


def test_a_pre_hook_is_asked_only_when_the_condition_holds(ana, calls):
    item = decision(ana, yes={"pre_hook": "veto"})
    engine.complete(item.pk, actor=ana, outcome="NO")
    assert calls == []


def test_a_pre_hook_of_an_unconditional_transition_is_asked(ana, calls):
    item = decision(ana, no={"pre_hook": "allow"})
    engine.complete(item.pk, actor=ana)
    assert calls == [("allow", "d-no", "d")]


def test_a_pre_hook_is_asked_once(ana, calls):
    item = decision(ana, yes={"pre_hook": "allow"}, no={"pre_hook": "allow"}, split="and")
    engine.complete(item.pk, actor=ana, outcome="OK")
    assert calls == [("allow", "d-yes", "d"), ("allow", "d-no", "d")]


def test_when_every_way_is_vetoed_the_person_is_refused(ana, calls, unchanged):
    item = decision(ana, yes={"pre_hook": "veto"}, no={"pre_hook": "veto"})
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(item.pk, actor=ana, outcome="OK")


def test_a_post_hook_runs_for_the_transition_taken(ana, calls):
    item = decision(ana, yes={"post_hook": "tell"}, no={"post_hook": "tell"})
    engine.complete(item.pk, actor=ana, outcome="OK")
    assert calls == [("tell", "d-yes", "d")]


def test_a_post_hook_runs_for_each_branch_of_an_and_split(ana, calls):
    item = decision(ana, yes={"post_hook": "tell"}, no={"post_hook": "tell"}, split="and")
    engine.complete(item.pk, actor=ana, outcome="OK")
    assert calls == [("tell", "d-yes", "d"), ("tell", "d-no", "d")]


def test_a_post_hook_sees_the_item_left_with_its_outcome(ana, register):
    seen = []
    register(HOOK, "look", lambda task, transition: seen.append((task.workitem.condition, task.actor)))
    item = decision(ana, yes={"post_hook": "look"})
    engine.complete(item.pk, actor=ana, outcome="OK")
    assert seen == [("OK", ana)]


def test_a_hook_behind_a_dummy_is_asked(ana, calls):
    testing.process(
        "Gate",
        ["A", ("G", {"kind": "dummy", "split_mode": "xor"}), "B", "C"],
        [("A", "G"), ("G", "B", "OK", {"pre_hook": "veto"}), ("G", "C")],
    )
    done = engine.complete(engine.start("Gate", ana).pk, actor=ana, outcome="OK")
    assert keys(done) == ["c"]
    assert calls == [("veto", "g-b", "g")]


@pytest.mark.parametrize("when", ["pre_hook", "post_hook"])
def test_a_raising_hook_refuses_the_step_and_undoes_what_it_wrote(ana, register, unchanged, when):
    def bad(task, transition):
        LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
        raise ValueError("no")

    register(HOOK, "bad", bad)
    item = decision(ana, yes={when: "bad"})
    with unchanged(), pytest.raises(HookFailed, match=r"“bad” failed \(ValueError: no\)"):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert not LeaveRequest.objects.exists()


def test_the_veto_is_in_the_record(ana, calls):
    item = decision(ana, yes={"pre_hook": "veto"})
    done = engine.complete(item.pk, actor=ana, outcome="OK")
    row = AuditEvent.objects.get(workitem_id=done.workitem.pk, action="workitem.completed")
    assert [(d["transition"], d["value"], d.get("vetoed", False)) for d in row.metadata["decisions"]] == [
        ("d-yes", True, True),
        ("d-no", True, False),
    ]
