from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from goflow.api import tokens
from goflow.runtime import engine
from goflow.runtime.models import Incident, WorkItem
from goflow.testing import person, process
from goflow.workflow import registry
from tests.shared import Shared

# It needs a newer Python than goflow itself; where it is missing, generated requests are not sent.
collect_ignore = [] if find_spec("schemathesis") else ["test_fuzzing.py"]

As = Callable[[Any], "Caller"]
PROTECTED = "/api/protected"


class Caller:
    """A client with somebody's access token; paths are those below /api/protected."""

    def __init__(self, user: Any) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {} if user is None else {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(user).access}"}

    def send(self, method: str, path: str, data: Any = None, **headers: Any) -> Any:
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return getattr(self.client, method)(f"{PROTECTED}{path}", **body, **self.headers, **headers)

    def get(self, path: str, **headers: Any) -> Any:
        return self.client.get(f"{PROTECTED}{path}", **self.headers, **headers)

    def post(self, path: str, data: Any = None, **headers: Any) -> Any:
        return self.send("post", path, data, **headers)


@dataclass
class Company:
    """anna asks, bob decides, carl has nothing to do with it, bea browses, ada administers, dora designs."""

    anna: Any
    bob: Any
    carl: Any
    bea: Any
    ada: Any
    dora: Any
    root: Any
    process: Any
    item: WorkItem

    def ask(self, title: str = "Laptop", **fields: Any) -> WorkItem:
        return engine.start("Purchase", self.anna, title=title, **fields)


def allowed(name: str, *codenames: str) -> Any:
    made = person(name, may_start=False)
    made.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return made


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    """Failed sign-ins of one test do not count in the next."""
    cache.clear()
    yield
    cache.clear()


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
    people = {
        "anna": person("anna"),
        "bob": person("bob", "buyers"),
        "carl": person("carl", may_start=False),
        "bea": allowed("bea", "can_browse"),
        "ada": allowed("ada", "can_browse", "change_processinstance", "can_work_jobs"),
        "dora": allowed("dora", "change_process"),
        "root": person("root", is_superuser=True, is_staff=True),
    }
    made = process(
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
    return Company(**people, process=made, item=engine.start("Purchase", people["anna"], title="Chair"))


@pytest.fixture
def as_(db: None) -> As:
    """Somebody at the API; None is nobody."""
    return Caller


@pytest.fixture
def stuck(company: Company) -> Iterator[Incident]:
    """A request whose automatic step failed."""
    with registry.registered(registry.APPLICATION, "press", jammed):
        yield jam(company)


def jammed(task: Any) -> None:
    raise RuntimeError("no ink")


def jam(company: Company) -> Incident:
    process(
        "Print",
        [("Check", {}), ("Press", {"autostart": True, "application": "press"}), "End"],
        [("Check", "Press"), ("Press", "End")],
    )
    item = engine.start("Print", company.root, title="Poster")
    engine.complete(item.pk, actor=company.root)
    return Incident.objects.get()


@pytest.fixture
def topic(db: None) -> Iterator[str]:
    """A topic that workers outside fetch."""
    with registry.registered(registry.APPLICATION, "print.poster", external=True):
        draw_posters()
        yield "print.poster"


def draw_posters() -> None:
    process(
        "Poster",
        [("Print", {"autostart": True, "application": "print.poster", "split_mode": "xor"}), "Hang", "Bin"],
        [("Print", "Hang", "eq:OK"), ("Print", "Bin", "eq:TORN")],
    )
