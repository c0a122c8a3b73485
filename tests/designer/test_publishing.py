from __future__ import annotations

from typing import Any

import pytest

from goflow.runtime import engine
from goflow.testing import count_statements, person
from goflow.workflow.models import Process
from goflow.workflow.publishing import clone
from tests.designer.conftest import Desk, purchase


def next_draft(desk: Desk, process: Process) -> Process:
    return Process.objects.get(pk=desk.post("new/", {"clone": process.pk}).json()["id"])


def test_the_review_of_a_first_version_has_nothing_to_compare(edith: Desk, draft: Process) -> None:
    told = edith.get(f"{draft.pk}/review/").json()
    draft.refresh_from_db()
    assert (told["published"], told["diff"], told["lines"]) == (None, None, [])
    assert (told["revision"], told["errors"], told["warnings"]) == (draft.revision, 0, 3)
    assert (told["running"], told["may_publish"]) == (0, True)


def test_the_review_tells_changes_authors_and_running_requests(edith: Desk, ed: Desk) -> None:
    published = purchase()
    engine.start("Purchase", person("ann", "buyers"), title="Paper")
    draft = next_draft(ed, published)
    graph = edith.drawing(draft)
    graph["activities"][2]["title"] = "Pay the bill"
    edith.save(draft, graph)
    told = edith.get(f"{draft.pk}/review/").json()
    assert told["published"] == {"id": published.pk, "version": 1}
    assert [d["key"] for d in told["diff"]["changed"]] == ["pay"]
    assert told["lines"][0]["changes"] == [{"field": "title", "before": "Pay", "after": "Pay the bill"}]
    assert [author["name"] for author in told["authors"]] == ["Edith Moor", "Ed"]
    assert told["running"] == 1


def test_publishing_freezes_the_draft_that_was_seen(edith: Desk, draft: Process) -> None:
    draft.refresh_from_db()
    answer = edith.post(f"{draft.pk}/publish/", {"note": "First", "revision": draft.revision})
    draft.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["url"] == f"/workflow/process/{draft.pk}/"
    assert (draft.status, draft.version_note, draft.published_by) == ("published", "First", edith.user)


def test_a_draft_changed_meanwhile_is_not_published(edith: Desk, ed: Desk, draft: Process) -> None:
    draft.refresh_from_db()
    seen = draft.revision
    ed.save(draft, {**ed.drawing(draft), "title": "Other"})
    answer = edith.post(f"{draft.pk}/publish/", {"note": "First", "revision": seen})
    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], draft.status) == (409, "publish-conflict", "draft")


def test_errors_keep_a_draft_from_being_published(edith: Desk, draft: Process) -> None:
    graph = edith.drawing(draft)
    graph["activities"].append({"key": "lost", "title": "Lost"})
    edith.save(draft, graph)
    draft.refresh_from_db()
    answer = edith.post(f"{draft.pk}/publish/", {"note": "First", "revision": draft.revision})
    assert (answer.status_code, answer.json()["code"]) == (409, "publish-refused")
    assert answer.json()["problems"][0]["elements"] == ["lost"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"revision": 1}, 422, "note-required"),
        ({"revision": 1, "note": "  "}, 422, "note-required"),
        ({"note": "x"}, 428, "revision-required"),
        ({"note": "x" * 2001, "revision": 1}, 400, "exchange-error"),
        ({"note": "x\0", "revision": 1}, 400, "exchange-error"),
        ({"note": "x", "revision": "1"}, 400, "exchange-error"),
    ],
)
def test_incomplete_requests_publish_nothing(
    edith: Desk, draft: Process, body: Any, status: int, code: str
) -> None:
    answer = edith.post(f"{draft.pk}/publish/", body)
    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], draft.status) == (status, code, "draft")


def test_published_versions_are_not_published_again(edith: Desk) -> None:
    published = purchase()
    answer = edith.post(f"{published.pk}/publish/", {"note": "x", "revision": published.revision})
    assert (answer.status_code, answer.json()["code"]) == (409, "publish-conflict")


def test_versions_are_told_newest_first(edith: Desk) -> None:
    published = purchase()
    draft = next_draft(edith, published)
    told = edith.get(f"{published.pk}/versions/").json()["versions"]
    assert [(one["id"], one["status"], one["is_current"]) for one in told] == [
        (draft.pk, "draft", False),
        (published.pk, "published", True),
    ]


def test_versions_cost_the_same_for_many(edith: Desk) -> None:
    published = purchase()
    with count_statements() as few:
        edith.get(f"{published.pk}/versions/")
    for _ in range(5):
        clone(published, by=edith.user)
    with count_statements() as many:
        edith.get(f"{published.pk}/versions/")
    assert len(many) == len(few), many


def test_two_versions_are_compared(edith: Desk) -> None:
    published = purchase()
    draft = next_draft(edith, published)
    graph = edith.drawing(draft)
    graph["transitions"] = graph["transitions"][:-1]
    graph["activities"].append({"key": "new", "title": "New"})
    edith.save(draft, graph)
    told = edith.get(f"{draft.pk}/diff/{published.pk}/").json()
    assert (told["base"]["version"], told["other"]["version"]) == (1, 2)
    assert [d["key"] for d in told["diff"]["added"]] == ["new"]
    assert len(told["diff"]["removed"]) == 1
    assert [line["state_text"] for line in told["lines"]] == ["added", "removed"]
    assert told["graphs"]["after"] == edith.drawing(draft)


def test_versions_of_different_processes_are_not_compared(edith: Desk, draft: Process) -> None:
    other = purchase("Other")
    assert edith.get(f"{draft.pk}/diff/{other.pk}/").status_code == 404
