from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client

from goflow import clock
from goflow.runtime import engine
from goflow.runtime.models import Incident, WorkItem
from goflow.testing import person, process
from goflow.workflow import registry
from tests.shared import Shared

Unchanged = Callable[[], AbstractContextManager[None]]
As = Callable[[Any], Client]

TITLE = '<img src=x onerror="alert(1)">'


@dataclass
class Company:
    """anna asks, bob decides, carl has nothing to do with it, bea browses, root administers."""

    anna: Any
    bob: Any
    carl: Any
    bea: Any
    root: Any
    item: WorkItem

    def ask(self, title: str = "Laptop", **fields: Any) -> WorkItem:
        return engine.start("Purchase", self.anna, title=title, **fields)


@pytest.fixture(scope="package", autouse=True)
def founded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shared[Company]]:
    """What all tests of this folder begin with."""
    with Shared(found, django_db_blocker) as rows:
        yield rows


@pytest.fixture
def company(founded: Shared[Company], db: None) -> Company:
    """A purchase of anna's waits for the buyers."""
    return founded.copy()


def found() -> Company:
    bea = person("bea", may_start=False)
    bea.user_permissions.add(Permission.objects.get(codename="can_browse"))
    people = {
        "anna": person("anna", first_name="Anna"),
        "bob": person("bob", "buyers", first_name="Bob"),
        "carl": person("carl", may_start=False),
        "bea": bea,
        "root": person("root", is_superuser=True, is_staff=True),
    }
    process(
        "Purchase",
        [
            ("Review", {"roles": ["buyers"], "split_mode": "xor"}),
            ("Refine", {"push": "route_to_requester"}),
            "End",
        ],
        [
            ("Review", "End", "eq:APPROVED", {"name": "Approve"}),
            ("Review", "Refine", "eq:REJECTED", {"name": "Reject"}),
            ("Refine", "Review"),
        ],
    )
    return Company(**people, item=engine.start("Purchase", people["anna"], title=TITLE))


@pytest.fixture
def as_(db: None) -> As:
    """A client signed in as somebody."""

    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def stuck(company: Company) -> Iterator[Incident]:
    """A request whose automatic step failed."""

    def fail(task: Any) -> None:
        raise RuntimeError("no ink")

    with registry.registered(registry.APPLICATION, "press", fail):
        process(
            "Print",
            [("Check", {}), ("Press", {"autostart": True, "application": "press"}), "End"],
            [("Check", "Press"), ("Press", "End")],
        )
        item = engine.start("Print", company.root, title="Poster")
        engine.complete(item.pk, actor=company.root)
        yield Incident.objects.get()


@pytest.fixture
def unchanged(db: None) -> Unchanged:
    """A block in which no row of goflow's or the demo's tables changes."""

    @contextmanager
    def watched() -> Iterator[None]:
        before = rows()
        yield
        assert rows() == before

    return watched


def rows() -> dict[str, list[Any]]:
    models = [*apps.get_app_config("goflow").get_models(), *apps.get_app_config("leave").get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


@pytest.fixture
def later() -> Iterator[None]:
    """Three days have passed."""
    with clock.moved(timedelta(days=3)):
        yield
