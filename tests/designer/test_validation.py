from __future__ import annotations

from typing import Any

from goflow.testing import count_statements
from goflow.workflow.models import Process
from tests.designer.conftest import Desk


def deadlock(graph: Any) -> Any:
    """Pay waits for both ways out of a choice."""
    pay = next(activity for activity in graph["activities"] if activity["key"] == "pay")
    pay["join_mode"] = "and"
    ask = {"key": "ask-pay", "source": "decide", "target": "pay", "condition": "eq:LATER", "ordering": 30}
    graph["transitions"].append(ask)
    return graph


def test_unsaved_drawings_are_judged(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"].append({"key": "lost", "title": "Lost"})
    found = edith.post(f"{draft.pk}/validate/", {"graph": graph}).json()["problems"]
    assert ("unreachable", "error", ["lost"]) in [(p["code"], p["severity"], p["elements"]) for p in found]
    assert edith.drawing(draft) != graph


def test_errors_come_first(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"].append({"key": "lost", "title": "Lost"})
    found = edith.post(f"{draft.pk}/validate/", {"graph": graph}).json()["problems"]
    severities = [problem["severity"] for problem in found]
    assert severities == sorted(severities)


def test_a_deadlock_is_told_as_a_story(edith: Desk, draft: Process) -> None:
    graph = deadlock(edith.drawing(draft))
    found = edith.post(f"{draft.pk}/validate/", {"graph": graph}).json()["problems"]
    told = next(problem for problem in found if problem["code"] == "deadlock")
    assert "pay" in told["elements"]
    assert [step["activity"] for step in told["trace"]] == ["", "ask", "decide"]
    assert told["trace"][1]["text"] == "“Ask” is completed. Open then: Decide."


def test_problems_come_in_the_language_of_the_page(edith: Desk, draft: Process) -> None:
    graph = {"graph": edith.drawing(draft)}
    address = f"/de/workflow/designer/{draft.pk}/validate/"
    found = edith.client.post(address, graph, "application/json").json()["problems"]
    assert found[0]["message"] != "Nobody is named for “Decide”, so any signed-in user may take it."


def test_fields_are_judged_by_the_model_of_the_drawing(edith: Desk, draft: Process) -> None:
    graph = {**edith.drawing(draft), "content_type": "leave.leaverequest"}
    graph["transitions"][1]["condition"] = "wfobject.nothing == 1"
    found = edith.post(f"{draft.pk}/validate/", {"graph": graph}).json()["problems"]
    assert "unknown-field" in {problem["code"] for problem in found}


def test_an_empty_drawing_is_judged(edith: Desk, draft: Process) -> None:
    graph = {"format": "goflow-process", "format_version": 1, "title": "Empty"}
    found = edith.post(f"{draft.pk}/validate/", {"graph": graph}).json()["problems"]
    assert [problem["code"] for problem in found] == ["one-start", "end-required"]


def test_no_drawing_is_refused(edith: Desk, draft: Process) -> None:
    answer = edith.post(f"{draft.pk}/validate/", {})
    assert (answer.status_code, answer.json()["path"]) == (400, "graph")


def test_judging_costs_the_same_for_larger_drawings(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    with count_statements() as few:
        edith.post(f"{draft.pk}/validate/", {"graph": graph})
    graph["activities"] += [{"key": f"a{n}", "title": f"A {n}", "roles": ["buyers"]} for n in range(50)]
    with count_statements() as many:
        edith.post(f"{draft.pk}/validate/", {"graph": graph})
    assert len(many) == len(few), many


def test_opening_a_tangled_drawing_judges_it_at_a_glance(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    names = [f"s{number}" for number in range(60)]
    graph["activities"] = [{"key": name, "title": name} for name in names]
    ways = [(a, b) for at, a in enumerate(names) for b in names[at + 1 : at + 4]]
    graph["transitions"] = [{"key": f"{a}-{b}", "source": a, "target": b} for a, b in ways]
    graph["begin"], graph["end"] = names[0], names[-1]
    at_once = edith.post("new/", {"graph": graph}).json()["id"]
    seen = {p["code"]: p for p in edith.get(f"{at_once}/draft/").json()["problems"]}
    later = {p["code"]: p for p in edith.post(f"{at_once}/validate/", {"graph": graph}).json()["problems"]}
    assert seen["not-fully-checked"]["message"] != later["not-fully-checked"]["message"]
