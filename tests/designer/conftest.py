from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client

from goflow.testing import person, process
from goflow.workflow.models import Process

JSON = "application/json"


def granted(username: str, *codenames: str, **fields: Any) -> Any:
    """A person with these rights over goflow."""
    user = person(username, may_start=False, **fields)
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return user


@dataclass
class Desk:
    """The designer as one person's browser calls it."""

    client: Client
    user: Any

    def get(self, path: str) -> Any:
        return self.client.get(f"/workflow/designer/{path}")

    def post(self, path: str, body: object = None, **headers: Any) -> Any:
        return self.client.post(f"/workflow/designer/{path}", json.dumps(body or {}), JSON, **headers)

    def put(self, path: str, body: object, **headers: Any) -> Any:
        return self.client.put(f"/workflow/designer/{path}", json.dumps(body), JSON, **headers)

    def drawing(self, process: Process) -> Any:
        return self.get(f"{process.pk}/draft/").json()["graph"]

    def save(self, process: Process, graph: Any, revision: int | None = None) -> HttpResponse:
        """Save over the revision that is there now, or over the given one."""
        process.refresh_from_db()
        tag = f'"{process.revision if revision is None else revision}"'
        found: HttpResponse = self.put(
            f"{process.pk}/draft/", {"process": process.pk, "graph": graph}, HTTP_IF_MATCH=tag
        )
        return found


Sit = Callable[[Any], Desk]


@pytest.fixture
def sit(db: None) -> Sit:
    def seated(user: Any) -> Desk:
        client = Client()
        client.force_login(user)
        return Desk(client, user)

    return seated


@pytest.fixture
def edith(sit: Sit) -> Desk:
    """Edith may change every process."""
    return sit(granted("edith", "change_process", first_name="Edith", last_name="Moor"))


@pytest.fixture
def ed(sit: Sit) -> Desk:
    """Ed too."""
    return sit(granted("ed", "change_process", first_name="Ed"))


@pytest.fixture
def bea(sit: Sit) -> Desk:
    """Bea may look at every process."""
    return sit(granted("bea", "can_browse"))


@pytest.fixture
def stan(sit: Sit) -> Desk:
    """Stan is staff, without any right over processes."""
    return sit(granted("stan", is_staff=True))


@pytest.fixture
def nobody() -> Desk:
    """Not signed in."""
    return Desk(Client(), None)


@pytest.fixture
def draft(db: None) -> Process:
    return purchase(publish_now=False)


def purchase(title: str = "Purchase", **fields: Any) -> Process:
    return process(
        title,
        [("Ask", {"roles": ["buyers"]}), ("Decide", {"split_mode": "xor"}), "Pay", "End"],
        [
            ("Ask", "Decide"),
            ("Decide", "Pay", "eq:YES", {"name": "Approve", "ordering": 10}),
            ("Decide", "Ask", "eq:NO", {"name": "Refuse", "ordering": 20}),
            ("Pay", "End"),
        ],
        **fields,
    )
