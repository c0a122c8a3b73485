from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError

from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.errors import PublishRefused
from goflow.workflow import drafting, fingerprints, loader
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Activity, Process
from goflow.workflow.publishing import clone, publish

pytestmark = pytest.mark.django_db

BUYING = ProcessDef(
    code="buying",
    title="Buying",
    begin="ask",
    activities=(
        ActivityDef(key="ask", title="Ask", roles=("Purchasing", "buyers")),
        ActivityDef(key="pay", title="Pay", allowed_users=("bea",)),
    ),
    transitions=(),
)
BUYING = replace(BUYING, transitions=(TransitionDef(key="on", source="ask", target="pay", ordering=10),))


@pytest.fixture
def draft() -> Process:
    Group.objects.create(name="buyers")
    made = Process.objects.create(title="Buying")
    save_graph(made, BUYING, revision=None)
    return made


def stored(process: Process) -> ProcessDef:
    return loader.read(Process.objects.get(pk=process.pk)).graph


def named(process: Process, key: str, **values: Any) -> ProcessDef:
    graph = stored(process)
    return replace(
        graph, activities=tuple(replace(a, **values) if a.key == key else a for a in graph.activities)
    )


def test_known_names_have_rows_and_unknown_ones_stay_beside_them(draft: Process) -> None:
    assert [group.name for group in Activity.objects.get(key="ask").roles.all()] == ["buyers"]
    assert stored(draft).activity("ask").roles == ("Purchasing", "buyers")
    assert stored(draft).activity("pay").allowed_users == ("bea",)


def test_what_only_an_unknown_name_may_do_is_open_to_nobody(draft: Process) -> None:
    assert "pay" not in loader.read(draft).queues


def test_saving_again_changes_nothing(draft: Process) -> None:
    assert save_graph(draft, BUYING, revision=draft.revision) == draft.revision


def test_a_name_that_is_taken_out_is_gone(draft: Process) -> None:
    save_graph(draft, named(draft, "ask", roles=("buyers",)), revision=None)
    save_graph(draft, named(draft, "pay", allowed_users=()), revision=None)
    assert draft.unresolved == {}


def test_a_copy_has_the_same_names(draft: Process) -> None:
    assert fingerprints.is_same(stored(clone(draft, by=None)), stored(draft))


def test_publishing_names_what_does_not_exist(draft: Process) -> None:
    with pytest.raises(PublishRefused) as refused:
        publish(draft)
    assert {"unknown-role", "unknown-user"} <= {problem.code for problem in refused.value.problems}
    draft.refresh_from_db()
    assert draft.is_draft


def test_nothing_publishes_names_that_do_not_exist(draft: Process) -> None:
    with pytest.raises(PublishRefused):
        publish(draft, check=False)


def test_what_exists_when_it_is_published_gets_its_rows(draft: Process) -> None:
    role, bea = Group.objects.create(name="Purchasing"), User.objects.create(username="bea")
    publish(draft)
    loaded = loader.read(draft)
    assert draft.unresolved == {}
    assert role.pk in loaded.role_ids["ask"]
    assert loaded.user_ids["pay"] == {bea.pk}


def test_titles_used_twice_come_back_and_have_rows(draft: Process) -> None:
    save_graph(draft, named(draft, "pay", title="Ask"), revision=None)
    assert [activity.title for activity in stored(draft).activities] == ["Ask", "Ask"]
    assert set(Activity.objects.values_list("title", flat=True)) == {"Ask", "Ask (2)"}
    with pytest.raises(PublishRefused) as refused:
        publish(draft)
    assert "duplicate-title" in {problem.code for problem in refused.value.problems}


def test_a_row_that_is_renamed_keeps_its_new_title(draft: Process) -> None:
    save_graph(draft, named(draft, "pay", title="Ask"), revision=None)
    row = Activity.objects.get(key="pay")
    row.title = "Settle"
    row.save()
    assert stored(draft).activity("pay").title == "Settle"


def test_titles_that_the_database_takes_for_equal_are_refused_at_publish_only(
    draft: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    Group.objects.create(name="Purchasing")
    User.objects.create(username="bea")
    real = drafting._save_titled

    def picky(process: Any, wanted: Any, titles: Any, names: Any, using: str) -> Any:
        if len({title.casefold() for title in titles.values()}) < len(titles):
            raise IntegrityError
        return real(process, wanted, titles, names, using)

    monkeypatch.setattr(drafting, "_save_titled", picky)
    save_graph(draft, named(draft, "pay", title="ASK"), revision=None)
    assert stored(draft).activity("pay").title == "ASK"
    with pytest.raises(PublishRefused) as refused:
        publish(draft)
    assert [problem.code for problem in refused.value.problems][:1] == ["duplicate-title"]


def test_long_titles_used_twice_are_cut_for_their_rows(draft: Process) -> None:
    graph = named(draft, "pay", title="x" * 100)
    save_graph(draft, graph, revision=None)
    save_graph(draft, named(draft, "ask", title="x" * 100), revision=None)
    assert [activity.title for activity in stored(draft).activities] == ["x" * 100] * 2
