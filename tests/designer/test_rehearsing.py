from __future__ import annotations

from typing import Any

import pytest

from goflow.workflow.models import Process
from tests.designer.conftest import Desk


def rehearsed(desk: Desk, draft: Process, script: Any) -> Any:
    return desk.post(f"{draft.pk}/simulate/", {"graph": desk.drawing(draft), "script": script})


def test_the_script_decides(edith: Desk, draft: Process) -> None:
    told = rehearsed(edith, draft, {"decide": ["NO", "YES"]}).json()
    assert told["result"] == "complete"
    assert [step["activity"] for step in told["steps"]] == [
        "",
        "ask",
        "decide",
        "ask",
        "decide",
        "pay",
        "end",
    ]
    assert told["steps"][0]["text"] == "The request starts. Open then: Ask."


def test_an_outcome_that_nothing_accepts_is_told(edith: Desk, draft: Process) -> None:
    told = rehearsed(edith, draft, {"decide": ["PERHAPS"]}).json()
    assert (told["result"], told["where"]) == ("outcome-refused", ["decide"])


def test_a_drawing_without_a_begin_cannot_be_played(edith: Desk, draft: Process) -> None:
    graph = {**edith.drawing(draft), "begin": ""}
    assert edith.post(f"{draft.pk}/simulate/", {"graph": graph}).status_code == 422


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ([], 200),
        ({"nowhere": ["YES"]}, 422),
        ({"decide": "YES"}, 400),
        ({"decide": [1]}, 400),
        ({"decide": ["@x"]}, 422),
    ],
)
def test_scripts_are_read_without_trust(edith: Desk, draft: Process, script: Any, status: int) -> None:
    assert rehearsed(edith, draft, script).status_code == status
