"""
Every route for everybody: the status, and no data of another tenant. A route without an entry fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from goflow.api import api
from goflow.api.notification_shapes import PREFERENCES
from goflow.runtime.models import WorkItem
from tests.api.conftest import Caller
from tests.api.world import SECRET, World, shared_world, world

__all__ = ["shared_world", "world"]

PEOPLE = ("anonymous", "outsider", "candidate", "owner", "requester", "designer", "admin", "foreign")


@dataclass(frozen=True)
class Entry:
    """One route: what is sent, and the status for each of PEOPLE."""

    method: str
    path: str
    statuses: str
    data: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    public: bool = False

    @property
    def key(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


def e(route: str, statuses: str, data: Any = None, **more: Any) -> Entry:
    method, path = route.split()
    return Entry(method, path, statuses, data, **more)


ENTRIES = [
    e("GET /reports/processes", "401 200 200 200 200 200 200 200"),
    e(
        "POST /auth/mobile/sign-in",
        "200 200 200 200 200 200 200 200",
        {"username": "bob", "password": "bob"},
        public=True,
    ),
    e("POST /auth/mobile/token-refresh", "401 401 401 401 401 401 401 401", {"refresh": "x"}, public=True),
    e(
        "POST /auth/web/sign-in",
        "200 200 200 200 200 200 200 200",
        {"username": "bob", "password": "bob"},
        public=True,
    ),
    e("POST /auth/web/token-refresh", "401 401 401 401 401 401 401 401", public=True),
    e("POST /auth/web/sign-out", "401 401 401 401 401 401 401 401", public=True),
    e("GET /me", "401 200 200 200 200 200 200 200"),
    e("GET /processes", "401 200 200 200 200 200 200 200"),
    e("GET /processes/{process_id}/activities", "401 200 200 200 200 200 200 404"),
    e("GET /start", "401 200 200 200 200 200 200 200"),
    e("POST /processes/start", "401 403 200 200 200 403 403 404", {"process_name": "Purchase"}),
    e("GET /workitems", "401 200 200 200 200 200 200 200"),
    e("GET /my/workitems", "401 200 200 200 200 200 200 200"),
    e("GET /workitems/{workitem_id}", "401 404 200 200 200 404 200 404"),
    e("POST /workitems/{workitem_id}/activate", "401 404 200 200 403 404 403 404"),
    e("POST /workitems/{workitem_id}/complete", "401 404 200 200 403 404 403 404", {"condition": "APPROVED"}),
    e("POST /workitems/{workitem_id}/release", "401 404 404 200 404 404 200 404"),
    e("POST /workitems/{workitem_id}/reassign", "401 404 404 200 404 404 200 404", {"to": "bob"}),
    e("POST /workitems/{workitem_id}/forward", "401 404 404 200 404 404 200 404"),
    e("GET /instances", "401 200 200 200 200 200 200 200"),
    e("GET /instances/{instance_id}", "401 404 404 404 200 404 200 404"),
    e("GET /instances/{instance_id}/history", "401 404 404 404 200 404 200 404"),
    e("GET /instances/{instance_id}/diagram", "401 404 404 404 200 404 200 404"),
    e("GET /instances/{instance_id}/waiting", "401 404 404 404 200 404 200 404"),
    e("POST /instances/{instance_id}/cancel", "401 404 404 404 403 404 200 404"),
    e("POST /instances/{instance_id}/suspend", "401 404 404 404 403 404 200 404"),
    e("POST /instances/{instance_id}/resume", "401 404 404 404 403 404 409 404"),
    e("GET /incidents", "401 200 200 200 200 200 200 200"),
    e("POST /incidents/{incident_id}/retry", "401 404 404 404 404 404 200 404"),
    e("POST /jobs/fetch", "401 403 403 403 403 403 200 200", {"topics": ["print.poster"]}),
    e("POST /jobs/{job_id}/extend", "401 403 403 403 403 403 200 404", "job"),
    e("POST /jobs/{job_id}/complete", "401 403 403 403 403 403 200 404", "job"),
    e("POST /jobs/{job_id}/fail", "401 403 403 403 403 403 200 404", "job"),
    e("GET /webhooks", "401 403 403 403 403 403 200 200"),
    e("POST /webhooks", "401 403 403 403 403 403 201 201", {"name": "n", "url": "https://receiver.example/"}),
    e("GET /webhooks/{webhook_id}", "401 403 403 403 403 403 200 404"),
    e("PATCH /webhooks/{webhook_id}", "401 403 403 403 403 403 200 404", {"name": "n"}),
    e("DELETE /webhooks/{webhook_id}", "401 403 403 403 403 403 204 404"),
    e("POST /webhooks/{webhook_id}/rotate", "401 403 403 403 403 403 200 404"),
    e("POST /webhooks/{webhook_id}/test", "401 403 403 403 403 403 202 404"),
    e("GET /deliveries", "401 403 403 403 403 403 200 200"),
    e("POST /deliveries/replay", "401 403 403 403 403 403 200 200", {"status": "failed"}),
    e("GET /deliveries/{delivery_id}", "401 403 403 403 403 403 200 404"),
    e("POST /deliveries/{delivery_id}/replay", "401 403 403 403 403 403 200 404"),
    e("GET /notifications", "401 200 200 200 200 200 200 200"),
    e("POST /notifications/read", "401 200 200 200 200 200 200 200"),
    e("POST /notifications/{notification_id}/read", "401 404 200 404 404 404 404 404"),
    e("GET /notifications/preferences", "401 200 200 200 200 200 200 200"),
    e("PUT /notifications/preferences", "401 200 200 200 200 200 200 200", PREFERENCES),
    e("GET /definitions", "401 200 200 200 200 200 200 200"),
    e("POST /definitions/import", "401 403 403 403 403 201 403 201", "file"),
    e("GET /definitions/{process_id}", "401 404 404 404 404 200 200 404"),
    e("DELETE /definitions/{process_id}", "401 404 404 404 404 204 403 404"),
    e("GET /definitions/{process_id}/versions", "401 404 404 404 404 200 200 404"),
    e("GET /definitions/{process_id}/diagram", "401 404 404 404 404 200 200 404"),
    e("POST /definitions/{process_id}/publish", "401 404 404 404 404 200 403 404"),
    e("POST /definitions/{process_id}/rollback", "401 404 404 404 404 201 403 404"),
    e("POST /definitions/{process_id}/clone", "401 404 404 404 404 201 403 404"),
    e("POST /definitions/{process_id}/retire", "401 404 404 404 404 200 403 404"),
    e("GET /definitions/{process_id}/diff?compare={process_id}", "401 404 404 404 404 200 200 404"),
    e("GET /definitions/{process_id}/export", "401 404 404 404 404 200 200 404"),
    e("GET /definitions/{process_id}/graph", "401 404 404 404 404 200 200 404"),
    e("PUT /definitions/{process_id}/graph", "401 404 404 404 404 200 403 404", "graph"),
    e("GET /definitions/{process_id}/validate", "401 404 404 404 404 200 200 404"),
    e("POST /definitions/{process_id}/validate", "401 404 404 404 404 200 200 404", "graph"),
]


ON_DRAFTS = ("PUT /definitions/{process_id}/graph", "DELETE /definitions/{process_id}", "/publish")


def sent(world: World, entry: Entry, user: Any) -> Any:
    verb = entry.path.rpartition("/")[2]
    kind = "draft" if entry.key.endswith(ON_DRAFTS) or entry.key in ON_DRAFTS else verb
    path = entry.path.format(
        **{**world.ids[""], **world.ids.get(kind, {}), "incident_id": world.ids["retry"]["incident_id"]}
    )
    data = (
        {"graph": world.graph}
        if entry.data == "graph"
        else world.graph
        if entry.data == "file"
        else entry.data
    )
    data = {"token": world.token, "error": "no ink"} if entry.data == "job" else data
    headers = {"HTTP_IF_MATCH": f'"{world.revision}"'} if entry.method == "PUT" else {}
    caller = Caller(user)
    if entry.public:
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return caller.client.post(f"/api{path}", **body)
    return caller.send(entry.method.lower(), path, data, **headers)


def answered(world: World, entry: Entry, name: str) -> Any:
    """The answer to one person; what it changed is undone."""
    with transaction.atomic():
        response = sent(world, entry, world.people[name])
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_everybody_gets_what_is_his(world: World, entry: Entry) -> None:
    found = " ".join(str(answered(world, entry, name).status_code) for name in PEOPLE)
    assert found == " ".join(entry.statuses.split()), f"{entry.key} for {PEOPLE}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_nobody_reads_what_belongs_to_another_tenant(world: World, entry: Entry) -> None:
    assert SECRET not in answered(world, entry, "foreign").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/workitems",
        "/my/workitems",
        "/instances",
        "/processes",
        "/definitions",
        "/incidents",
        "/start",
        "/reports/processes",
        "/notifications",
        "/webhooks",
        "/deliveries",
    ],
)
def test_every_list_is_empty_for_another_tenant(world: World, path: str) -> None:
    assert Caller(world.people["foreign"]).get(path).json() == []


def test_items_of_their_own_in_another_tenant_are_not_listed(world: World) -> None:
    """Whoever has moved to another tenant leaves their work behind."""
    fred = world.people["foreign"]
    WorkItem.objects.update(user=fred)
    assert Caller(fred).get("/my/workitems").json() == []


def test_every_route_has_an_entry() -> None:
    routes = {
        f"{method.upper()} {path.removeprefix('/api/protected').removeprefix('/api')}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    assert {entry.key for entry in ENTRIES} == routes
