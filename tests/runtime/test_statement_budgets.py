"""
What the verbs cost, in SQL statements: the budgets of the architecture.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.testing import count_statements
from goflow.workflow.registry import application

pytestmark = pytest.mark.django_db

NO_RETURNING = 1 if connection.vendor == "mysql" else 0
"""MariaDB and MySQL read with one more statement what others return from the UPDATE."""


@application("budget.noop")
def noop(task: object) -> None:
    """
    Does nothing, automatically.
    """


@pytest.fixture
def user():
    return testing.person("ana")


def warm(user):
    """
    Rights and definitions are in memory from the second request on.
    """
    user.has_perm("goflow.can_instantiate")
    return user


def test_start_costs_four_statements_beside_rights(user):
    process = testing.process("Own", ["A", "B"], [("A", "B")])
    engine.start("Own", warm(user))
    with count_statements() as statements:
        engine.start("Own", user, check=False)
    assert len(statements) == 4, statements
    assert ProcessInstance.objects.filter(process=process).count() == 2


def test_start_pays_three_for_cold_rights(user):
    testing.process("Own", ["A", "B"], [("A", "B")])
    engine.start("Own", user)
    cold = type(user).objects.get(pk=user.pk)
    with count_statements() as statements:
        engine.start("Own", cold)
    assert len(statements) <= 7, statements


def test_activate_costs_three_statements(user):
    testing.group("team")
    testing.process("Own", [("A", {"roles": ["team"]}), "B"], [("A", "B")])
    member = testing.person("bo", "team")
    item = engine.start("Own", user)
    with count_statements() as statements:
        engine.activate(item.pk, actor=member)
    assert len(statements) == 3 + NO_RETURNING, statements


def test_complete_costs_four_statements(user):
    testing.process("Own", ["A", "B"], [("A", "B")])
    item = engine.start("Own", user)
    with count_statements() as statements:
        engine.complete(item.pk, actor=user)
    assert len(statements) == 4 + NO_RETURNING, statements


def test_complete_at_the_end_pays_for_the_instance(user):
    testing.process("Own", ["A", "B"], [("A", "B")])
    item = engine.start("Own", user)
    last = engine.complete(item.pk, actor=user).opened[0]
    with count_statements() as statements:
        engine.complete(last.pk, actor=user)
    assert len(statements) == 4 + NO_RETURNING, statements
    assert ProcessInstance.objects.get().status == "complete"


def test_split_pays_for_the_open_items(user):
    testing.process("Split", ["A", "B", "C"], [("A", "B"), ("A", "C")])
    item = engine.start("Split", user)
    with count_statements() as statements:
        engine.complete(item.pk, actor=user)
    assert len(statements) == 5 + NO_RETURNING, statements


@pytest.mark.parametrize("length", [1, 20, 100, pytest.param(400, marks=pytest.mark.prove)])
def test_automatic_activities_cost_the_same_for_any_number(user, length):
    names = [f"Auto {number}" for number in range(length)]
    automatic = [(name, {"autostart": True, "application": "budget.noop"}) for name in names]
    steps = ["A", *names, "Z"]
    testing.process("Chain", ["A", *automatic, "Z"], list(pairwise(steps)))
    item = engine.start("Chain", user)
    with count_statements() as statements:
        done = engine.complete(item.pk, actor=user)
    assert len(statements) == 4 + 2 * NO_RETURNING, statements
    assert [i.activity_key for i in done.opened] == ["z"]
    chain = WorkItem.objects.get(pk=done.opened[0].pk)
    assert chain.workitem_from.activity_key == f"auto-{length - 1}"
