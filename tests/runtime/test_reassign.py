from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from goflow import testing
from goflow.errors import ConcurrentUpdate, InstanceClosed, NotAllowed, WorkItemNotFound, WrongState
from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, Incident, WorkItem
from tests.runtime.reading import incident


def test_the_owner_hands_his_item_over(line, ana, cy):
    item = engine.reassign(line.pk, actor=ana, to=cy, reason="on leave")
    stored = WorkItem.objects.get(pk=line.pk)
    assert (item.user, stored.user, stored.queue, stored.status) == (cy, cy, f"u:{cy.pk}", "inactive")


def test_the_journal_names_the_new_owner_and_a_revision_the_reason(line, ana, cy):
    engine.reassign(line.pk, actor=ana, to=cy, reason="on leave")
    row = AuditEvent.objects.get(action="workitem.reassigned")
    assert (row.actor, row.metadata) == (str(ana.pk), {"user": str(cy.pk)})
    said = DataRevision.objects.get()
    assert (said.action, said.workitem_id, said.actor, said.reason) == (
        row.action,
        row.workitem_id,
        ana,
        "on leave",
    )


def test_the_new_owner_completes_it(line, ana, cy):
    engine.reassign(line.pk, actor=ana, to=cy)
    assert engine.complete(line.pk, actor=cy).workitem.user == cy


def test_the_old_owner_is_out(line, ana, cy, unchanged):
    engine.reassign(line.pk, actor=ana, to=cy)
    with unchanged(), pytest.raises(NotAllowed):
        engine.complete(line.pk, actor=ana)


def test_an_administrator_decides_for_others(pooled, cy):
    boss = testing.person("boss")
    boss.user_permissions.add(Permission.objects.get(codename="change_processinstance"))
    assert engine.reassign(pooled.pk, actor=boss, to=cy).user == cy


def test_somebody_else_may_not(line, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.reassign(line.pk, actor=cy, to=cy)


def test_a_pool_member_claims_first(pooled, bo, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.reassign(pooled.pk, actor=bo, to=cy)


def test_an_inactive_person_gets_nothing(line, ana, unchanged):
    gone = testing.person("gone", is_active=False)
    with unchanged(), pytest.raises(NotAllowed):
        engine.reassign(line.pk, actor=ana, to=gone)


def test_a_stale_version_is_refused(line, ana, cy, unchanged):
    engine.activate(line.pk, actor=ana)
    with unchanged(), pytest.raises(ConcurrentUpdate):
        engine.reassign(line.pk, actor=ana, to=cy, version=1)


def test_a_finished_item_is_refused(line, ana, cy, root, unchanged):
    engine.complete(line.pk, actor=ana)
    with unchanged(), pytest.raises(WrongState):
        engine.reassign(line.pk, actor=root, to=cy)


def test_a_closed_instance_is_refused(line, cy, root, unchanged):
    engine.cancel(line.instance_id, actor=root)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.reassign(line.pk, actor=root, to=cy)


def test_an_unknown_item_is_refused(root, cy, unchanged):
    with unchanged(), pytest.raises(WorkItemNotFound):
        engine.reassign(4_711, actor=root, to=cy)


@pytest.fixture
def held(ana):
    """
    An item that its push function gave to nobody.
    """
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "ghost"}})], [])
    return engine.start("Lost", ana)


def test_an_administrator_gives_away_what_an_incident_holds(held, cy, root):
    item = engine.reassign(held.pk, actor=root, to=cy)
    assert (item.status, item.queue) == ("inactive", f"u:{cy.pk}")
    assert Incident.objects.get().resolved_by == root
    assert not Incident.objects.open().exists()


def test_nobody_else_touches_what_an_incident_holds(held, ana, cy, unchanged):
    with unchanged(), pytest.raises((NotAllowed, WrongState)):
        engine.reassign(held.pk, actor=ana, to=cy)
    assert incident().code == "push-failed"
