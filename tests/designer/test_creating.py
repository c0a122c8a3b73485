from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import translation

from goflow.core.problem import Severity
from goflow.designer.templates_of_processes import FOLDER, TITLES, WORDS, template
from goflow.workflow import findings
from goflow.workflow.models import Process
from tests.designer.conftest import Desk, purchase


@pytest.mark.parametrize("name", TITLES)
def test_templates_can_be_published_as_they_are(edith: Desk, name: str) -> None:
    made = edith.post("new/", {"template": name}).json()
    revision = edith.get(f"{made['id']}/draft/").json()["revision"]
    answer = edith.post(f"{made['id']}/publish/", {"note": "Go", "revision": revision})
    assert (answer.status_code, made["report"]) == (200, [])


@pytest.mark.parametrize("name", TITLES)
def test_templates_have_places_and_no_errors(edith: Desk, draft: Process, name: str) -> None:
    found = template(name)
    assert all(activity.position for activity in found.activities)
    assert not [p for p in findings.problems_in(found, draft) if p.severity is Severity.ERROR]


@pytest.mark.parametrize("name", TITLES)
def test_every_word_of_a_template_can_be_translated(name: str) -> None:
    data = json.loads((FOLDER / f"{name}.json").read_text())
    said = {entry["title"] for entry in data["activities"]}
    said |= {entry["name"] for entry in data["transitions"] if "name" in entry}
    assert said <= set(WORDS)


def test_templates_come_in_the_language_of_the_person() -> None:
    with translation.override("de"):
        titles = {activity.title for activity in template("leave").activities}
    assert "Ende" in titles or titles <= set(WORDS)


def test_a_new_process_gets_a_code_of_its_own(edith: Desk) -> None:
    first = edith.post("new/", {"template": "leave"}).json()
    second = edith.post("new/", {"template": "leave"}).json()
    assert (first["code"], second["code"]) == ("leave-request", "leave-request-2")
    assert Process.objects.get(pk=second["id"]).title == "Leave request 2"
    assert (first["version"], second["version"]) == (1, 1)


def test_a_new_process_may_have_a_title_in_any_script(edith: Desk) -> None:
    made = edith.post("new/", {"template": "blank", "title": "休暇申請"}).json()
    assert Process.objects.get(pk=made["id"]).title == "休暇申請"
    assert made["code"] == "process"


def test_the_answer_leads_to_the_designer(edith: Desk) -> None:
    answer = edith.post("new/", {"template": "blank"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json()["url"]
    assert edith.client.get(answer.json()["url"]).status_code == 200


def test_a_new_process_is_named_first(edith: Desk) -> None:
    asked = edith.get("begin/")
    assert [f'value="{name}"' in asked.content.decode() for name in TITLES] == [True] * len(TITLES)
    refused = edith.client.post("/workflow/designer/begin/", {"template": "blank"})
    assert (refused.status_code, Process.objects.count()) == (422, 0)
    answer = edith.client.post("/workflow/designer/begin/", {"title": "Leave", "template": "blank"})
    made = Process.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/workflow/designer/{made.pk}/")
    assert (made.title, made.code) == ("Leave", "leave")


def test_a_title_that_another_process_has_is_refused(edith: Desk, draft: Process) -> None:
    given = {"title": "Purchase", "template": "blank"}
    refused = edith.client.post("/workflow/designer/begin/", given)
    assert (refused.status_code, Process.objects.count()) == (422, 1)
    assert "already a process called “Purchase”" in refused.content.decode()


def test_only_who_may_change_processes_begins_one(bea: Desk, nobody: Desk) -> None:
    assert bea.get("begin/").status_code == 403
    assert (
        bea.client.post("/workflow/designer/begin/", {"title": "X", "template": "blank"}).status_code == 403
    )
    assert nobody.get("begin/").status_code == 302
    assert not Process.objects.exists()


def test_the_list_of_processes_leads_to_a_new_one(edith: Desk) -> None:
    assert 'href="/workflow/designer/begin/"' in edith.client.get("/workflow/process/").content.decode()


def test_a_drawing_becomes_a_new_draft_with_a_report(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][0]["roles"] = ["ghosts"]
    answer = edith.post("new/", {"graph": graph})
    told = answer.json()
    assert (answer.status_code, told["code"], told["version"]) == (201, "purchase", 2)
    assert "ghosts" in told["report"][0]
    assert edith.get(f"{told['id']}/draft/").json()["graph"]["activities"][0]["roles"] == ["ghosts"]


def test_a_version_is_edited_as_a_new_draft(edith: Desk) -> None:
    published = purchase()
    told = edith.post("new/", {"clone": published.pk, "note": "Faster"}).json()
    made = Process.objects.get(pk=told["id"])
    assert (made.version, made.status, made.version_note) == (2, "draft", "Faster")
    assert edith.drawing(made)["activities"] == edith.drawing(published)["activities"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"template": "../../settings"}, 400),
        ({"template": ["blank"]}, 400),
        ({"template": "blank", "title": "x" * 101}, 400),
        ({"graph": []}, 400),
        ({"graph": {"format": "goflow-process", "format_version": 1}}, 400),
        ({"clone": 99999}, 404),
        ({"clone": "1"}, 400),
    ],
)
def test_hostile_requests_make_nothing(edith: Desk, body: Any, status: int) -> None:
    assert edith.post("new/", body).status_code == status
    assert not Process.objects.exists()


