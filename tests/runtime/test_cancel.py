from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from goflow import testing
from goflow.errors import InstanceClosed, InstanceNotFound, NotAllowed
from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, EdgeToken, Incident, ProcessInstance, Timer
from tests.runtime.reading import statuses, unsound


@pytest.fixture
def joining(ana):
    """
    B is done and waits at the join; C, with a timer, is open.
    """
    unsound(
        "Join",
        ["A", "B", "C", ("D", {"join_mode": "and"}), "Late"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("C", "Late", "timeout: 3d")],
    )
    first = engine.start("Join", ana)
    opened = engine.complete(first.pk, actor=ana).opened
    return engine.complete(opened[0].pk, actor=ana).instance


def test_withdraws_every_token(joining, root):
    instance = engine.cancel(joining.pk, actor=root)
    assert (instance.status, instance.open_items) == ("terminated", 0)
    assert statuses(instance) == [
        ("a", "complete"),
        ("b", "complete"),
        ("c", "cancelled"),
        ("d", "cancelled"),
    ]
    assert not EdgeToken.objects.exists()
    assert not Timer.objects.exists()


def test_is_stored_with_its_time(joining, root):
    engine.cancel(joining.pk, actor=root)
    stored = ProcessInstance.objects.get()
    assert (stored.status, stored.open_items) == ("terminated", 0)
    assert stored.finished_at is not None


def test_cancelled_items_are_in_no_queue(joining, root):
    engine.cancel(joining.pk, actor=root)
    assert not joining.workitems.filter(queue__isnull=False).exists()


def test_the_reason_is_kept_beside_who_withdrew_it_and_not_in_the_journal(joining, root):
    engine.cancel(joining.pk, actor=root, reason="not needed")
    said = DataRevision.objects.get()
    assert (said.action, said.workitem, said.actor, said.reason) == (
        "instance.status_changed",
        None,
        root,
        "not needed",
    )
    row = AuditEvent.objects.get(action="instance.status_changed")
    assert (row.status_from, row.status_to, row.metadata, row.actor) == (
        "running",
        "terminated",
        {},
        str(root.pk),
    )


def test_incidents_are_settled(ana, root):
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "ghost"}})], [])
    item = engine.start("Lost", ana)
    engine.cancel(item.instance_id, actor=root)
    assert Incident.objects.get().resolved_by == root


def test_an_incident_of_the_whole_instance_is_settled_too(ana, root):
    unsound(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "D"), ("C", "D")],
    )
    done = engine.complete(engine.start("Starve", ana).pk, actor=ana, outcome="B")
    engine.complete(done.opened[0].pk, actor=ana)
    assert Incident.objects.open().get().workitem is None
    engine.cancel(done.instance.pk, actor=root)
    assert not Incident.objects.open().exists()
    assert Incident.objects.get().resolved_by == root


def test_a_suspended_instance_can_be_cancelled(line, root):
    ProcessInstance.objects.update(status="suspended")
    assert engine.cancel(line.instance_id, actor=root).status == "terminated"


def test_the_right_is_enough(line):
    boss = testing.person("boss")
    boss.user_permissions.add(Permission.objects.get(codename="change_processinstance"))
    assert engine.cancel(line.instance_id, actor=boss).status == "terminated"


def test_the_requester_may_not(line, ana, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.cancel(line.instance_id, actor=ana)


def test_twice_is_refused(line, root, unchanged):
    engine.cancel(line.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed, match="Open its history"):
        engine.cancel(line.instance_id, actor=root)


def test_an_unknown_instance_is_refused(root, unchanged):
    with unchanged(), pytest.raises(InstanceNotFound, match="Open it from a list"):
        engine.cancel(4_711, actor=root)
