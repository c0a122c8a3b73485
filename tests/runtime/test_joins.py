from __future__ import annotations

import pytest

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import EdgeToken, ProcessInstance, WorkItem
from tests.runtime.reading import actions, incident, item, status, statuses, unsound


def fork(ana, join="and", branches=("B", "C"), title="Fork"):
    """
    A splits into the branches, which join in D; E follows.
    """
    ways = [("A", b) for b in branches] + [(b, "D") for b in branches] + [("D", "E")]
    testing.process(title, ["A", *branches, ("D", {"join_mode": join}), "E"], ways)
    return engine.complete(engine.start(title, ana).pk, actor=ana)


def test_an_and_join_waits_as_one_blocked_item(ana):
    done = fork(ana)
    engine.complete(done.opened[0].pk, actor=ana)
    waiting = item("d")
    assert (waiting.status, waiting.queue, waiting.opened_at) == ("blocked", None, None)
    assert EdgeToken.objects.get().waiting == waiting
    assert ProcessInstance.objects.get().open_items == 1


def test_the_last_branch_opens_the_same_row(ana):
    done = fork(ana)
    engine.complete(done.opened[0].pk, actor=ana)
    waiting = item("d")
    last = engine.complete(done.opened[1].pk, actor=ana)
    assert [(i.pk, i.status, i.queue) for i in last.opened] == [(waiting.pk, "inactive", "*")]
    assert not EdgeToken.objects.exists()
    assert WorkItem.objects.filter(activity_key="d").count() == 1


def test_three_branches_wait_for_the_third(ana):
    done = fork(ana, branches=("B", "C", "X"))
    first, second, third = done.opened
    engine.complete(first.pk, actor=ana)
    assert engine.complete(second.pk, actor=ana).opened == ()
    assert [i.activity_key for i in engine.complete(third.pk, actor=ana).opened] == ["d"]


def test_the_joined_item_can_be_completed(ana):
    done = fork(ana)
    for opened in done.opened:
        last = engine.complete(opened.pk, actor=ana)
    assert [i.activity_key for i in engine.complete(last.opened[0].pk, actor=ana).opened] == ["e"]


@pytest.mark.parametrize(("given", "common"), [(("OK", "OK"), "OK"), (("OK", "NO"), None)])
def test_a_joined_item_opens_with_the_common_outcome_and_knows_all(ana, given, common):
    done = fork(ana)
    for opened, outcome in zip(done.opened, given, strict=True):
        engine.complete(opened.pk, actor=ana, outcome=outcome)
    assert (item("d").condition, item("d").outcomes) == (common, list(given))


def test_the_journal_tells_of_waiting_and_opening(ana):
    done = fork(ana)
    for opened in done.opened:
        engine.complete(opened.pk, actor=ana)
    assert actions(done.instance, item("d")) == ["workitem.blocked", "workitem.unblocked", "workitem.created"]


def test_a_branch_that_arrives_twice_is_one_branch(ana):
    unsound(
        "Twice",
        ["A", ("B", {"split_mode": "and"}), "C", ("D", {"join_mode": "and"}), "E"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("B", "B", "AGAIN"), ("C", "D"), ("D", "E")],
    )
    done = engine.complete(engine.start("Twice", ana).pk, actor=ana)
    engine.complete(done.opened[0].pk, actor=ana, outcome="AGAIN")
    engine.complete(item("b").pk, actor=ana)
    assert item("d").status == "blocked"
    assert EdgeToken.objects.count() == 2
    engine.complete(done.opened[1].pk, actor=ana)
    assert WorkItem.objects.filter(activity_key="d", status="inactive").count() == 1
    assert EdgeToken.objects.count() == 1


def test_a_token_left_over_keeps_waiting_under_a_new_blocked_item(ana):
    test_a_branch_that_arrives_twice_is_one_branch(ana)
    assert WorkItem.objects.filter(activity_key="d", status="blocked").count() == 1
    assert EdgeToken.objects.get().waiting.status == "blocked"


def test_a_starved_join_is_an_incident_naming_the_missing_branch(ana):
    unsound(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "D"), ("C", "D")],
    )
    first = engine.complete(engine.start("Starve", ana).pk, actor=ana, outcome="B")
    done = engine.complete(first.opened[0].pk, actor=ana)
    assert (incident().code, incident().workitem) == ("join-starved", None)
    assert incident().params == {"joins": ["d"], "missing": {"d": ["c-d"]}}
    assert status(done.instance) == "running"


