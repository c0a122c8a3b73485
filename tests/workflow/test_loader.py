from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goflow.core.graph import (
    ActivityDef,
    EscalationAction,
    EscalationDef,
    JoinMode,
    Kind,
    SplitMode,
    TransitionDef,
)
from goflow.workflow import loader
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process, WorkflowLayout
from goflow.workflow.publishing import clone, publish


def queries_of_reading(process: Process) -> int:
    process = Process.objects.get(pk=process.pk)
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        loader.read(process)
    return len(captured)


def test_every_field_of_an_activity_is_read(draft: Process, ada: User) -> None:
    WorkflowLayout.objects.create(process=draft, layout={"check": [10, 20]})
    subflow = Process.objects.create(title="Sub flow")
    activity = add_activity(
        draft,
        "Check",
        roles=["b", "a"],
        groups=["c"],
        users=["ada"],
        push="to_boss",
        push_params={"level": 2},
        application="leave.check",
        app_params={"ok_values": ["Y"]},
        kind="subflow",
        node_type="review",
        description="look",
        subflow=subflow,
        form_class="leave.form",
        form_template="leave.html",
        sla_duration="3d",
        sla_warn="1d",
        escalations=[{"after": "5d", "action": "reassign", "roles": ["e"]}],
        compensation_handler="undo",
        autostart=True,
        autofinish=False,
        terminate=True,
        join_mode="and",
        split_mode="xor",
    )
    activity.sla_roles.add(Group.objects.create(name="d"))
    assert loader.read(draft).graph.activity("check") == ActivityDef(
        key="check",
        title="Check",
        kind=Kind.SUBFLOW,
        node_type="review",
        description="look",
        autostart=True,
        autofinish=False,
        terminate=True,
        join_mode=JoinMode.AND,
        split_mode=SplitMode.XOR,
        push_application="to_boss",
        push_params={"level": 2},
        application="leave.check",
        app_params={"ok_values": ["Y"]},
        form_class="leave.form",
        form_template="leave.html",
        subflow="sub-flow",
        roles=("a", "b"),
        allowed_groups=("c",),
        allowed_users=("ada",),
        sla_duration="3d",
        sla_warn="1d",
        sla_roles=("d",),
        escalations=(EscalationDef("5d", EscalationAction.REASSIGN, ("e",)),),
        compensation_handler="undo",
        position=(10, 20),
    )


def test_every_field_of_a_transition_is_read(draft: Process) -> None:
    add_transition(
        draft,
        "back",
        "Approve",
        "Request",
        "NO",
        ordering=70,
        pre_hook="a",
        post_hook="b",
        description="again",
    )
    assert loader.read(draft).graph.transition("approve-request") == TransitionDef(
        key="approve-request",
        source="approve",
        target="request",
        name="back",
        condition="eq:NO",
        ordering=70,
        pre_hook="a",
        post_hook="b",
        description="again",
    )


def test_the_head_of_the_process_is_read(draft: Process) -> None:
    draft.content_type = ContentType.objects.get_for_model(User)
    draft.end = draft.activities.get(key="inform")
    draft.priority, draft.description = 3, "days off"
    draft.save()
    graph = loader.read(draft).graph
    assert (graph.code, graph.title, graph.begin, graph.end) == (
        "leave-request",
        "Leave request",
        "request",
        "inform",
    )
    assert (graph.version, graph.priority, graph.description) == (1, 3, "days off")
    assert graph.content_type == "auth.user"


def test_ids_and_keys_translate_both_ways(draft: Process) -> None:
    loaded = loader.read(draft)
    approve = draft.activities.get(key="approve")
    way = draft.transitions.get(name="ask")
    assert (loaded.activity_ids["approve"], loaded.activity_keys[approve.pk]) == (approve.pk, "approve")
    assert (loaded.transition_ids[way.key], loaded.transition_keys[way.pk]) == (way.pk, "request-approve")
    assert loaded.titles["approve"] == "Approve"


def test_people_are_known_by_their_ids(draft: Process, ada: User) -> None:
    add_activity(draft, "Approve", groups=["deputies"], users=[ada])
    managers, deputies = Group.objects.get(name="managers"), Group.objects.get(name="deputies")
    loaded = loader.read(draft)
    assert loaded.role_ids["approve"] == {managers.pk}
    assert loaded.group_ids["approve"] == {managers.pk, deputies.pk}
    assert loaded.user_ids["approve"] == {ada.pk}


def test_published_activities_have_queues(draft: Process) -> None:
    publish(draft)
    queue = draft.activities.get(key="approve").queue
    queues = loader.read(draft).queues
    assert queues == {"request": "*", "approve": f"q:{queue.pk}", "inform": f"q:{queue.pk}"}


def test_the_queue_of_everybody_is_the_tenant_s(db: None) -> None:
    process = Process.objects.create(title="Leave", tenant_id="acme")
    add_activity(process, "Request")
    assert loader.read(process).queues == {"request": "*acme"}


def test_reading_costs_at_most_eight_queries(draft: Process) -> None:
    draft.content_type = ContentType.objects.get_for_model(User)
    draft.save()
    assert queries_of_reading(draft) <= 8


def test_reading_more_costs_no_more_queries(draft: Process) -> None:
    before = queries_of_reading(draft)
    for number in range(5):
        add_activity(draft, f"More {number}", roles=[f"r{number}"], application=f"a{number}")
        add_transition(draft, f"to {number}", "Request", f"More {number}")
    assert queries_of_reading(draft) == before


def test_a_published_version_is_read_once(draft: Process, django_assert_num_queries) -> None:
    publish(draft)
    first = loader.definition(draft.pk, draft.fingerprint)
    with django_assert_num_queries(0):
        assert loader.definition(draft.pk, draft.fingerprint) is first


def test_a_draft_is_read_afresh(draft: Process) -> None:
    loader.definition(draft.pk, "")
    add_activity(draft, "Later")
    assert "later" in loader.definition(draft.pk, "").titles


def test_a_foreign_fingerprint_is_not_kept(draft: Process) -> None:
    publish(draft)
    second = clone(draft, by=None)
    loader.definition(second.pk, draft.fingerprint)
    add_activity(second, "Later")
    assert "later" in loader.definition(second.pk, draft.fingerprint).titles


def test_an_unknown_version_is_said(db: None) -> None:
    with pytest.raises(Process.DoesNotExist):
        loader.definition(4711, "x")


def test_the_cache_forgets_the_least_recently_used() -> None:
    cache = loader._Cache(2)
    for number in (1, 2):
        cache.put(("default", number, "f"), object())
    cache.get(("default", 1, "f"))
    cache.put(("default", 3, "f"), object())
    assert cache.get(("default", 2, "f")) is None
    assert cache.get(("default", 1, "f")) is not None
