from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from goflow.testing import person
from goflow.workflow.models import Process
from goflow.workflow.publishing import clone, publish
from tests.designer.conftest import Desk, Sit, purchase

READ = ("", "draft/", "graph/", "review/", "versions/", "instances/")
LOOKING = ("validate/", "condition/", "simulate/", "presence/")
CHANGING = ("publish/", "graph/")


class OwnProcesses:
    """Lets people change the processes whose code is their user name."""

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        own = isinstance(obj, Process) and obj.code == user.get_username()
        return own and obj.version == 1 and perm == "goflow.change_process"


@pytest.mark.parametrize("path", READ)
def test_outsiders_and_staff_without_rights_find_nothing(
    sit: Sit, stan: Desk, draft: Process, path: str
) -> None:
    outsider = sit(person("olaf"))
    assert outsider.get(f"{draft.pk}/{path}").status_code == 404
    assert stan.get(f"{draft.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", [*LOOKING, *CHANGING])
def test_outsiders_and_staff_without_rights_change_nothing(
    sit: Sit, stan: Desk, draft: Process, path: str
) -> None:
    body = {"graph": {}, "note": "x", "revision": 1}
    assert sit(person("olaf")).post(f"{draft.pk}/{path}", body).status_code == 404
    assert stan.post(f"{draft.pk}/{path}", body).status_code == 404
    assert stan.put(f"{draft.pk}/draft/", body, HTTP_IF_MATCH='"1"').status_code == 404


def test_what_does_not_exist_answers_alike(stan: Desk, edith: Desk, draft: Process) -> None:
    hidden, missing = stan.get(f"{draft.pk}/draft/"), stan.get("999999/draft/")
    assert hidden.json() == missing.json()
    assert edith.get("999999/").status_code == 404


@pytest.mark.parametrize("path", READ)
def test_browsers_may_look(bea: Desk, draft: Process, path: str) -> None:
    assert bea.get(f"{draft.pk}/{path}").status_code == 200


def test_browsers_are_told_no_names(bea: Desk, draft: Process) -> None:
    told = bea.get(f"{draft.pk}/draft/").json()
    assert told["names"] == {}
    assert told["may"] == {"change": False, "edit": False, "publish": False, "make_roles": False}


def test_browsers_change_nothing(bea: Desk, draft: Process) -> None:
    graph = bea.drawing(draft)
    assert bea.save(draft, {**graph, "title": "Other"}).status_code == 403
    assert bea.post(f"{draft.pk}/publish/", {"note": "x", "revision": 1}).status_code == 403
    assert bea.post("new/", {"template": "blank"}).status_code == 403
    assert bea.post("new/", {"graph": graph}).status_code == 403
    assert bea.post("new/", {"clone": draft.pk}).status_code == 403
    refused = bea.post(f"{draft.pk}/graph/", {})
    assert (refused.status_code, refused.content) == (403, b"Forbidden")
    draft.refresh_from_db()
    assert (draft.title, draft.is_draft, Process.objects.count()) == ("Purchase", True, 1)


def test_visitors_sign_in_first(nobody: Desk, draft: Process) -> None:
    page = nobody.get(f"{draft.pk}/")
    assert page.status_code == 302
    assert "login" in page.headers["Location"]
    data = nobody.get(f"{draft.pk}/draft/")
    assert (data.status_code, data.json()["code"]) == (401, "signed-out")
    assert "login" in data.json()["login"]


def test_inactive_people_are_visitors(edith: Desk, draft: Process) -> None:
    edith.user.is_active = False
    edith.user.save()
    assert edith.get(f"{draft.pk}/draft/").status_code == 401


def test_a_right_for_one_process_opens_its_versions_only(sit: Sit, settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "tests.designer.test_access.OwnProcesses",
    ]
    own, other = purchase(), purchase("Other", publish_now=False)
    purchaser = sit(person("purchase"))
    made = purchaser.post("new/", {"clone": own.pk})
    assert made.status_code == 201
    assert purchaser.get(f"{made.json()['id']}/draft/").json()["may"]["edit"]
    assert purchaser.post("new/", {"graph": purchaser.drawing(own)}).status_code == 201
    assert purchaser.get(f"{other.pk}/draft/").status_code == 404
    assert purchaser.post("new/", {"template": "blank"}).status_code == 403


def test_another_tenant_finds_nothing(edith: Desk, draft: Process, settings: Any) -> None:
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "moon"}
    assert edith.get(f"{draft.pk}/draft/").status_code == 404


@pytest.mark.parametrize("path", ["draft/", "publish/", "graph/", "presence/", "validate/"])
def test_a_change_needs_the_token(draft: Process, path: str, edith: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(edith.user)
    address = f"/workflow/designer/{draft.pk}/{path}"
    answer = (strict.put if path == "draft/" else strict.post)(address, "{}", "application/json")
    assert answer.status_code == 403


def test_the_token_of_the_page_data_is_accepted(draft: Process, edith: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(edith.user)
    page = strict.get(f"/workflow/designer/{draft.pk}/")
    token = page.context["data"]["csrf"]
    answer = strict.post(
        f"/workflow/designer/{draft.pk}/presence/", "{}", "application/json", HTTP_X_CSRFTOKEN=token
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["publish/", "validate/", "presence/", "condition/", "simulate/"])
def test_reading_changes_nothing(edith: Desk, draft: Process, path: str) -> None:
    answer = edith.get(f"{draft.pk}/{path}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_every_answer_carries_the_policy(edith: Desk, draft: Process) -> None:
    answers = [edith.get(f"{draft.pk}/"), edith.get(f"{draft.pk}/draft/"), edith.get("99999/draft/")]
    assert all("default-src 'none'" in answer.headers["Content-Security-Policy"] for answer in answers)
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)


def test_retired_versions_can_be_looked_at(edith: Desk, draft: Process) -> None:
    publish(draft)
    publish(clone(draft, by=None))
    draft.refresh_from_db()
    assert edith.get(f"{draft.pk}/draft/").json()["status"] == "retired"


def test_a_refusal_behind_a_language_is_no_redirect(edith: Desk) -> None:
    assert edith.client.get("/workflow/designer/99999/draft/").status_code == 404
    assert edith.client.get("/de/workflow/designer/99999/").status_code == 404


def test_the_right_to_change_alone_is_enough(sit: Sit, draft: Process) -> None:
    user = person("kim", may_start=False)
    user.user_permissions.add(Permission.objects.get(codename="change_process"))
    assert sit(user).get(f"{draft.pk}/").status_code == 200
