"""
Each verb that a page offers exists in the API, with the same rights.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from goflow.api import api
from goflow.runtime import engine
from goflow.web.urls import urlpatterns
from tests.api.conftest import Caller, Company
from tests.api.world import World, shared_world, world

__all__ = ["shared_world", "world"]

OPERATIONS = {
    "activate": "activateWorkItem",
    "complete": "completeWorkItem",
    "workitem": "getWorkItem",
    "release": "releaseWorkItem",
    "reassign": "reassignWorkItem",
    "forward": "forwardWorkItem",
    "mywork": "listMyWorkItems",
    "available": "listWorkItems",
    "done": "listMyWorkItems",
    "otherswork": "listWorkItems",
    "myrequests": "listInstances",
    "instance": "getInstance",
    "cancel": "cancelInstance",
    "suspend": "suspendInstance",
    "resume": "resumeInstance",
    "retry": "retryIncident",
    "monitor": "listIncidents",
    "start": "listStartable",
    "start_model": "startProcess",
    "start_proto": "startProcess",
    "processes": "reportProcesses",
    "process": "getDefinition",
    "process_versions": "listVersions",
    "process_publish": "publishDraft",
    "process_clone": "cloneDefinition",
    "process_retire": "retireDefinition",
    "process_discard": "discardDraft",
    "process_diff": "diffDefinitions",
    "process_export": "exportDefinition",
    "process_import": "importDefinition",
    "process_dot": "getDefinitionDiagram",
    "myrequests_history": "getInstanceHistory",
    "otherswork_history": "getInstanceHistory",
    "notifications": "listNotifications",
    "notifications_unread": "listNotifications",
    "notifications_read": "readAllNotifications",
    "notification_open": "readNotification",
    "notification_settings": "setNotificationPreferences",
    "unsubscribe": "setNotificationPreferences",
    "login": "webSignIn",
    "logout": "webSignOut",
}
"""What does for a client what a page does for a person."""

ONLY_FOR_PAGES = {"home", "theme"}

VERBS = [
    ("/workflow/mywork/activate/{workitem_id}/", "/workitems/{workitem_id}/activate", {}, None),
    (
        "/workflow/workitems/{workitem_id}/",
        "/workitems/{workitem_id}/complete",
        {"outcome": "APPROVED"},
        {"condition": "APPROVED"},
    ),
    ("/workflow/workitems/{held}/release/", "/workitems/{held}/release", {}, None),
    ("/workflow/workitems/{held}/reassign/", "/workitems/{held}/reassign", {"to": "bob"}, {"to": "bob"}),
    ("/workflow/workitems/{decided}/forward/", "/workitems/{decided}/forward", {}, None),
    ("/workflow/instances/{instance_id}/cancel/", "/instances/{instance_id}/cancel", {}, None),
    ("/workflow/instances/{instance_id}/suspend/", "/instances/{instance_id}/suspend", {}, None),
    ("/workflow/instances/{instance_id}/resume/", "/instances/{instance_id}/resume", {}, None),
    ("/workflow/incidents/{incident_id}/retry/", "/incidents/{incident_id}/retry", {}, None),
    ("/workflow/process/{draft}/publish/", "/definitions/{draft}/publish", {"note": "n"}, {"note": "n"}),
    ("/workflow/process/{process_id}/clone/", "/definitions/{process_id}/clone", {}, None),
    ("/workflow/process/{process_id}/retire/", "/definitions/{process_id}/retire", {}, None),
]


def names() -> set[str]:
    return {str(pattern.name) for pattern in urlpatterns if isinstance(pattern, URLPattern)}


def test_every_page_has_its_operation() -> None:
    assert names() - OPERATIONS.keys() == ONLY_FOR_PAGES


def test_the_operations_exist() -> None:
    found = {
        operation["operationId"]
        for operations in api.get_openapi_schema()["paths"].values()
        for operation in operations.values()
    }
    assert set(OPERATIONS.values()) <= found


def undone(send: Any) -> int:
    with transaction.atomic():
        status: int = send().status_code
        transaction.set_rollback(True)
    return status


def by_page(user: Any, path: str, data: dict[str, str]) -> int:
    client = Client()
    client.force_login(user)
    return undone(lambda: client.post(path, data))


@pytest.mark.parametrize(("page", "path", "form", "body"), VERBS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize(
    "name", ["outsider", "candidate", "owner", "requester", "designer", "admin", "foreign"]
)
def test_the_api_refuses_whom_the_page_refuses(
    world: World, company: Company, name: str, page: str, path: str, form: Any, body: Any
) -> None:
    ids = {
        **world.ids[""],
        "held": world.ids["release"]["workitem_id"],
        "decided": world.ids["forward"]["workitem_id"],
        "incident_id": world.ids["retry"]["incident_id"],
        "draft": world.ids["draft"]["process_id"],
    }
    user = world.people[name]
    if path.endswith("/resume"):
        engine.suspend(ids["instance_id"], actor=company.root)
    on_page = by_page(user, page.format(**ids), form)
    in_api = undone(lambda: Caller(user).post(path.format(**ids), body))
    # A page answers a verb with a redirect, or 200 for a form; refusals have the same status.
    assert (on_page if on_page >= 400 else 200) == (in_api if in_api >= 400 else 200)
