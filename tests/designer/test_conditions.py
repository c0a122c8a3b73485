from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from goflow.runtime import engine
from goflow.testing import person
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest
from tests.designer.conftest import Desk, Sit, granted, purchase


def tried(desk: Desk, process: Process, **body: Any) -> Any:
    given = {"graph": desk.drawing(process), "activity": "decide", "text": "", **body}
    return desk.post(f"{process.pk}/condition/", given)


def taken(answer: Any) -> dict[str, tuple[bool, bool]]:
    return {b["transition"]: (b["value"], b["taken"]) for b in answer.json()["branches"]}


def test_the_stored_form_is_told(edith: Desk, draft: Process) -> None:
    told = tried(edith, draft, text=" YES ").json()
    assert (told["stored"], told["error"]) == ("eq:YES", None)


def test_what_is_wrong_is_told_with_its_place(edith: Desk, draft: Process) -> None:
    told = tried(edith, draft, text="wfobject.amount >").json()
    assert told["stored"] is None
    assert told["error"]["position"] == 17
    assert set(told["error"]) == {"position", "expected", "message"}


def test_every_branch_says_whether_it_is_taken(edith: Desk, draft: Process) -> None:
    answer = tried(edith, draft, outcome="NO")
    assert taken(answer) == {"decide-pay": (False, False), "decide-ask": (True, True)}
    assert answer.json()["branches"][0]["operands"] == {"outcome": "NO"}


def test_of_a_choice_the_first_that_holds_is_taken(edith: Desk, draft: Process) -> None:
    answer = tried(
        edith,
        draft,
        outcome="YES",
        transition="decide-ask",
        text="data.amount > 5",
        facts={"data": {"amount": 9}},
    )
    assert taken(answer) == {"decide-pay": (True, True), "decide-ask": (True, False)}


def test_unknown_facts_are_a_problem_of_the_branch(edith: Desk, draft: Process) -> None:
    answer = tried(edith, draft, transition="decide-ask", text="wfobject.amount > 5")
    assert answer.json()["branches"][1]["problem"]


def test_an_instance_gives_the_facts(edith: Desk, sit: Sit, settings: Any) -> None:
    desk = sit(granted("max", "change_process", "can_browse"))
    process = purchase(title="Leave")
    ask = person("ann", "buyers")
    leave = LeaveRequest.objects.create(
        day_start=date(2026, 1, 1), day_end=date(2026, 1, 2), type="Vacation", requester=ask
    )
    item = engine.start("Leave", ask, leave)
    answer = tried(
        desk, process, instance=item.instance_id, transition="decide-ask", text="wfobject.type == 'Vacation'"
    )
    told = answer.json()["branches"][1]
    assert (told["value"], told["operands"]) == (True, {"wfobject.type": "Vacation"})


def test_instances_of_others_are_not_found(edith: Desk) -> None:
    process = purchase()
    item = engine.start("Purchase", person("ann", "buyers"), title="Paper")
    answer = tried(edith, process, instance=item.instance_id)
    assert answer.status_code == 404
    assert edith.get(f"{process.pk}/instances/").json() == {"instances": []}


def test_instances_of_other_processes_are_not_found(sit: Sit) -> None:
    desk = sit(granted("max", "change_process", "can_browse"))
    process, _other = purchase(), purchase("Other")
    item = engine.start("Other", person("ann", "buyers"), title="Paper")
    assert tried(desk, process, instance=item.instance_id).status_code == 404


def test_the_latest_instances_are_offered(sit: Sit) -> None:
    desk = sit(granted("max", "change_process", "can_browse"))
    process = purchase()
    engine.start("Purchase", person("ann", "buyers"), title="Paper")
    told = desk.get(f"{process.pk}/instances/").json()["instances"]
    assert [(one["title"], one["version"]) for one in told] == [("Paper", 1)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"activity": "nowhere"}, "activity"),
        ({"activity": 3}, "activity"),
        ({"text": []}, "text"),
        ({"facts": [1]}, "facts"),
        ({"facts": {"data": 3}}, "facts.data"),
        ({"facts": {"data": {"a": {"b": {"c": {"d": {"e": {}}}}}}}}, "facts.data.a.b.c.d"),
        ({"instance": "1"}, "instance"),
        ({"outcome": 1}, "outcome"),
    ],
)
def test_hostile_questions_are_refused(edith: Desk, draft: Process, body: Any, path: str) -> None:
    answer = tried(edith, draft, **body)
    assert (answer.status_code, answer.json()["path"]) == (400, path)
