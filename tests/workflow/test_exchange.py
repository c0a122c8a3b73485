from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from goflow.core.errors import DefinitionError
from goflow.errors import PublishRefused
from goflow.journal.models import AuditEvent
from goflow.workflow.building import add_activity
from goflow.workflow.exchange import dump, load
from goflow.workflow.models import Activity, Process
from goflow.workflow.publishing import clone

pytestmark = pytest.mark.django_db

LEAVE = {
    "format": "goflow-process",
    "format_version": 1,
    "title": "Leave request",
    "begin": "request",
    "activities": [{"title": "Request"}, {"title": "Approve", "roles": ["managers"]}],
    "transitions": [{"source": "request", "target": "approve", "condition": "OK"}],
}
CHANGED = LEAVE | {"description": "changed"}


def versions() -> list[tuple[int, str]]:
    return list(Process.objects.order_by("version").values_list("version", "status"))


def test_a_file_becomes_a_published_process(tmp_path: Path) -> None:
    path = tmp_path / "leave.json"
    path.write_text(json.dumps(LEAVE), encoding="utf-8")
    process = load(path)
    assert (process.code, process.status) == ("leave-request", "published")
    assert Group.objects.filter(name="managers").exists()


def test_a_path_can_be_text(tmp_path: Path) -> None:
    path = tmp_path / "leave.json"
    path.write_text(json.dumps(LEAVE), encoding="utf-8")
    assert load(str(path)).title == "Leave request"


def test_loading_is_recorded() -> None:
    load(LEAVE)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [
        "process.created",
        "process.published",
    ]


def test_loading_twice_changes_nothing() -> None:
    first = load(LEAVE)
    assert load(LEAVE) == first
    assert versions() == [(1, "published")]


def test_a_draft_is_published_when_asked() -> None:
    first = load(LEAVE, publish=False)
    assert load(LEAVE) == first
    assert versions() == [(1, "published")]


def test_changed_content_becomes_a_new_version() -> None:
    load(LEAVE)
    load(CHANGED)
    assert versions() == [(1, "retired"), (2, "published")]


def test_a_draft_in_work_stays() -> None:
    mine = clone(load(LEAVE), by=None)
    add_activity(mine, "Mine")
    load(LEAVE)
    load(CHANGED)
    assert versions() == [(1, "retired"), (2, "draft"), (3, "published")]
    assert Activity.objects.filter(process=mine, title="Mine").exists()


def test_what_lint_refuses_leaves_nothing() -> None:
    with pytest.raises(PublishRefused):
        load(LEAVE | {"begin": ""})
    assert versions() == []
    assert not AuditEvent.objects.exists()


def test_unknown_roles_can_be_refused() -> None:
    with pytest.raises(PublishRefused) as refused:
        load(LEAVE, create_roles=False)
    assert "unknown-role" in {problem.code for problem in refused.value.problems}
    assert versions() == []


def test_a_dump_can_be_loaded() -> None:
    process = load(LEAVE)
    assert load(dump(process)) == process


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        DefinitionError, match=r"cannot be opened \(No such file or directory\); check the path"
    ):
        load(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["{", "\xff", "[" * 100_000])
def test_a_file_that_is_no_json_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(DefinitionError, match=r"is no JSON .*; correct the file"):
        load(path)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goflow.workflow.exchange.LARGEST_FILE", 10)
    path = tmp_path / "big.json"
    path.write_text(json.dumps(LEAVE), encoding="utf-8")
    with pytest.raises(DefinitionError, match="has more than 10 bytes"):
        load(path)
