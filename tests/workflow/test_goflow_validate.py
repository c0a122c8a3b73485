from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish, retire


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("goflow_validate", *arguments, stdout=out)
    return out.getvalue()


def warn(process: Process) -> None:
    add_activity(process, "Anybody")
    add_transition(process, "on", "Inform", "Anybody")


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


def test_an_unknown_process_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="no draft and no published version of “nothing”"):
        run("--process", "nothing")
