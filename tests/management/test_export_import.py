from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from goflow.testing import process
from goflow.workflow import exchange, loader
from goflow.workflow.cloning import clone
from goflow.workflow.models import Activity, Process

pytestmark = pytest.mark.django_db

FOREIGN = {
    "format": "goflow-process",
    "format_version": 1,
    "title": "Foreign",
    "begin": "ask",
    "activities": [{"key": "ask", "title": "Ask"}, {"key": "sign", "title": "Sign", "roles": ["ghosts"]}],
    "transitions": [{"source": "ask", "target": "sign"}],
}


@pytest.fixture
def leave() -> Process:
    return process(
        "Leave request",
        [("Request", {}), ("Approve", {"roles": ["managers"], "sla_duration": "2d"}), "End"],
        [("Request", "Approve"), ("Approve", "End", "eq:OK")],
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    return written(tmp_path / "foreign.json", FOREIGN)


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def versions() -> list[tuple[str, int, str]]:
    return list(Process.objects.order_by("code", "version").values_list("code", "version", "status"))


# Export


def test_a_process_is_printed(leave: Process, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("goflow_export", "leave-request")
    assert capsys.readouterr().out == exchange.text(leave)


def test_the_published_version_is_exported(leave: Process, capsys: pytest.CaptureFixture[str]) -> None:
    clone(leave, by=None)
    call_command("goflow_export", "leave-request")
    assert "version" not in json.loads(capsys.readouterr().out)


def test_a_version_can_be_chosen(leave: Process, capsys: pytest.CaptureFixture[str]) -> None:
    clone(leave, by=None)
    call_command("goflow_export", "leave-request@2")
    assert json.loads(capsys.readouterr().out)["version"] == 2


def test_all_processes_become_files(leave: Process, tmp_path: Path) -> None:
    process("Other", ["Begin", "End"], [("Begin", "End")])
    call_command("goflow_export", "--all", "--output", str(tmp_path / "new"))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["leave-request.json", "other.json"]
    assert (tmp_path / "new" / "leave-request.json").read_text(encoding="utf-8") == exchange.text(leave)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Name one process, or give --all"),
        (["leave-request", "--all"], "Name one process, or give --all"),
        (["--all"], "give --output a folder"),
        (["nothing"], "no process “nothing”"),
        (["leave-request@9"], "no process “leave-request@9”"),
        (["leave-request@x"], "no process “leave-request@x”"),
        (["leave-request@" + "9" * 40], "no process “leave-request@9"),
        (["leave-request@" + "9" * 5000], "no process “leave-request@9"),
        (["leave-request", "--tenant", "b"], "no process “leave-request”"),
    ],
)
def test_what_cannot_be_exported_is_told(arguments: list[str], told: str, leave: Process) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("goflow_export", *arguments)


def test_a_folder_that_is_none_is_told(leave: Process, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("goflow_export", "leave-request", "--output", str(tmp_path / "file"))


# Import


def test_an_imported_export_says_the_same(leave: Process, tmp_path: Path) -> None:
    call_command("goflow_export", "leave-request", "--output", str(tmp_path))
    call_command("goflow_import", str(tmp_path / "leave-request.json"))
    copy = Process.objects.get(version=2)
    assert copy.is_draft
    assert exchange.dump(copy) == {**exchange.dump(leave), "version": 2}


def test_a_file_with_everything_known_passes(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Group.objects.create(name="ghosts")
    call_command("goflow_import", str(foreign))
    assert "new draft, version 1 of “Foreign”" in capsys.readouterr().out
    assert versions() == [("foreign", 1, "draft")]


def test_missing_names_are_kept_and_told(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("goflow_import", str(foreign))
    assert left.value.code == 3
    assert "missing here (roles): ghosts" in capsys.readouterr().out
    assert not Activity.objects.get(key="sign").roles.exists()
    assert loader.read(Process.objects.get()).graph.activity("sign").roles == ("ghosts",)


def test_missing_roles_can_be_made(foreign: Path) -> None:
    call_command("goflow_import", str(foreign), "--create-roles")
    assert [group.name for group in Activity.objects.get(key="sign").roles.all()] == ["ghosts"]


def test_publishing_refuses_missing_roles(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("goflow_import", str(foreign), "--publish")
    assert left.value.code == 1
    assert "“Sign” names the role “ghosts”, which does not exist" in capsys.readouterr().out
    assert versions() == []


def test_publishing_twice_changes_nothing(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("goflow_import", str(foreign), "--publish", "--create-roles")
    call_command("goflow_import", str(foreign), "--publish", "--create-roles")
    assert "version 1 of “Foreign” says this already" in capsys.readouterr().out
    assert versions() == [("foreign", 1, "published")]


def test_errors_keep_a_file_from_being_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "bad.json", {**FOREIGN, "begin": ""})
    with pytest.raises(SystemExit):
        call_command("goflow_import", str(path), "--publish", "--create-roles", "--json")
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["result"], told["error"]["code"]) == ("refused", "publish-refused")
    assert "one-start" in [problem["code"] for problem in told["problems"]]
    assert versions() == []


def test_a_refused_file_does_not_stop_the_others(
    tmp_path: Path, foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = written(tmp_path / "bad.json", {**FOREIGN, "nonsense": 1})
    with pytest.raises(SystemExit) as left:
        call_command("goflow_import", str(bad), str(tmp_path / "none.json"), str(foreign), "--create-roles")
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert "nonsense: is unknown" in told
    assert "cannot be opened" in told
    assert versions() == [("foreign", 1, "draft")]


def test_a_rehearsal_changes_nothing(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("goflow_import", str(foreign), "--dry-run", "--publish", "--create-roles")
    assert "published as version 1 of “Foreign”" in capsys.readouterr().out
    assert versions() == []
    assert not Group.objects.filter(name="ghosts").exists()


def test_the_report_can_be_json(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("goflow_import", str(foreign), "--json")
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["result"], told["process"], told["version"]) == ("draft", "foreign", 1)
    assert told["missing"] == {"roles": ["ghosts"]}
    assert [problem["code"] for problem in told["problems"]] == ["unknown-role"]


def test_a_tenant_gets_its_own(foreign: Path) -> None:
    call_command("goflow_import", str(foreign), "--create-roles")
    call_command("goflow_import", str(foreign), "--create-roles", "--tenant", "b")
    rows = Process.objects.order_by("tenant_id").values_list("tenant_id", "version")
    assert list(rows) == [("", 1), ("b", 1)]


def test_an_import_keeps_the_order_of_the_file(foreign: Path) -> None:
    call_command("goflow_import", str(foreign), "--create-roles")
    turned = {**FOREIGN, "activities": FOREIGN["activities"][::-1]}
    written(foreign, turned)
    call_command("goflow_import", str(foreign))
    keys = [activity.key for activity in loader.read(Process.objects.get(version=2)).graph.activities]
    assert keys == ["sign", "ask"]
