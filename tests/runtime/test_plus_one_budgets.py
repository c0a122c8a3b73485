"""
What the rules of the budgets add: one statement for each kind of row a step touches beside its own.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from goflow import clock, testing
from goflow.runtime import engine, timers
from goflow.runtime.models import ProcessInstance
from goflow.testing import count_statements
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import AUTO, item

NO_RETURNING = 1 if connection.vendor == "mysql" else 0
"""MariaDB and MySQL read with one more statement what others return from the UPDATE."""

START, COMPLETE = 4, 4 + NO_RETURNING


@pytest.fixture
def warm(ana):
    """
    Rights are in memory from the second request on.
    """
    ana.has_perm("goflow.can_instantiate")
    return ana


def started(user, *args, **kwargs):
    """
    An item of an instance whose definition is in memory.
    """
    engine.start(*args, user, check=False)
    return engine.start(*args, user, check=False, **kwargs)


def cost_of_completion(item, user, **kwargs):
    with count_statements() as statements:
        engine.complete(item.pk, actor=user, **kwargs)
    return statements


def test_the_objects_facts_cost_one(warm):
    testing.process(
        "Facts",
        [("A", {"split_mode": "xor"}), "B", "C"],
        [("A", "B", "wfobject.type == 'Illness'"), ("A", "C")],
    )
    request = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")
    item = started(warm, "Facts", item=request)
    statements = cost_of_completion(item, warm)
    assert len(statements) == COMPLETE + 1, statements


def test_what_was_said_costs_one(warm):
    testing.process("Said", ["A", "B"], [("A", "B")])
    item = started(warm, "Said")
    statements = cost_of_completion(item, warm, answers={"comment": "yes", "amount": 5, "people": ["a", "b"]})
    assert len(statements) == COMPLETE + 1, statements


def test_nothing_said_costs_nothing(warm):
    testing.process("Said", ["A", "B"], [("A", "B")])
    item = started(warm, "Said")
    statements = cost_of_completion(item, warm, answers={"comment": "", "people": []})
    assert len(statements) == COMPLETE, statements


def test_what_was_said_at_the_start_costs_one(warm):
    testing.process("Said", ["A", "B"], [("A", "B")])
    started(warm, "Said")
    with count_statements() as statements:
        engine.start("Said", warm, check=False, answers={"wish": "a desk"})
    assert len(statements) == START + 1, statements


@pytest.fixture
def joining(warm):
    """
    The two open branches before a join.
    """
    testing.process(
        "Join",
        ["A", "B", "C", ("D", {"join_mode": "and"}), "E"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")],
    )
    return engine.complete(started(warm, "Join").pk, actor=warm).opened


def test_tokens_written_cost_one_beside_the_open_items(joining, warm):
    statements = cost_of_completion(joining[0], warm)
    assert len(statements) == COMPLETE + 2, statements


def test_opening_a_join_costs_the_blocked_row_and_the_tokens_consumed(joining, warm):
    engine.complete(joining[0].pk, actor=warm)
    statements = cost_of_completion(joining[1], warm)
    assert len(statements) <= COMPLETE + 1, statements
    assert item("d").status == "inactive"


@pytest.fixture
def timed(warm):
    """
    An item before an activity with three timeouts.
    """
    late = [("B", f"L{n}", f"timeout: {n}d") for n in (1, 2, 3)]
    testing.process("Timed", ["A", "B", "L1", "L2", "L3", "C"], [("A", "B"), *late, ("B", "C")])
    return started(warm, "Timed")


def test_timers_set_cost_one_for_any_number(timed, warm):
    statements = cost_of_completion(timed, warm)
    assert len(statements) == COMPLETE + 1, statements


def test_timers_removed_cost_one_for_any_number(timed, warm):
    opened = engine.complete(timed.pk, actor=warm).opened[0]
    statements = cost_of_completion(opened, warm)
    assert len(statements) == COMPLETE + 1, statements


@pytest.fixture
def limited(warm):
    """
    An item before an activity with a time limit, three steps and a timeout.
    """
    steps = [{"after": f"{n}d", "action": "remind"} for n in (3, 4, 5)]
    limits = {"sla_warn": "1d", "sla_duration": "2d", "escalations": steps}
    ways = [("A", "B"), ("B", "C"), ("B", "D", "timeout: 9d")]
    testing.process("Limited", ["A", ("B", limits), "C", "D"], ways)
    return started(warm, "Limited")


def test_limits_and_steps_cost_no_more_than_a_timeout(limited, warm):
    statements = cost_of_completion(limited, warm)
    assert len(statements) == COMPLETE + 1, statements


def test_removing_limits_and_steps_costs_one(limited, warm):
    opened = engine.complete(limited.pk, actor=warm).opened[0]
    statements = cost_of_completion(opened, warm)
    assert len(statements) == COMPLETE + 1, statements


def test_taking_an_escalated_item_costs_one_for_its_pool(ana, warm):
    member = testing.person("boss", "bosses")
    steps = [{"after": "1h", "action": "reassign", "roles": ["bosses"]}]
    testing.process("Moved", [("A", {"escalations": steps}), "B"], [("A", "B")])
    item = started(ana, "Moved")
    with testing.moved(timedelta(hours=1)):
        engine.fire_timer(item.timers.get().pk)
    with count_statements() as statements:
        engine.activate(item.pk, actor=member)
    assert len(statements) == 3 + NO_RETURNING + 1, statements


def test_a_key_costs_one_at_a_completion(line, ana):
    statements = cost_of_completion(line, ana, key="k1")
    assert len(statements) == COMPLETE + 1, statements


def test_a_key_costs_one_at_a_start(warm):
    testing.process("Own", ["A", "B"], [("A", "B")])
    engine.start("Own", warm)
    with count_statements() as statements:
        engine.start("Own", warm, check=False, key="k1")
    assert len(statements) == START + 1, statements


def test_a_changed_data_column_goes_with_the_instances_row(ana):
    testing.process("Split", ["A", "B", "C"], [("A", "B"), ("A", "C")])
    item = started(ana, "Split")
    statements = cost_of_completion(item, ana, prepare=lambda task: task.data.update(x=1))
    assert len(statements) == COMPLETE + 1, statements


def test_a_wide_split_costs_what_a_split_of_two_costs(warm):
    names = [f"B{n}" for n in range(50)]
    testing.process("Wide", ["A", *names], [("A", name) for name in names])
    statements = cost_of_completion(started(warm, "Wide"), warm)
    assert len(statements) == COMPLETE + 1, statements


def test_a_hundred_automatic_branches_cost_the_same(warm):
    names = [f"Auto {n}" for n in range(100)]
    testing.process(
        "Wide",
        ["A", *((name, AUTO) for name in names), "Z"],
        [("A", n) for n in names] + [(n, "Z") for n in names],
    )
    statements = cost_of_completion(started(warm, "Wide"), warm)
    assert len(statements) <= COMPLETE + 1 + NO_RETURNING, statements


@pytest.mark.parametrize("size", [3, 300])
def test_a_scan_finds_its_batch_with_one_statement(warm, size):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    for _ in range(size):
        engine.start("Late", warm, check=False)
    with testing.moved(timedelta(days=1)), count_statements() as statements:
        found = timers.due(clock.now(), 200)
    assert (len(found), len(statements)) == (min(size, 200), 1), statements


def test_a_refusal_costs_no_more_than_the_step(line, cy):
    with count_statements() as statements, pytest.raises(Exception, match="administrator"):
        engine.complete(line.pk, actor=cy)
    assert len(statements) <= COMPLETE, statements
    assert ProcessInstance.objects.get().version == 1
