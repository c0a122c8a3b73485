from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from goflow.workflow import exchange
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish, retire


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("goflow_validate", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def manager(draft: Process, ada: User) -> User:
    ada.groups.add(Group.objects.get(name="managers"))
    return ada


def warn(process: Process) -> None:
    add_activity(process, "Anybody")
    add_transition(process, "on", "Inform", "Anybody")


@pytest.mark.usefixtures("manager")
def test_sound_processes_are_said(draft: Process) -> None:
    assert run() == "Leave request v1 (draft)\n  No problems.\n"


def test_errors_fail(draft: Process, capsys: pytest.CaptureFixture[str]) -> None:
    add_activity(draft, "Approve", push="nobody.knows")
    with pytest.raises(SystemExit) as left:
        call_command("goflow_validate")
    assert left.value.code == 1
    assert "unknown-push-application" in capsys.readouterr().out


def test_warnings_pass(draft: Process) -> None:
    warn(draft)
    assert "open-to-everyone" in run()


def test_warnings_fail_when_strict(draft: Process) -> None:
    warn(draft)
    with pytest.raises(SystemExit):
        run("--strict")


@pytest.mark.usefixtures("manager")
def test_problems_can_be_json(draft: Process) -> None:
    warn(draft)
    (told,) = json.loads(run("--json"))
    assert (told["process"], told["version"], told["status"]) == ("leave-request", 1, "draft")
    assert [problem["code"] for problem in told["problems"]] == ["open-to-everyone"]


def test_one_process_can_be_chosen(draft: Process) -> None:
    Process.objects.create(title="Other")
    assert "Other" not in run("--process", "leave-request")


def test_retired_versions_are_left_out(draft: Process) -> None:
    publish(draft)
    retire(draft)
    assert run() == ""


def deadlocking() -> dict[str, object]:
    return {
        "format": "goflow-process",
        "format_version": 1,
        "title": "Trip",
        "begin": "ask",
        "activities": [
            {"key": "ask", "title": "Ask", "split_mode": "xor"},
            {"key": "near", "title": "Near", "roles": ["clerks"], "application": "trips/near/"},
            {"key": "far", "title": "Far", "roles": ["clerks"]},
            {"key": "book", "title": "Book", "roles": ["clerks"], "join_mode": "and"},
        ],
        "transitions": [
            {"source": "ask", "target": "near", "condition": "eq:NEAR"},
            {"source": "ask", "target": "far"},
            {"source": "near", "target": "book"},
            {"source": "far", "target": "book"},
        ],
    }


def test_stories_of_errors_are_told(draft: Process) -> None:
    exchange.load(deadlocking(), publish=False)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("goflow_validate", "--process", "trip", stdout=out)
    assert "  deadlock: “Book” can wait for ever" in out.getvalue()
    assert "\n    start → ask\n    ask (NEAR) → near\n    near → [near-book]\n" in out.getvalue()


@pytest.mark.django_db
def test_a_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trip.json"
    path.write_text(json.dumps(deadlocking()))
    with pytest.raises(SystemExit):
        call_command("goflow_validate", "--file", str(path), "--json")
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["process"], told["file"]) == ("trip", str(path))
    assert [problem["code"] for problem in told["problems"]] == ["deadlock"]
    assert len(told["problems"][0]["trace"]) == 3


def test_an_unreadable_file_is_said(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        run("--file", str(tmp_path / "no.json"))


def test_stored_and_files_do_not_mix(db: None) -> None:
    with pytest.raises(CommandError, match="not both"):
        run("--process", "x", "--file", "y")


def test_an_unknown_process_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="no draft and no published version of “nothing”"):
        run("--process", "nothing")
