from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from goflow.core.errors import DefinitionError
from goflow.core.graph import (
    ActivityDef,
    EscalationAction,
    EscalationDef,
    JoinMode,
    Kind,
    NodeType,
    ProcessDef,
    SplitMode,
    TransitionDef,
)
from goflow.errors import DefinitionFrozen, DraftConflict
from goflow.workflow import fingerprints, loader
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Activity, Process, Transition
from goflow.workflow.publishing import publish

RICH = ProcessDef(
    code="leave-request",
    title="Leave",
    begin="ask",
    end="end",
    description="days off",
    priority=4,
    content_type="auth.user",
    activities=(
        ActivityDef(key="ask", title="Ask", application="leave.ask", app_params={"ok_values": ["Y"]}),
        ActivityDef(
            key="check",
            title="Check",
            node_type=NodeType.REVIEW,
            join_mode=JoinMode.AND,
            split_mode=SplitMode.XOR,
            push_application="to_boss",
            push_params={"level": 2},
            roles=("managers",),
            allowed_groups=("deputies",),
            allowed_users=("ada",),
            sla_roles=("bosses",),
            sla_duration="3d",
            sla_warn="1d",
            escalations=(EscalationDef("5d", EscalationAction.REASSIGN, ("bosses",)),),
            autofinish=False,
            position=(10, 20),
        ),
        ActivityDef(key="end", title="End", kind=Kind.DUMMY, terminate=True, autostart=True),
    ),
    transitions=(
        TransitionDef(key="a", source="ask", target="check", ordering=10, name="go"),
        TransitionDef(key="b", source="check", target="end", ordering=20, condition="eq:OK", post_hook="h"),
    ),
)


@pytest.fixture
def process(ada: User) -> Process:
    return Process.objects.create(title="Leave request")


def with_activity(definition: ProcessDef, named: str, /, **values: Any) -> ProcessDef:
    parts = tuple(replace(a, **values) if a.key == named else a for a in definition.activities)
    return replace(definition, activities=parts)


def save(process: Process, definition: ProcessDef) -> int:
    return save_graph(process, definition, revision=None, create_roles=True)


def test_a_saved_definition_is_read_back(process: Process) -> None:
    save(process, RICH)
    assert loader.read(Process.objects.get()).graph == RICH


def test_saving_again_changes_nothing(process: Process) -> None:
    revision = save(process, RICH)
    before = list(Activity.objects.values())
    assert save(process, RICH) == revision
    assert list(Activity.objects.values()) == before


def test_the_order_of_parts_is_no_change(process: Process) -> None:
    revision = save(process, RICH)
    assert save(process, replace(RICH, activities=RICH.activities[::-1])) == revision


def test_a_change_counts_the_revision_up(process: Process) -> None:
    revision = save(process, RICH)
    assert save(process, replace(RICH, title="Other")) == revision + 1
    assert (process.title, process.revision) == ("Other", revision + 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: with_activity(d, "check", title="Checked"),
        lambda d: with_activity(d, "check", roles=("bosses",)),
        lambda d: with_activity(d, "check", allowed_users=()),
        lambda d: with_activity(d, "check", position=(1, 1)),
        lambda d: with_activity(d, "check", push_application=""),
        lambda d: replace(d, begin="check", end=""),
        lambda d: replace(d, content_type=""),
        lambda d: replace(d, transitions=d.transitions[:1]),
        lambda d: replace(d, activities=d.activities[:2], transitions=d.transitions[:1], end=""),
        lambda d: replace(d, transitions=(replace(d.transitions[0], target="end"), d.transitions[1])),
        lambda d: replace(d, activities=(*d.activities, ActivityDef(key="new", title="New"))),
    ],
)
def test_any_change_is_saved(change: Callable[[ProcessDef], ProcessDef], process: Process) -> None:
    save(process, RICH)
    save(process, change(RICH))
    assert fingerprints.is_same(loader.read(Process.objects.get()).graph, change(RICH))


def test_unchanged_parts_keep_their_rows(process: Process) -> None:
    save(process, RICH)
    before = loader.read(process)
    save(process, with_activity(RICH, "ask", title="Asked"))
    after = loader.read(process)
    assert (after.activity_ids, after.transition_ids) == (before.activity_ids, before.transition_ids)


def test_two_activities_can_swap_their_titles(process: Process) -> None:
    save(process, RICH)
    save(process, with_activity(with_activity(RICH, "ask", title="Check"), "check", title="Ask"))
    assert dict(Activity.objects.values_list("key", "title")) == {
        "ask": "Check",
        "check": "Ask",
        "end": "End",
    }


def test_a_new_activity_can_take_the_title_of_a_removed_one(process: Process) -> None:
    save(process, RICH)
    save(
        process, with_activity(replace(RICH, begin="", transitions=RICH.transitions[1:]), "ask", key="ask-2")
    )
    assert Activity.objects.get(title="Ask").key == "ask-2"


def test_conditions_are_stored_in_their_normal_form(process: Process) -> None:
    ways = (replace(RICH.transitions[0], condition="OK"), RICH.transitions[1])
    save(process, replace(RICH, transitions=ways))
    assert Transition.objects.get(key="a").condition == "eq:OK"


def test_a_bad_condition_can_wait_in_a_draft(process: Process) -> None:
    ways = (replace(RICH.transitions[0], condition="outcome =="), RICH.transitions[1])
    save(process, replace(RICH, transitions=ways))
    assert Transition.objects.get(key="a").condition == "outcome =="


def test_a_stale_revision_is_a_conflict(process: Process) -> None:
    revision = save(process, RICH)
    save(process, replace(RICH, title="Other"))
    with pytest.raises(DraftConflict, match="has changed since you opened it"):
        save_graph(process, RICH, revision=revision)
    assert Process.objects.get().title == "Other"


def test_an_edit_in_the_admin_is_a_conflict_too(process: Process) -> None:
    revision = save(process, RICH)
    Activity.objects.get(key="ask").save()
    with pytest.raises(DraftConflict):
        save_graph(process, replace(RICH, title="Other"), revision=revision)


def test_the_fresh_revision_is_accepted(process: Process) -> None:
    revision = save(process, RICH)
    assert save_graph(process, replace(RICH, title="Other"), revision=revision) == revision + 1


def test_a_published_version_is_not_saved(process: Process) -> None:
    save(process, RICH)
    publish(process, check=False)
    with pytest.raises(DefinitionFrozen):
        save(process, replace(RICH, title="Other"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: with_activity(d, "ask", key="check"), "activity key 'check' is used twice"),
        (lambda d: replace(d, transitions=d.transitions * 2), "transition key 'a' is used twice"),
        (lambda d: replace(d, begin="nowhere"), "there are no activities nowhere"),
        (lambda d: with_activity(d, "ask", title="x" * 101), "has 101 characters; at most 100 are stored"),
        (lambda d: replace(d, title="x" * 101), "has 101 characters; at most 100 are stored"),
    ],
)
def test_impossible_content_is_refused(
    change: Callable[[ProcessDef], ProcessDef], expected: str, process: Process
) -> None:
    save(process, RICH)
    with pytest.raises(DefinitionError, match=expected):
        save(process, change(RICH))
    assert loader.read(Process.objects.get()).graph == RICH


def test_the_content_type_is_found(process: Process) -> None:
    save(process, RICH)
    assert process.content_type == ContentType.objects.get_for_model(User)
