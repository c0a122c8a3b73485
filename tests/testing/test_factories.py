from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import Group

from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.errors import PublishRefused
from goflow.testing import count_statements, group, person, process
from goflow.workflow import loader
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process

pytestmark = pytest.mark.django_db

WAYS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("Ask", "Pay!", "", {}),
    ("Pay!", "Pay", "eq:YES", {"name": "Approve", "pre_hook": "before"}),
    ("Pay!", "Ask", " eq:NO ", {"ordering": 5}),
    ("Pay!", "Call", "", {}),
    ("Pay", "Wait", "", {}),
    ("Pay", "Wait", "eq:X", {}),
    ("Pay", "Wait", "eq:X", {"post_hook": "after"}),
    ("Wait", "日本", "", {"description": "over"}),
]


@pytest.fixture
def steps() -> list[tuple[str, dict[str, Any]]]:
    eve, called = person("eve"), process("Called", ["Only"], [])
    return [
        ("Ask", {"roles": ["buyers", group("sellers")], "sla_roles": ["chiefs"], "sla_duration": "2h"}),
        ("Pay!", {"application": "till", "app_params": {"limit": 7}, "users": [eve], "split_mode": "xor"}),
        ("Pay", {"push": "route_to_user", "push_params": {"username": "eve"}, "groups": ["clerks"]}),
        ("Call", {"kind": "subflow", "subflow": called}),
        ("Wait", {"escalations": [{"after": "4h", "action": "remind", "roles": ["chiefs"]}]}),
        ("日本", {"end": True, "users": ["eve"]}),
        ("Pay", {"description": "By card."}),
    ]


def drawing(made: Process) -> ProcessDef:
    """What a process says, whatever it is called."""
    return replace(loader.read(made).graph, code="", title="")


def test_lines_say_what_building_step_by_step_says(steps: list[tuple[str, dict[str, Any]]]) -> None:
    built = Process.objects.create(title="Built", priority=3)
    for title, fields in steps:
        add_activity(built, title, **fields)
    for source, target, condition, fields in WAYS:
        others = {name: value for name, value in fields.items() if name != "name"}
        add_transition(built, fields.get("name", ""), source, target, condition, **others)
    assert drawing(process("Made", steps, WAYS, publish_now=False, priority=3)) == drawing(built)


def test_a_line_may_say_that_it_is_the_begin() -> None:
    made = process("Late", ["A", ("B", {"begin": True})], [("B", "A")])
    assert (made.begin.title, made.end) == ("B", None)


def test_lines_stay_as_they_were() -> None:
    fields, way = {"end": True}, {"name": "on"}
    process("One", ["A", ("B", fields)], [("A", "B", "", way)])
    process("Two", ["A", ("B", fields)], [("A", "B", "", way)])
    assert (fields, way) == ({"end": True}, {"name": "on"})


def test_everybody_with_the_right_may_start_it() -> None:
    Group.objects.create(name="Open")
    process("Open", ["A"], [])
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("activities", "transitions", "expected"),
    [
        (["A"], [("A", "B")], "there is no activity 'B'"),
        ([("A", {"rolls": ["x"]})], [], "rolls: is unknown"),
        ([("A", {"users": ["eve"]})], [], "'Wrong' names what does not exist"),
        (["A", "B"], [("A", "B", "data.x ==")], "data.x =="),
    ],
)
def test_what_cannot_be_understood_is_said(activities: Any, transitions: Any, expected: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        process("Wrong", activities, transitions)
    assert expected in str(refused.value)


def test_a_process_with_errors_is_not_published() -> None:
    with pytest.raises(PublishRefused):
        process("Apart", ["A", "B"], [])


def test_a_large_process_costs_no_more_statements_than_a_small_one() -> None:
    titles = [f"Step {number}" for number in range(40)]
    with count_statements() as small:
        process("Small", ["A", "B"], [("A", "B")])
    with count_statements() as large:
        process("Large", titles, pairwise(titles))
    assert len(large) == len(small), large
