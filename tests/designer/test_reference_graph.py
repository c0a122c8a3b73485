from __future__ import annotations

from typing import Any

import pytest

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.designer.conftest import Desk, purchase


@pytest.fixture
def ended(edith: Desk, draft: Process) -> Process:
    """The draft with its end chosen, as the old designer wants it."""
    edith.save(draft, {**edith.drawing(draft), "end": "end"})
    draft.refresh_from_db()
    return draft


def row(told: Any, title: str) -> Any:
    return next(entry for entry in told["activities"] if entry["title"] == title)


def graph(desk: Desk, process: Process) -> Any:
    return desk.get(f"{process.pk}/graph/").json()


def errors(desk: Desk, process: Process, body: Any) -> Any:
    answer = desk.post(f"{process.pk}/graph/", body)
    assert (answer.status_code, answer.json()["status"]) == (400, "error")
    return answer.json()["errors"]


def test_the_graph_is_told_by_primary_keys(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    ask = row(told, "Ask")
    assert told["process"] == {
        "id": ended.pk,
        "title": "Purchase",
        "begin_id": ask["id"],
        "end_id": row(told, "End")["id"],
    }
    assert set(ask) == {
        "id", "title", "kind", "node_type", "autostart", "autofinish", "form_template", "form_class",
        "sla_duration", "sla_warn", "position",
    }  # fmt: skip
    assert set(told["transitions"][0]) == {"id", "name", "input_id", "output_id", "condition"}


def test_what_was_told_can_be_sent_back_without_a_change(edith: Desk, ended: Process) -> None:
    before = loader.read(ended).graph
    assert edith.post(f"{ended.pk}/graph/", graph(edith, ended)).json() == {"status": "ok"}
    assert loader.read(ended).graph == before


def test_new_rows_name_each_other_by_the_ids_of_the_browser(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    body = {
        "activities": [{"client_id": "n1", "title": "Check", "kind": "standard", "node_type": "review"}],
        "transitions": [
            {
                "client_id": "t1",
                "input_id": row(told, "Pay")["id"],
                "output_id": "n1",
                "name": "",
                "condition": "OK",
            },
            {"client_id": "t2", "input_id": "n1", "output_id": row(told, "End")["id"]},
        ],
        "positions": {"n1": {"x": 10.4, "y": 20}},
    }
    assert edith.post(f"{ended.pk}/graph/", body).json() == {"status": "ok"}
    made = loader.read(ended).graph
    assert made.activity("check").position == (10, 20)
    assert {(t.source, t.target, t.condition) for t in made.transitions} >= {
        ("pay", "check", "eq:OK"),
        ("check", "end", ""),
    }


def test_what_the_payload_does_not_know_stays(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    ask = {**row(told, "Ask"), "title": "Ask for it", "sla_duration": "9d"}
    edith.post(f"{ended.pk}/graph/", {"activities": [ask]})
    made = loader.read(ended).graph.activity("ask")
    assert (made.title, made.roles, made.sla_duration) == ("Ask for it", ("buyers",), "")


def test_rows_are_deleted_with_their_ways(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    decide, pay = row(told, "Decide")["id"], row(told, "Pay")["id"]
    body = {
        "deleted_activity_ids": [pay],
        "transitions": [
            {"client_id": "t", "input_id": decide, "output_id": row(told, "End")["id"], "condition": "YES"}
        ],
    }
    assert edith.post(f"{ended.pk}/graph/", body).json() == {"status": "ok"}
    assert {a.key for a in loader.read(ended).graph.activities} == {"ask", "decide", "end"}


def test_switches_may_come_as_texts(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    pay = {**row(told, "Pay"), "autofinish": "false"}
    edith.post(f"{ended.pk}/graph/", {"activities": [pay]})
    assert not loader.read(ended).graph.activity("pay").autofinish


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"title": " "}, "Every activity needs a title."),
        ({"title": "x" * 101}, f"The title “{'x' * 40}” has more than 100 characters."),
        ({"title": "Ask"}, "Several activities are called “Ask”."),
        ({"kind": "other"}, "The kind of “Pay” is unknown."),
        ({"node_type": "other"}, "The type of “Pay” is unknown."),
        ({"node_type": "gateway"}, "“Pay” is a gateway, so its kind must be dummy."),
        (
            {"node_type": "gateway", "kind": "dummy", "form_class": "x"},
            "“Pay” is a gateway, so it has no form.",
        ),
        ({"node_type": "service"}, "“Pay” runs by itself, so it must start automatically."),
        (
            {"node_type": "script", "autostart": True, "autofinish": False},
            "“Pay” is a script, so it must finish automatically.",
        ),
        ({"node_type": "notification", "form_class": "x"}, "“Pay” is a notification, so it has no form."),
    ],
)
def test_activities_are_checked(edith: Desk, ended: Process, change: Any, text: str) -> None:
    pay = {**row(graph(edith, ended), "Pay"), **change}
    assert text in errors(edith, ended, {"activities": [pay]})


def test_the_ends_are_checked(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    ask = row(told, "Ask")["id"]
    assert errors(edith, ended, {"begin_id": "nowhere"})[0] == "Choose the begin activity."
    assert "Choose the end activity." in errors(edith, ended, {"end_id": None})
    assert "Begin and end must be two activities." in errors(edith, ended, {"end_id": ask})


def test_transitions_are_checked(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    ask, decide, end = (row(told, name)["id"] for name in ("Ask", "Decide", "End"))
    loop = {"client_id": "a", "input_id": decide, "output_id": decide, "condition": "AGAIN"}
    blind = {"client_id": "b", "input_id": decide, "output_id": "nowhere", "condition": "X"}
    back = {"client_id": "c", "input_id": end, "output_id": ask}
    same = {"client_id": "d", "input_id": ask, "output_id": decide}
    blank = {"client_id": "e", "input_id": decide, "output_id": end}
    found = errors(edith, ended, {"transitions": [loop, blind, back, same, blank]})
    assert found == [
        "A transition leads back to the activity it comes from.",
        "A transition has an end that does not exist.",
        "Two transitions are the same.",
        "Every way out of “Decide” needs a name or a condition.",
        "Nothing may lead out of the end activity.",
    ]


def test_loose_activities_are_checked(edith: Desk, ended: Process) -> None:
    found = errors(edith, ended, {"activities": [{"client_id": "n", "title": "Lost"}]})
    assert found == ["“Lost” is not connected.", "“Lost” cannot be reached from the begin."]


def test_an_empty_graph_is_refused(edith: Desk, ended: Process) -> None:
    gone = [entry["id"] for entry in graph(edith, ended)["activities"]]
    found = errors(edith, ended, {"deleted_activity_ids": gone})
    assert found[:2] == ["Draw at least one activity.", "Choose the begin activity."]


def test_a_way_back_to_the_begin_and_blank_ways_out_of_a_split_are_fine(edith: Desk, ended: Process) -> None:
    told = graph(edith, ended)
    body = {
        "activities": [{"client_id": "n", "title": "Note"}],
        "transitions": [
            {"client_id": "a", "input_id": row(told, "Ask")["id"], "output_id": "n"},
            {"client_id": "b", "input_id": "n", "output_id": row(told, "End")["id"]},
        ],
    }
    assert edith.post(f"{ended.pk}/graph/", body).json() == {"status": "ok"}


@pytest.mark.parametrize(
    "body",
    [
        {"activities": {"a": 1}},
        {"activities": [3]},
        {"activities": [{"id": 99999, "title": "Stranger"}]},
        {"activities": [{"client_id": "n", "title": ["x"]}]},
        {"activities": [{"client_id": "n", "title": "N", "kind": ["x"]}]},
        {"transitions": [{"name": {"x": 1}}]},
        {"deleted_activity_ids": "all"},
        {"activities": [{"client_id": "n", "title": "N", "position": [10**12, 0]}]},
    ],
)
def test_hostile_payloads_are_refused(edith: Desk, ended: Process, body: Any) -> None:
    before = loader.read(ended).graph
    assert errors(edith, ended, body)
    assert loader.read(ended).graph == before


def test_no_json_is_told_as_text(edith: Desk, ended: Process) -> None:
    answer = edith.client.post(f"/workflow/designer/{ended.pk}/graph/", b"{", "application/json")
    assert (answer.status_code, answer.content) == (400, b"Invalid JSON")


def test_other_methods_are_told_as_text(edith: Desk, ended: Process) -> None:
    answer = edith.put(f"{ended.pk}/graph/", {})
    assert (answer.status_code, answer.content) == (400, b"Unsupported method")


def test_published_versions_are_frozen(edith: Desk) -> None:
    published = purchase()
    told = graph(edith, published)
    pay = {**row(told, "Pay"), "title": "Pay it"}
    body = {"activities": [pay], "end_id": row(told, "End")["id"]}
    answer = edith.post(f"{published.pk}/graph/", body)
    assert (answer.status_code, answer.json()["status"]) == (409, "error")
    assert loader.read(published).graph.activity("pay").title == "Pay"
