from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from goflow import testing
from goflow.errors import NotAllowed
from goflow.runtime import engine, policy
from goflow.runtime.models import ProcessInstance
from goflow.workflow import loader
from goflow.workflow.models import Process


class PerObject:
    """
    An authentication back-end that grants by object: to ``cy``, for everything given as an object.
    """

    def authenticate(self, request, **credentials):
        return None

    def has_perm(self, user, perm, obj=None):
        return obj is not None and user.get_username() == "cy"


@pytest.fixture
def per_object(settings):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "tests.runtime.test_policy.PerObject",
    ]


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_superusers_hold_everything(root):
    assert policy.holds(root, "goflow.change_processinstance")


def test_a_permission_is_held(cy):
    cy.user_permissions.add(Permission.objects.get(codename="can_browse"))
    assert policy.holds(fresh(cy), "goflow.can_browse")


def test_without_it_nothing_is_held(cy):
    assert not policy.holds(cy, "goflow.change_processinstance")


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody_holds_nothing(db, nobody):
    assert not policy.holds(nobody, "goflow.can_browse")


def test_an_inactive_superuser_holds_nothing(db):
    assert not policy.holds(testing.person("x", is_superuser=True, is_active=False), "goflow.can_browse")


def test_a_right_for_one_object_counts(line, cy, per_object):
    assert policy.may_administer(fresh(cy), line.instance)
    assert not policy.may_administer(fresh(cy))


def test_a_right_for_one_process_starts_it_in_spite_of_its_group(db, per_object):
    guest = testing.person("cy", may_start=False)
    process = testing.process("Closed", ["A"], [])
    Group.objects.create(name="Closed")
    assert policy.may_start(guest, process)


def test_the_general_right_needs_the_processs_group_if_there_is_one(cy):
    process = testing.process("Grouped", ["A"], [])
    assert policy.may_start(cy, process)
    cy.groups.set([])
    members = Group.objects.create(name="grouped")
    assert not policy.may_start(cy, process)
    cy.groups.add(members)
    assert policy.may_start(cy, process)


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody_starts_nothing(db, nobody):
    assert not policy.may_start(nobody, testing.process("Open", ["A"], []))


def test_a_deleted_role_closes_its_activity(pooled, bo, cy):
    Group.objects.filter(name="team").delete()
    process = Process.objects.get(title="Pooled")
    reloaded = loader.read(process)
    assert not policy.is_open_to(reloaded, pooled, cy, frozenset())
    assert not policy.is_open_to(reloaded, pooled, fresh(bo), frozenset())


def test_a_deleted_role_does_not_make_the_requester_its_owner(pooled, ana):
    Group.objects.filter(name="team").delete()
    Process.objects.update(fingerprint="as after a restart")
    assert engine.start("Pooled", ana).user is None


def test_an_open_activity_is_open_to_active_people_only(line, cy):
    loaded = loader.read(line.instance.process)
    assert policy.is_open_to(loaded, line, cy, frozenset())
    assert not policy.is_open_to(loaded, line, AnonymousUser(), frozenset())


def test_losing_the_role_ends_the_right_at_once(pooled, bo, unchanged):
    bo.groups.clear()
    with unchanged(), pytest.raises(NotAllowed):
        engine.complete(pooled.pk, actor=bo)


def test_gaining_the_role_gives_the_right_at_once(pooled, cy):
    cy.groups.add(testing.group("team"))
    assert engine.complete(pooled.pk, actor=cy).workitem.user == cy


def test_administrators_are_told_by_the_permission(cy, root):
    assert policy.may_administer(root)
    cy.user_permissions.add(Permission.objects.get(codename="change_processinstance"))
    assert policy.may_administer(fresh(cy), ProcessInstance())
