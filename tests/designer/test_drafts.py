from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group

from goflow.core import exchange, readers
from goflow.designer import bodies
from goflow.journal.models import AuditEvent
from goflow.testing import count_statements
from goflow.workflow import loader
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process
from tests.designer.conftest import JSON, Desk, purchase


def test_the_draft_is_told_whole_with_its_revision(edith: Desk, draft: Process) -> None:
    answer = edith.get(f"{draft.pk}/draft/")
    told = answer.json()
    assert told["graph"] == exchange.to_dict(loader.read(draft).graph)
    assert answer.headers["ETag"] == f'"{told["revision"]}"'
    assert (told["status"], told["process"]["code"]) == ("draft", "purchase")
    assert told["may"] == {"change": True, "edit": True, "publish": True, "make_roles": False}
    assert [problem["code"] for problem in told["problems"]] == ["open-to-everyone"] * 3


def test_the_draft_names_what_can_be_chosen(edith: Desk, draft: Process) -> None:
    names = edith.get(f"{draft.pk}/draft/").json()["names"]
    assert names["roles"] == ["buyers"]
    assert "edith" in names["users"]
    assert "route_to_requester" in names["push_applications"]
    assert "sampleapp.pay" in names["external"]
    assert "leave.leaverequest" in names["content_types"]
    assert not [name for name in names["forms"] if name.endswith(".start")]


def test_fields_are_those_of_the_bound_model(edith: Desk, draft: Process) -> None:
    edith.save(draft, {**edith.drawing(draft), "content_type": "leave.leaverequest"})
    names = edith.get(f"{draft.pk}/draft/").json()["names"]
    assert "day_start" in names["fields"]
    assert names["fields"] == names["fields_of"]["leave.leaverequest"]


def test_saving_stores_the_drawing_and_tells_the_next_revision(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"].append({"key": "check", "title": "Check", "position": [16, 24]})
    before = draft.revision
    answer: Any = edith.save(draft, graph)
    draft.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["revision"] == draft.revision
    assert draft.revision > before
    assert answer.headers["ETag"] == f'"{draft.revision}"'
    assert loader.read(draft).graph.activity("check").position == (16, 24)


def test_saving_the_same_changes_no_revision(edith: Desk, draft: Process) -> None:
    answer: Any = edith.save(draft, edith.drawing(draft))
    before = draft.revision
    draft.refresh_from_db()
    assert (answer.status_code, draft.revision) == (200, before)


def test_code_and_version_are_not_changed_by_a_drawing(edith: Desk, draft: Process) -> None:
    edith.save(draft, {**edith.drawing(draft), "code": "other", "version": 9})
    draft.refresh_from_db()
    assert (draft.code, draft.version) == ("purchase", 1)


def test_a_stale_revision_is_refused_with_what_is_there(edith: Desk, ed: Desk, draft: Process) -> None:
    mine = edith.drawing(draft)
    stale = Process.objects.get(pk=draft.pk).revision
    ed.save(draft, {**ed.drawing(draft), "title": "Buying"})
    answer: Any = edith.save(draft, {**mine, "title": "Mine"}, revision=stale)
    told = answer.json()
    draft.refresh_from_db()
    assert (answer.status_code, told["code"]) == (412, "draft-conflict")
    assert (told["revision"], told["graph"]["title"]) == (draft.revision, "Buying")
    assert told["changed_by"] == "Ed"
    assert told["changed_at"] == draft.date.isoformat()
    assert draft.title == "Buying"


@pytest.mark.parametrize("tag", ["", "*", "12", '"x"'])
def test_nothing_is_saved_without_a_revision(edith: Desk, draft: Process, tag: str) -> None:
    body = {"process": draft.pk, "graph": {**edith.drawing(draft), "title": "Other"}}
    answer = edith.put(f"{draft.pk}/draft/", body, HTTP_IF_MATCH=tag)
    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (428, "if-match-required")
    assert draft.title == "Purchase"


def test_a_tag_weakened_on_the_way_is_understood(edith: Desk, draft: Process) -> None:
    body = {"process": draft.pk, "graph": edith.drawing(draft)}
    draft.refresh_from_db()
    answer = edith.put(f"{draft.pk}/draft/", body, HTTP_IF_MATCH=f'W/"{draft.revision}"')
    assert answer.status_code == 200


def test_a_body_for_another_process_is_refused(edith: Desk, draft: Process) -> None:
    other = purchase("Other", publish_now=False)
    body = {"process": other.pk, "graph": edith.drawing(other)}
    answer = edith.put(f"{draft.pk}/draft/", body, HTTP_IF_MATCH='"1"')
    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "process-mismatch")
    assert draft.title == "Purchase"