def test_a_preview_tells_what_an_import_would_make_and_makes_nothing(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][0]["roles"] = ["ghosts"]
    graph["activities"][1]["title"] = graph["activities"][0]["title"]
    before = Process.objects.count()
    told = edith.post("preview/", {"graph": graph}).json()
    assert (told["code"], told["version"]) == ("purchase", 2)
    assert "version 2 of the process “purchase”" in told["becomes"]
    assert len(told["report"]) == 2
    assert "“Ask 2”" in told["report"][0]
    assert "ghosts" in told["report"][1]
    assert told["graph"]["activities"][0]["roles"] == ["ghosts"]
    assert [activity["title"] for activity in told["graph"]["activities"][:2]] == ["Ask", "Ask 2"]
    assert Process.objects.count() == before


def test_an_import_makes_what_its_preview_told(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][0]["roles"] = ["ghosts"]
    graph["activities"][1]["title"] = graph["activities"][0]["title"]
    told = edith.post("preview/", {"graph": graph}).json()
    made = edith.post("new/", {"graph": graph}).json()
    assert made["report"] == told["report"]
    assert edith.drawing(Process.objects.get(pk=made["id"])) == told["graph"]


def test_a_preview_of_a_new_process_says_so(edith: Desk, draft: Process) -> None:
    told = edith.post("preview/", {"graph": {**edith.drawing(draft), "code": "brand-new"}}).json()
    assert (told["version"], told["report"]) == (1, [])
    assert "new process “brand-new”" in told["becomes"]


def test_a_preview_is_for_those_who_may_import(bea: Desk, stan: Desk, draft: Process) -> None:
    graph = bea.drawing(draft)
    assert bea.post("preview/", {"graph": graph}).status_code == 403
    assert stan.post("preview/", {"graph": graph}).status_code == 403


def test_another_tenants_versions_are_not_told_by_a_preview(
    edith: Desk, draft: Process, settings: Any
) -> None:
    graph = edith.drawing(draft)
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "moon"}
    assert edith.post("preview/", {"graph": graph}).json()["version"] == 1


@pytest.mark.parametrize("name", TITLES)
def test_a_template_is_handed_out_to_fill_a_draft(edith: Desk, draft: Process, name: str) -> None:
    before = Process.objects.count()
    told = edith.get(f"{draft.pk}/template/{name}/").json()
    assert told["graph"]["activities"]
    assert Process.objects.count() == before


def test_a_template_needs_a_name_and_the_right_to_change(edith: Desk, bea: Desk, draft: Process) -> None:
    assert edith.get(f"{draft.pk}/template/secret/").status_code == 404
    assert edith.get("999999/template/leave/").status_code == 404
    assert bea.get(f"{draft.pk}/template/leave/").status_code == 403