def test_an_or_join_opens_when_nothing_can_come_any_more(ana):
    testing.process(
        "Or",
        ["A", "B", "C", ("D", {"join_mode": "or"}), "E"],
        [
            ("A", "B", "outcome in ('B', 'BOTH')"),
            ("A", "C", "outcome in ('C', 'BOTH')"),
            ("B", "D"),
            ("C", "D"),
            ("D", "E"),
        ],
    )
    first = engine.complete(engine.start("Or", ana).pk, actor=ana, outcome="B")
    assert [i.activity_key for i in engine.complete(first.opened[0].pk, actor=ana).opened] == ["d"]


def test_an_or_join_waits_for_a_branch_that_still_can(ana):
    testing.process(
        "Or",
        ["A", "B", "C", ("D", {"join_mode": "or"}), "E"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")],
    )
    done = engine.complete(engine.start("Or", ana).pk, actor=ana)
    assert engine.complete(done.opened[0].pk, actor=ana).opened == ()
    assert [i.activity_key for i in engine.complete(done.opened[1].pk, actor=ana).opened] == ["d"]


def test_an_or_join_opens_when_the_other_branch_goes_elsewhere(ana):
    testing.process(
        "Or",
        ["A", "B", ("C", {"split_mode": "xor"}), ("D", {"join_mode": "or"}), "Out"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D", "IN"), ("C", "Out", "OUT")],
    )
    done = engine.complete(engine.start("Or", ana).pk, actor=ana)
    engine.complete(done.opened[0].pk, actor=ana)
    assert item("d").status == "blocked"
    last = engine.complete(done.opened[1].pk, actor=ana, outcome="OUT")
    assert sorted(i.activity_key for i in last.opened) == ["d", "out"]


def test_an_xor_join_opens_an_item_for_each_arrival(ana):
    done = fork(ana, join="xor")
    for opened in done.opened:
        engine.complete(opened.pk, actor=ana)
    assert WorkItem.objects.filter(activity_key="d", status="inactive").count() == 2


def test_a_joining_dummy_is_consumed_within_the_step(ana):
    testing.process(
        "Gate",
        ["A", "B", "C", ("G", {"kind": "dummy", "join_mode": "and"}), "E"],
        [("A", "B"), ("A", "C"), ("B", "G"), ("C", "G"), ("G", "E")],
    )
    done = engine.complete(engine.start("Gate", ana).pk, actor=ana)
    engine.complete(done.opened[0].pk, actor=ana)
    last = engine.complete(done.opened[1].pk, actor=ana)
    assert [i.activity_key for i in last.opened] == ["e"]
    assert (item("g").status, WorkItem.objects.filter(activity_key="g").count()) == ("complete", 1)


def test_a_split_and_join_within_one_step_leaves_no_tokens(ana):
    dummy = {"kind": "dummy"}
    testing.process(
        "Inner",
        ["A", ("B", dummy), ("C", dummy), ("D", {"join_mode": "and"})],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")],
    )
    done = engine.complete(engine.start("Inner", ana).pk, actor=ana)
    assert statuses(done.instance) == [
        ("a", "complete"),
        ("b", "complete"),
        ("c", "complete"),
        ("d", "inactive"),
    ]
    assert not EdgeToken.objects.exists()


def test_a_terminating_end_withdraws_the_rest(ana):
    testing.process(
        "Kill",
        ["A", "B", "C", ("End", {"kind": "dummy", "terminate": True})],
        [("A", "B"), ("A", "C"), ("B", "End"), ("C", "End")],
    )
    done = engine.complete(engine.start("Kill", ana).pk, actor=ana)
    finished = engine.complete(done.opened[0].pk, actor=ana)
    assert (finished.instance_status, item("c").status, item("c").queue) == ("complete", "cancelled", None)


def test_a_terminating_end_settles_incidents_of_what_it_withdraws(ana):
    testing.process(
        "Kill",
        [
            "A",
            "B",
            ("C", {"push": "route_to_user", "push_params": {"username": "ghost"}}),
            ("End", {"kind": "dummy", "terminate": True}),
        ],
        [("A", "B"), ("A", "C"), ("B", "End"), ("C", "End")],
    )
    done = engine.complete(engine.start("Kill", ana).pk, actor=ana)
    held = incident()
    engine.complete(done.opened[0].pk, actor=ana)
    held.refresh_from_db()
    assert (held.resolved_by, item("c").status) == (ana, "cancelled")


def test_the_instance_completes_with_its_last_token(ana):
    testing.process("Ends", ["A", "B", "C"], [("A", "B"), ("A", "C")])
    done = engine.complete(engine.start("Ends", ana).pk, actor=ana)
    assert engine.complete(done.opened[0].pk, actor=ana).instance_status == "running"
    assert engine.complete(done.opened[1].pk, actor=ana).instance_status == "complete"
