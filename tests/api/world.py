"""
One of everything that the API shows, beside somebody of another tenant: made once for the tests of a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import override_settings

from goflow.journal import outbox
from goflow.outbound import endpoints
from goflow.outbound.models import Delivery, Notification
from goflow.runtime import engine
from goflow.testing import person, process
from goflow.workflow import publishing, registry
from tests.api.conftest import Caller, Company, allowed, draw_posters, jam, jammed
from tests.shared import Shared

WEBHOOKS = (
    "view_webhookendpoint",
    "add_webhookendpoint",
    "change_webhookendpoint",
    "delete_webhookendpoint",
    "view_delivery",
    "change_delivery",
)
SECRET = "Chair"
"""The title of the request that nobody of another tenant may read."""


@dataclass(frozen=True)
class World:
    """The ids that stand for the placeholders of paths, and who is who."""

    ids: dict[str, dict[str, int]]
    people: dict[str, Any]
    graph: dict[str, Any]
    revision: int
    token: str


def tenant_of(request: Any, user: Any) -> dict[str, str]:
    return {"tenant_id": "b" if getattr(user, "username", "") == "fred" else ""}


@contextmanager
def both_tenants() -> Iterator[None]:
    with (
        override_settings(GOFLOW_TENANT_RESOLVER=tenant_of, GOFLOW_WEBHOOK_ENABLED=True),
        registry.registered(registry.APPLICATION, "press", jammed),
        registry.registered(registry.APPLICATION, "print.poster", external=True),
    ):
        yield


@pytest.fixture(scope="module")
def shared_world(founded: Shared[Company], django_db_blocker: Any) -> Iterator[Shared[World]]:
    with Shared(lambda: made_for(founded.copy()), django_db_blocker) as rows:
        yield rows


@pytest.fixture
def world(shared_world: Shared[World], db: None) -> Iterator[World]:
    with both_tenants():
        yield shared_world.copy()


@both_tenants()
def made_for(company: Company) -> World:
    stuck = jam(company)
    draw_posters()
    olga = person("olga", "buyers")
    fred = allowed(
        "fred",
        "can_browse",
        "change_processinstance",
        "change_process",
        "can_work_jobs",
        "can_instantiate",
        *WEBHOOKS,
    )
    ada_too = Permission.objects.filter(codename__in=WEBHOOKS)
    company.ada.user_permissions.add(*ada_too)
    person("fred", "buyers")
    letter = [("Sign", {"autofinish": False, "roles": ["buyers"]}), ("Send", {"roles": ["buyers"]}), "End"]
    process("Letter", letter, [("Sign", "Send", "eq:OK"), ("Send", "End")])
    held, decided = (engine.start(name, olga, title=SECRET) for name in ("Purchase", "Letter"))
    engine.activate(held.pk, actor=olga)
    engine.complete(decided.pk, actor=olga, outcome="OK")
    for _ in range(2):
        engine.start("Poster", olga, title=SECRET)
    (job,) = outbox.claim([outbox.JOB], limit=1, seconds=86_400).messages
    draft = publishing.clone(company.process, by=company.dora)
    read = Caller(company.root).get(f"/definitions/{draft.pk}/graph").json()
    published = {"process_id": company.process.pk}
    told = Notification.objects.create(user=company.bob, event="queued", params={"request": SECRET})
    to = endpoints.create(name=SECRET, url="https://receiver.example/").endpoint
    body = f'{{"instance": {{"title": "{SECRET}"}}}}'
    delivery = Delivery.objects.create(endpoint=to, event_id="evt_1_0", action="test.ping", body=body)
    return World(
        ids={
            "": {
                **published,
                "workitem_id": company.item.pk,
                "instance_id": company.item.instance_id,
                "job_id": job.pk,
                "notification_id": told.pk,
                "webhook_id": to.pk,
                "delivery_id": delivery.pk,
            },
            "release": {"workitem_id": held.pk},
            "reassign": {"workitem_id": held.pk},
            "forward": {"workitem_id": decided.pk},
            "retry": {"incident_id": stuck.pk},
            "draft": {"process_id": draft.pk},
        },
        people={
            "anonymous": None,
            "outsider": company.carl,
            "candidate": company.bob,
            "owner": olga,
            "requester": company.anna,
            "designer": company.dora,
            "admin": company.ada,
            "foreign": fred,
        },
        graph=read["graph"],
        revision=read["revision"],
        token=job.lease_token,
    )
