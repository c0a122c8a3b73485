from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from goflow.journal.models import AuditEvent
from goflow.workflow import codes, loader
from goflow.workflow.cloning import clone
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create(username="ada")


@pytest.fixture
def draft() -> Process:
    return Process.objects.create(title="New process 3")


def renamed(process: Process, title: str, by: User | None) -> str:
    save_graph(process, replace(loader.read(process).graph, title=title), revision=None, by=by)
    return process.code


def test_the_code_of_a_draft_follows_its_title(draft: Process, ada: User) -> None:
    assert renamed(draft, "Leave request", ada) == "leave-request"
    assert renamed(draft, "Vacation", ada) == "vacation"


def test_a_code_that_is_taken_gets_a_number(draft: Process, ada: User) -> None:
    Process.objects.create(title="Leave")
    assert renamed(draft, "Leave", ada) == "leave-2"


def test_a_code_of_another_tenant_is_free(draft: Process, ada: User) -> None:
    Process.objects.create(title="Leave", tenant_id="other")
    assert renamed(draft, "Leave", ada) == "leave"


def test_a_code_chosen_by_hand_stays(ada: User) -> None:
    draft = Process.objects.create(title="Leave", code="hr-absence")
    assert renamed(draft, "Vacation", ada) == "hr-absence"


def test_the_code_of_several_versions_stays(draft: Process, ada: User) -> None:
    clone(draft, by=ada)
    assert renamed(draft, "Leave", ada) == "new-process-3"


def test_a_change_by_nobody_keeps_the_code(draft: Process) -> None:
    assert renamed(draft, "Leave", None) == "new-process-3"


def test_a_code_taken_at_the_same_moment_keeps_the_old_one(
    draft: Process, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Process.objects.create(title="Leave")
    monkeypatch.setattr(codes, "free", lambda *_args, **_named: "leave")
    assert renamed(draft, "Leave", ada) == "new-process-3"
    assert draft.title == "Leave"


def test_the_trail_leads_back_over_every_code(draft: Process, ada: User) -> None:
    renamed(draft, "Leave", ada)
    renamed(draft, "Vacation", ada)
    assert codes.streams(draft) == ["p:vacation", "p:leave", "p:new-process-3"]
    assert AuditEvent.objects.filter(action="process.drafted").count() == 1


def test_a_title_back_and_forth_ends_the_trail(draft: Process, ada: User) -> None:
    for title in ("Leave", "Vacation", "Leave", "Vacation"):
        renamed(draft, title, ada)
    assert codes.streams(draft) == ["p:vacation", "p:leave", "p:new-process-3"]
