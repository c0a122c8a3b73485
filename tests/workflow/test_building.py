from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from goflow.core.errors import ConditionError, DefinitionError
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Activity, Process


@pytest.fixture
def process(db: None) -> Process:
    return Process.objects.create(title="Leave")


def test_the_first_activity_becomes_the_begin(process: Process) -> None:
    first = add_activity(process, "First")
    add_activity(process, "Second")
    assert Process.objects.get().begin == first


def test_a_later_activity_can_be_the_begin(process: Process) -> None:
    add_activity(process, "First")
    second = add_activity(process, "Second", begin=True)
    assert Process.objects.get().begin == second


def test_an_activity_can_be_the_end(process: Process) -> None:
    last = add_activity(process, "Last", end=True)
    assert Process.objects.get().end == last


def test_roles_are_made_when_missing(process: Process) -> None:
    add_activity(process, "First", roles=["managers"])
    assert list(Group.objects.values_list("name", "activities__title")) == [("managers", "First")]


def test_groups_can_be_given(process: Process) -> None:
    group = Group.objects.create(name="managers")
    activity = add_activity(process, "First", groups=[group])
    assert list(activity.allowed_groups.all()) == [group]


def test_users_are_found_by_name(process: Process) -> None:
    user = User.objects.create(username="ada")
    activity = add_activity(process, "First", users=["ada"])
    assert list(activity.allowed_users.all()) == [user]


def test_unknown_users_are_refused_before_anything_is_made(process: Process) -> None:
    with pytest.raises(DefinitionError, match="there are no users named eve; create them first"):
        add_activity(process, "First", users=["eve"])
    assert not Activity.objects.exists()


def test_applications_and_push_functions_are_made(process: Process) -> None:
    activity = add_activity(
        process, "First", application="a", app_params={"x": 1}, push="p", push_params={"y": 2}
    )
    assert (activity.application.url, activity.app_param) == ("a", {"x": 1})
    assert (activity.push_application.url, activity.pushapp_param) == ("p", {"y": 2})


def test_the_same_line_twice_makes_one_activity(process: Process) -> None:
    add_activity(process, "First")
    add_activity(process, "First", description="changed")
    assert list(Activity.objects.values_list("title", "description")) == [("First", "changed")]


def test_transitions_join_activities_by_title(process: Process) -> None:
    first, second = add_activity(process, "First"), add_activity(process, "Second")
    way = add_transition(process, "go", "First", "Second", "YES")
    assert (way.input, way.output, way.condition, way.ordering) == (first, second, "eq:YES", 10)


def test_transitions_join_activities_by_row(process: Process) -> None:
    first, second = add_activity(process, "First"), add_activity(process, "Second")
    assert add_transition(process, "go", first, second).key == "first-second"


def test_the_same_line_twice_makes_one_transition(process: Process) -> None:
    first = add_activity(process, "First")
    add_transition(process, "again", first, first, "A")
    way = add_transition(process, "again", first, first, "B")
    assert list(process.transitions.values_list("pk", "condition")) == [(way.pk, "eq:B")]


def test_unknown_titles_are_refused(process: Process) -> None:
    with pytest.raises(DefinitionError, match="'Leave' has no activity 'Nowhere'; add it before"):
        add_transition(process, "go", "Nowhere", "Nowhere")


def test_bad_conditions_are_refused(process: Process) -> None:
    first = add_activity(process, "First")
    with pytest.raises(ConditionError):
        add_transition(process, "go", first, first, "outcome ==")
    assert not process.transitions.exists()


def test_unnamed_transitions_between_the_same_ends_are_told_apart_by_condition(db):
    process = Process.objects.create(title="Twice")
    add_activity(process, "A")
    add_activity(process, "B")
    for condition in ("eq:yes", "timeout:3d", "eq:yes"):
        add_transition(process, "", "A", "B", condition)
    assert sorted(process.transitions.values_list("condition", flat=True)) == ["eq:yes", "timeout:3d"]
