from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goflow.workflow import fingerprints, loader
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.cloning import clone
from goflow.workflow.models import Activity, Process, Transition, WorkflowLayout
from goflow.workflow.publishing import publish


def queries_of_cloning(process: Process) -> int:
    with CaptureQueriesContext(connection) as captured:
        clone(process, by=None)
    return len(captured)


def test_a_clone_says_the_same(draft: Process, ada: User) -> None:
    steps = [{"after": "5d", "action": "remind", "roles": ["bosses"]}]
    activity = add_activity(
        draft, "Approve", groups=["deputies"], users=[ada], application="x", end=True, escalations=steps
    )
    activity.sla_roles.add(Group.objects.create(name="bosses"))
    WorkflowLayout.objects.create(process=draft, layout={"approve": [3, 4]})
    add_transition(draft, "back", "Approve", "Request", "NO", pre_hook="h")
    copy = clone(draft, by=ada, note="better")
    assert fingerprints.is_same(loader.read(copy).graph, loader.read(draft).graph)


def test_a_clone_is_the_next_draft(draft: Process) -> None:
    publish(draft)
    clone(draft, by=None)
    third = clone(draft, by=None, note="better", title="Leave")
    stored = Process.objects.get(pk=third.pk)
    assert (stored.version, stored.status, stored.code) == (3, "draft", "leave-request")
    assert (stored.version_note, stored.title, stored.published_code) == ("better", "Leave", None)
    assert (stored.fingerprint, stored.published_at, stored.published_by) == ("", None, None)


def test_a_clone_has_its_own_rows(draft: Process) -> None:
    copy = clone(draft, by=None)
    assert Activity.objects.filter(process=copy).count() == 3
    assert Transition.objects.filter(process=copy, input__process=copy, output__process=copy).count() == 2
    assert copy.begin.process == copy


def test_a_clone_has_no_queues(draft: Process) -> None:
    publish(draft)
    copy = clone(draft, by=None)
    assert not Activity.objects.filter(process=copy, queue__isnull=False).exists()


def test_cloning_more_costs_no_more_queries(draft: Process) -> None:
    before = queries_of_cloning(draft)
    for number in range(60):
        add_activity(draft, f"More {number}", roles=["managers"])
        add_transition(draft, f"to {number}", "Request", f"More {number}")
    assert queries_of_cloning(draft) == before