def test_a_published_version_is_read_but_not_saved(edith: Desk) -> None:
    published = purchase()
    answer: Any = edith.save(published, {**edith.drawing(published), "title": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (409, "definition-frozen")
    assert edith.get(f"{published.pk}/draft/").json()["may"] == {
        "change": True,
        "edit": False,
        "publish": False,
        "make_roles": False,
    }


def test_unfinished_conditions_are_saved_as_typed(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["transitions"][1]["condition"] = "wfobject.amount >"
    answer: Any = edith.save(draft, graph)
    told = {problem["code"]: problem for problem in answer.json()["problems"]}
    assert told["condition-syntax"]["elements"] == [graph["transitions"][1]["key"]]
    assert edith.drawing(draft)["transitions"][1]["condition"] == "wfobject.amount >"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"activities": "many"}, "activities"),
        ({"activities": [{"key": "a", "title": "A", "roles": "buyers"}]}, "activities[0].roles"),
        ({"activities": [{"key": "A B", "title": "A"}]}, "activities[0].key"),
        ({"activities": [{"key": "a", "title": "A", "onclick": "x"}]}, "activities[0].onclick"),
        ({"activities": [{"key": "a", "title": "A", "position": [10**12, 0]}]}, "activities[0].position[0]"),
        ({"activities": [{"key": "a", "title": "x\0"}]}, "activities[0].title"),
        ({"activities": [{"key": "a", "title": "\ud800"}]}, "activities[0].title"),
        ({"transitions": [{"source": "ask", "target": "nowhere"}]}, "transitions[0].target"),
        ({"transitions": [{"source": "ask", "target": "end", "condition": 3}]}, "transitions[0].condition"),
        (
            {"transitions": [{"source": "ask", "target": "end", "condition": "x" * 2001}]},
            "transitions[0].condition",
        ),
        ({"begin": "nowhere"}, "begin"),
        ({"format": "other"}, "format"),
    ],
)
def test_hostile_drawings_are_refused_with_their_path(
    edith: Desk, draft: Process, change: dict[str, Any], path: str
) -> None:
    before = edith.drawing(draft)
    answer: Any = edith.save(draft, {**before, **change})
    assert answer.status_code == 400
    assert answer.json()["path"] == path
    assert edith.drawing(draft) == before


def test_titles_used_twice_are_saved_and_told(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][1]["title"] = "Ask"
    saved: Any = edith.save(draft, graph)
    told = {problem["code"]: problem for problem in saved.json()["problems"]}
    assert (saved.status_code, told["duplicate-title"]["elements"]) == (200, ["ask", "decide"])
    assert edith.drawing(draft) == graph


def test_titles_that_a_database_takes_for_equal_are_saved(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][1]["title"] = "ASK"
    assert edith.save(draft, graph).status_code == 200
    assert edith.drawing(draft) == graph


UNKNOWN = [
    ("roles", ["ghosts"], "unknown-role"),
    ("allowed_groups", ["ghosts"], "unknown-role"),
    ("sla_roles", ["ghosts"], "unknown-role"),
    ("escalations", [{"after": "1d", "action": "remind", "roles": ["ghosts"]}], "unknown-role"),
    ("allowed_users", ["nobody"], "unknown-user"),
    ("subflow", "far-away", "subflow-unpublished"),
    ("form_class", "no.form", "unknown-form"),
    ("push_application", "no_push", "unknown-push-application"),
]


@pytest.mark.parametrize(("field", "value", "code"), UNKNOWN)
def test_unknown_names_are_saved_and_told(
    edith: Desk, draft: Process, field: str, value: Any, code: str
) -> None:
    graph = edith.drawing(draft)
    graph["activities"][2][field] = value
    if field == "subflow":
        graph["activities"][2]["kind"] = "subflow"
    saved: Any = edith.save(draft, graph)
    told = {problem["code"]: problem for problem in saved.json()["problems"]}
    assert (saved.status_code, told[code]["elements"]) == (200, ["pay"])
    assert edith.drawing(draft) == graph


def test_a_model_that_is_not_installed_is_saved_and_told(edith: Desk, draft: Process) -> None:
    graph = {**edith.drawing(draft), "content_type": "far.away"}
    saved: Any = edith.save(draft, graph)
    assert "unknown-model" in {problem["code"] for problem in saved.json()["problems"]}
    assert edith.drawing(draft) == graph


