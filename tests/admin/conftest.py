from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.workflow import registry
from goflow.workflow.models import Process


@pytest.fixture(autouse=True)
def own_urls(settings) -> None:
    settings.ROOT_URLCONF = "tests.admin.urls"


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", password="boss")


@pytest.fixture
def client(boss: User) -> Client:
    """Signed in as a superuser."""
    client = Client()
    client.force_login(boss)
    return client


def staff(username: str, *codenames: str) -> Client:
    user = User.objects.create(username=username, is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="goflow")
    user.user_permissions.add(
        *rights.filter(codename__startswith="view_"), *rights.filter(codename__in=codenames)
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """Signed in as staff who may look at everything and change nothing."""
    return staff("viewer")


@pytest.fixture
def operator(db: None) -> Client:
    """Signed in as staff who administers instances."""
    return staff("operator", "change_processinstance")


@pytest.fixture
def draft(db: None) -> Process:
    return testing.process(
        "Leave",
        ["Ask", ("Approve", {"roles": ["managers"]}), "End"],
        [("Ask", "Approve"), ("Approve", "End", "OK"), ("Approve", "Ask", "NO")],
        publish_now=False,
    )


@pytest.fixture
def published(db: None) -> Process:
    return testing.process("Trip", ["Ask", ("Decide", {"roles": ["managers"]})], [("Ask", "Decide")])


@pytest.fixture
def started(published: Process, boss: User) -> WorkItem:
    return engine.start("Trip", boss, title="Trip to Rome")


class Switch:
    """An application that works when told to."""

    works = False

    def __call__(self, task: object) -> None:
        if not self.works:
            raise ValueError("the till is closed")


@pytest.fixture
def switch() -> Iterator[Switch]:
    switch = Switch()
    with registry.registered(registry.APPLICATION, "admin.pay", switch):
        yield switch


@pytest.fixture
def incident(db: None, switch: Switch, boss: User) -> Incident:
    testing.process(
        "Pay",
        ["Ask", ("Transfer", {"application": "admin.pay", "autostart": True}), "Check"],
        [("Ask", "Transfer"), ("Transfer", "Check")],
    )
    item = engine.start("Pay", boss, title="Bill 7")
    engine.complete(item.pk, actor=boss)
    return Incident.objects.get()


@pytest.fixture
def all_states(started: WorkItem) -> None:
    """One instance and one item more in every state there is."""
    instance, activity = started.instance, started.activity
    for status in ProcessInstance.Status.values:
        ProcessInstance.objects.create(
            title=f"a {status} one", process=instance.process, user=instance.user, status=status
        )
    for status in WorkItem.Status.values:
        WorkItem.objects.create(
            instance=instance, activity=activity, activity_key=activity.key, status=status
        )
