from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goflow.workflow import exchange
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.cloning import clone
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: str, stderr: StringIO | None = None) -> str:
    out = StringIO()
    call_command("goflow_simulate", *arguments, stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


@pytest.fixture
def published(draft: Process) -> Process:
    publish(draft)
    return draft


def test_runs_are_told(published: Process) -> None:
    assert run("--process", "leave-request", "--runs", "3").splitlines() == [
        "First run:",
        "  start → request",
        "  request → approve",
        "  approve (OK) → inform",
        "  inform → –",
        "3 runs with seed 0:",
        "  3 completed at inform",
        "Walked 100% of Leave request.",
    ]


def test_result_can_be_json(published: Process) -> None:
    told = json.loads(run("--process", "leave-request", "--json", "--runs", "2", "--seed", "5"))
    assert (told["process"], told["version"], told["runs"], told["seed"]) == ("leave-request", 1, 2, 5)
    assert told["ends"] == [{"where": ["inform"], "runs": 2}]


def test_stuck_runs_fail(published: Process, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("goflow_simulate", "--process", "leave-request", "--script", "approve=NO")
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert "  100 got stuck at approve: no transition takes the scripted outcome" in told
    assert "Never reached: inform, approve-inform\n" in told
    assert "How a run got stuck (no transition takes the scripted outcome):\n  start → request" in told


def test_script_may_leave_outcomes_blank(published: Process) -> None:
    assert "completed" in run("--process", "leave-request", "--script", "request=", "--script", "approve=OK")


def test_a_version_can_be_chosen(published: Process) -> None:
    other = clone(published, by=None)
    add_activity(other, "Archive", roles=["managers"])
    add_transition(other, "file", "Inform", "Archive")
    assert "archive" not in run("--process", "leave-request")
    assert "archive" in run("--process", "leave-request@2")


def test_a_draft_will_do(draft: Process) -> None:
    assert "completed at inform" in run("--process", "leave-request")


def test_a_file_is_walked(draft: Process, tmp_path: Path) -> None:
    path = tmp_path / "leave.json"
    path.write_text(exchange.text(draft))
    assert "completed at inform" in run("--file", str(path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--process", "nothing"], "no process “nothing”"),
        (["--process", "leave-request@9"], "no process “leave-request@9”"),
        (["--process", "leave-request@x"], "no process “leave-request@x”"),
        (["--process", "leave-request@" + "9" * 40], "no process “leave-request@9"),
        (["--process", "leave-request", "--script", "approve"], "is no script"),
        (["--process", "leave-request", "--script", "ghost=OK"], "no activity 'ghost'"),
        (["--process", "leave-request", "--runs", "0"], "at least one run"),
        (["--file", "no.json"], "cannot be opened"),
    ],
)
def test_what_cannot_be_walked_is_said(draft: Process, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_nothing_is_written(published: Process) -> None:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        run("--process", "leave-request", "--runs", "5")
    assert [q["sql"] for q in seen.captured_queries if not q["sql"].startswith("SELECT")] == []


def test_progress_is_shown_on_a_terminal(published: Process) -> None:
    terminal = Terminal()
    run("--process", "leave-request", "--runs", "60", stderr=terminal)
    assert terminal.getvalue().count("\r") == 2
    assert "60/60\n" in terminal.getvalue()
