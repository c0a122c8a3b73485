from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from goflow import testing
from goflow.clock import now
from goflow.runtime import assignment, engine
from goflow.testing import count_statements
from goflow.workflow.models import Queue
from tests.runtime.reading import item


def test_a_pool_of_roles_is_a_queue_of_its_groups(pooled):
    queue = Queue.objects.get(pk=pooled.queue.removeprefix("q:"))
    assert [group.name for group in queue.groups.all()] == ["team"]


def test_equal_pools_share_one_queue(ana, bo):
    testing.process("One", [("A", {"roles": ["team"]})], [])
    testing.process("Two", [("A", {"groups": ["team"]})], [])
    assert engine.start("One", ana).queue == engine.start("Two", ana).queue


def test_a_person_reads_his_own_the_common_and_his_roles_queues(pooled, bo):
    assert assignment.queues_of(bo) == [f"u:{bo.pk}", "*", pooled.queue]


def test_somebody_without_roles_reads_his_own_and_the_common_queue(pooled, cy):
    assert assignment.queues_of(cy) == [f"u:{cy.pk}", "*"]


def test_a_named_user_reads_the_queue_that_names_him(ana, cy):
    testing.process("Named", [("A", {"users": ["cy"]})], [])
    assert engine.start("Named", ana).queue in assignment.queues_of(cy)


def test_queues_cost_one_query_for_any_number_and_are_remembered(ana, bo):
    for number in range(5):
        testing.process(
            f"P{number}", [("A", {"roles": ["team"], "users": [f"{u}" for u in ("ana",)][: number % 2]})], []
        )
    with count_statements() as statements:
        assignment.queues_of(bo)
        assignment.queues_of(bo)
    assert len(statements) == 1, statements


def test_higher_priority_sorts_first():
    at = now()
    urgent = assignment.sort_key(priority=1, due_at=None, created_at=at)
    assert urgent < assignment.sort_key(priority=0, due_at=at - timedelta(days=900), created_at=at)


def test_the_earlier_due_time_sorts_first():
    at = now()
    soon = assignment.sort_key(priority=0, due_at=at + timedelta(hours=1), created_at=at)
    assert soon < assignment.sort_key(priority=0, due_at=at + timedelta(hours=2), created_at=at)


def test_without_a_due_time_an_item_is_due_in_thirty_days():
    at = now()
    patient = assignment.sort_key(priority=0, due_at=None, created_at=at)
    assert patient == assignment.sort_key(priority=0, due_at=at + timedelta(days=30), created_at=at)


def test_a_due_time_comes_from_the_activity(ana):
    testing.process("Due", [("A", {"sla_duration": "2d"})], [])
    started = engine.start("Due", ana)
    assert item("a").due_at == item("a").opened_at + timedelta(days=2)
    assert started.due_at is not None


@pytest.mark.parametrize("how", ["deactivate", "leave", "delete"])
def test_a_pool_without_active_people_is_empty(pooled, bo, how):
    assert assignment.empty_pools() == []
    {
        "deactivate": lambda: type(bo).objects.filter(pk=bo.pk).update(is_active=False),
        "leave": bo.groups.clear,
        "delete": lambda: Group.objects.filter(name="team").delete(),
    }[how]()
    assert assignment.empty_pools() == [pooled.queue]


def test_a_pool_with_one_named_active_user_is_not_empty(ana, cy):
    testing.process("Named", [("A", {"users": ["cy"], "roles": ["nobody"]})], [])
    assert assignment.empty_pools([engine.start("Named", ana).queue]) == []


def test_personal_and_common_queues_are_never_empty_pools(ana):
    assert assignment.empty_pools([f"u:{ana.pk}", "*"]) == []
