from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from goflow.testing import person
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish
from tests.designer.conftest import Desk, purchase


def granted(desk: Desk, *codenames: str) -> None:
    desk.user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def with_role(desk: Desk, draft: Process, role: str) -> Any:
    graph = desk.drawing(draft)
    graph["activities"][2]["roles"] = [role]
    return desk.save(draft, graph).json()  # type: ignore[attr-defined] # of the test client


def test_a_page_that_is_open_gets_a_token_that_holds(edith: Desk, draft: Process) -> None:
    told = edith.get("session/").json()
    assert (told["user"], told["name"]) == (str(edith.user.pk), "Edith Moor")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(edith.user)
    token = strict.get("/workflow/designer/session/").json()["csrf"]
    address = f"/workflow/designer/{draft.pk}/presence/"
    assert strict.post(address, {}, "application/json").status_code == 403
    assert strict.post(address, {}, "application/json", HTTP_X_CSRFTOKEN=token).status_code == 200


def test_signing_in_leads_back_to_the_page_that_waits(nobody: Desk, edith: Desk) -> None:
    told = nobody.get("session/")
    assert (told.status_code, "/designer/signed-in/" in told.json()["login"].replace("%2F", "/")) == (
        401,
        True,
    )
    assert "Edith Moor" in edith.get("signed-in/").content.decode()


def test_nothing_is_saved_under_another_name(edith: Desk, ed: Desk, draft: Process) -> None:
    body = {"process": draft.pk, "graph": {**edith.drawing(draft), "title": "Mine"}}
    draft.refresh_from_db()
    headers = {"HTTP_IF_MATCH": f'"{draft.revision}"', "HTTP_X_GOFLOW_PERSON": str(edith.user.pk)}
    refused = ed.put(f"{draft.pk}/draft/", body, **headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "another-person")
    assert "Ed is signed in" in refused.json()["detail"]
    draft.refresh_from_db()
    assert draft.title == "Purchase"
    assert edith.put(f"{draft.pk}/draft/", body, **headers).status_code == 200


def test_a_conflict_says_whether_it_is_your_own(edith: Desk, ed: Desk, draft: Process) -> None:
    mine = edith.drawing(draft)
    stale = Process.objects.get(pk=draft.pk).revision
    edith.save(draft, {**mine, "title": "In the other tab"})
    own: Any = edith.save(draft, {**mine, "title": "Here"}, revision=stale)
    other: Any = ed.save(draft, {**mine, "title": "Here"}, revision=stale)
    assert (own.json()["by_you"], other.json()["by_you"]) == (True, False)


def test_a_role_is_made_by_those_who_may(edith: Desk, draft: Process) -> None:
    granted(edith, "add_group")
    assert edith.get(f"{draft.pk}/draft/").json()["may"]["make_roles"]
    assert with_role(edith, draft, "Purchasing")["problems"][0]["fix"].startswith("Create the role")
    made = edith.post(f"{draft.pk}/roles/", {"name": "Purchasing"})
    assert (made.status_code, made.json()["name"]) == (201, "Purchasing")
    assert Group.objects.get(name="Purchasing").user_set.count() == 0
    assert edith.post(f"{draft.pk}/roles/", {"name": "Purchasing"}).status_code == 200
    found = edith.post(f"{draft.pk}/validate/", {"graph": edith.drawing(draft)}).json()["problems"]
    assert "unknown-role" not in {problem["code"] for problem in found}


def test_others_are_told_whom_to_ask(edith: Desk, draft: Process) -> None:
    person("root", is_superuser=True, first_name="Rita", last_name="Root")
    assert "Rita Root" in with_role(edith, draft, "Purchasing")["problems"][0]["fix"]
    refused = edith.post(f"{draft.pk}/roles/", {"name": "Purchasing"})
    assert (refused.status_code, "Rita Root" in refused.json()["detail"]) == (403, True)
    assert not Group.objects.filter(name="Purchasing").exists()


@pytest.mark.parametrize(("name", "status"), [("", 422), ("  ", 422), ("x" * 151, 400), (3, 400)])
def test_names_that_no_role_can_have_are_refused(edith: Desk, draft: Process, name: Any, status: int) -> None:
    granted(edith, "add_group")
    assert edith.post(f"{draft.pk}/roles/", {"name": name}).status_code == status


def test_only_who_may_change_the_process_makes_roles(bea: Desk, draft: Process) -> None:
    granted(bea, "add_group")
    assert bea.post(f"{draft.pk}/roles/", {"name": "Purchasing"}).status_code == 403


def published_by(desk: Desk, draft: Process) -> Any:
    desk.save(draft, {**desk.drawing(draft), "description": "x"})
    draft.refresh_from_db()
    answer = desk.post(f"{draft.pk}/publish/", {"revision": draft.revision, "note": "first"})
    assert answer.status_code == 200, answer.json()
    return answer.json()["starting"]


def test_publishing_says_that_nobody_may_start_it(edith: Desk, draft: Process) -> None:
    person("root", is_superuser=True)
    told = published_by(edith, draft)
    assert told["is_nobody"]
    assert "the group “Purchase” has no members" in told["sentence"]
    assert "ask root" in told["sentence"]
    assert (told["change"], told["start"]) == ("", "")


def test_publishing_says_who_may_start_it_and_how(edith: Desk, draft: Process) -> None:
    group = Group.objects.create(name="Purchase")
    group.user_set.add(edith.user)
    told = published_by(edith, draft)
    assert told["sentence"] == "1 person may start it: the member of “Purchase”."
    assert told["start"] == "/workflow/start_proto/purchase/"


def test_a_group_is_changed_where_the_admin_is(edith: Desk, draft: Process) -> None:
    edith.user.is_staff = True
    edith.user.save()
    granted(edith, "change_group")
    told = published_by(edith, draft)
    group = Group.objects.get(name="Purchase")
    assert told["change"].endswith(f"/auth/group/{group.pk}/change/")


def test_the_draft_says_how_many_run(edith: Desk) -> None:
    published = purchase()
    assert edith.get(f"{published.pk}/draft/").json()["running"] == 0


def test_the_code_that_followed_is_told(edith: Desk, draft: Process) -> None:
    told: Any = edith.save(draft, {**edith.drawing(draft), "title": "Buying things"})
    assert told.json()["process"]["code"] == "buying-things"
    publish(draft)
    draft.refresh_from_db()
    assert (draft.code, draft.published_code) == ("buying-things", "buying-things")