def test_long_time_limits_are_saved_and_told(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"][2]["sla_duration"] = "about two weeks or so"
    saved: Any = edith.save(draft, graph)
    assert "sla-syntax" in {problem["code"] for problem in saved.json()["problems"]}
    assert edith.drawing(draft) == graph


@pytest.mark.parametrize(
    "content",
    [b"", b"[", b"\xff\xfe", b"[]", b'{"process": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000],
)
def test_no_json_object_is_a_refusal(edith: Desk, draft: Process, content: bytes) -> None:
    answer = edith.client.put(f"/workflow/designer/{draft.pk}/draft/", content, JSON, HTTP_IF_MATCH='"1"')
    assert answer.status_code == 400


def test_a_body_too_large_is_refused(edith: Desk, draft: Process) -> None:
    answer = edith.put(f"{draft.pk}/draft/", {"graph": "x" * bodies.LARGEST_BODY}, HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_body_larger_than_the_host_takes_is_refused(edith: Desk, draft: Process, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = edith.put(f"{draft.pk}/draft/", {"graph": "x" * 2000}, HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_text_stays_text(edith: Desk, draft: Process) -> None:
    title = '<img src=x onerror="alert(1)">'
    graph = edith.drawing(draft)
    graph["activities"][0]["title"] = title
    graph["title"] = "</script><script>alert(1)</script>"
    assert edith.save(draft, graph).status_code == 200
    assert edith.drawing(draft)["activities"][0]["title"] == title
    assert b"<script>alert" not in edith.get(f"{draft.pk}/").content


def test_the_first_change_of_a_person_is_recorded(edith: Desk, ed: Desk, draft: Process) -> None:
    for who, title in ((edith, "One"), (edith, "Two"), (ed, "Three"), (edith, "Four")):
        who.save(draft, {**who.drawing(draft), "title": title})
    drafted = AuditEvent.objects.filter(action="process.drafted", process_id=draft.pk).order_by("pk")
    people = [str(desk.user.pk) for desk in (edith, ed, edith)]
    assert [event.actor for event in drafted] == people
    assert [event.metadata["version"] for event in drafted] == [1, 1, 1]


def test_nothing_is_recorded_when_nothing_changed(edith: Desk, draft: Process) -> None:
    edith.save(draft, edith.drawing(draft))
    assert not AuditEvent.objects.filter(action="process.drafted").exists()


def test_a_change_by_nobody_is_not_recorded(draft: Process) -> None:
    definition = exchange.from_dict({**exchange.to_dict(loader.read(draft).graph), "title": "Other"})
    save_graph(draft, definition, revision=None)
    assert not AuditEvent.objects.filter(action="process.drafted").exists()


def test_reading_costs_the_same_for_larger_drawings(edith: Desk, draft: Process) -> None:
    edith.save(draft, {**edith.drawing(draft), "description": "so that somebody has changed it"})
    with count_statements() as few:
        edith.get(f"{draft.pk}/draft/")
    graph = edith.drawing(draft)
    graph["activities"] += [{"key": f"a{n}", "title": f"A {n}", "roles": ["buyers"]} for n in range(40)]
    Group.objects.bulk_create(Group(name=f"group {n}") for n in range(20))
    edith.save(draft, graph)
    with count_statements() as many:
        edith.get(f"{draft.pk}/draft/")
    assert len(many) == len(few), many


def test_saving_costs_the_same_for_larger_drawings(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    edith.save(draft, {**graph, "title": "First"})
    with count_statements() as few:
        edith.save(draft, {**graph, "title": "Second", "activities": [*graph["activities"], *more(1)]})
    with count_statements() as many:
        edith.save(draft, {**graph, "title": "Third", "activities": [*graph["activities"], *more(60)]})
    assert len(many) <= len(few) + 2, many


def more(count: int) -> list[dict[str, object]]:
    return [{"key": f"a{n}", "title": f"A {n}", "roles": ["buyers"]} for n in range(count)]


def test_the_largest_drawing_fits_into_a_request(edith: Desk, draft: Process) -> None:
    activities = [{"key": f"activity-{n}", "title": f"Activity {n}", "position": [n, n]} for n in range(1000)]
    ways = [
        {"key": f"w-{n}", "source": f"activity-{n % 1000}", "target": f"activity-{(n + 7) % 1000}"}
        for n in range(readers.MAX_CONDITION)
    ]
    graph = {**edith.drawing(draft), "activities": activities, "transitions": ways, "begin": "activity-0"}
    assert len(json.dumps(graph)) < bodies.LARGEST_BODY
    assert edith.save(draft, graph).status_code == 200
