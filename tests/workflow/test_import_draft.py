from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from goflow.core import exchange as core
from goflow.core.errors import DefinitionError
from goflow.journal.models import AuditEvent
from goflow.tenancy import Tenant
from goflow.testing import count_statements
from goflow.workflow import fingerprints, loader, registry
from goflow.workflow.exchange import dump, import_draft, load, read, text
from goflow.workflow.missing import Missing, missing
from goflow.workflow.models import Process
from goflow.workflow.publishing import problems

pytestmark = pytest.mark.django_db

FOREIGN: dict[str, Any] = {
    "format": "goflow-process",
    "format_version": 1,
    "title": "Foreign",
    "begin": "ask",
    "content_type": "far.away",
    "activities": [
        {"key": "ask", "title": "Ask", "allowed_users": ["nobody"], "form_class": "far.form"},
        {
            "key": "sign",
            "title": "Sign",
            "roles": ["ghosts"],
            "allowed_groups": ["spirits"],
            "sla_roles": ["ghosts"],
            "escalations": [{"after": "1d", "action": "remind", "roles": ["ghosts"]}],
            "push_application": "far.push",
            "position": [10, 20],
        },
        {"key": "file", "title": "File", "autostart": True, "application": "far.file"},
        {"key": "more", "title": "More", "kind": "subflow", "subflow": "far-process"},
    ],
    "transitions": [
        {"source": "ask", "target": "sign", "pre_hook": "far.hook"},
        {"source": "sign", "target": "file", "condition": "OK"},
        {"source": "file", "target": "more"},
    ],
}
KNOWN = {
    "format": "goflow-process",
    "format_version": 1,
    "title": "Known",
    "begin": "ask",
    "activities": [{"key": "ask", "title": "Ask"}, {"key": "sign", "title": "Sign", "roles": ["bosses"]}],
    "transitions": [{"key": "on", "source": "ask", "target": "sign", "ordering": 10}],
}


def foreign() -> Any:
    return core.from_dict(FOREIGN)


def test_what_is_missing_is_told_by_kind() -> None:
    assert missing(foreign()) == Missing(
        roles=("ghosts", "spirits"),
        users=("nobody",),
        subflows=("far-process",),
        models=("far.away",),
        applications=("far.file",),
        push_applications=("far.push",),
        forms=("far.form",),
        hooks=("far.hook",),
    )


def test_what_exists_is_not_missing() -> None:
    Group.objects.create(name="ghosts")
    Group.objects.create(name="spirits")
    User.objects.create(username="nobody")
    load(KNOWN | {"code": "far-process"})
    with registry.registered(registry.FORM, "far.form", object):
        found = missing(foreign())
    assert (found.roles, found.users, found.subflows, found.forms) == ((), (), (), ())


def test_looking_for_names_takes_three_queries() -> None:
    with count_statements() as statements:
        missing(foreign())
    assert len(statements) == 3, statements


def test_an_import_keeps_every_name() -> None:
    done = import_draft(foreign())
    assert done.process.is_draft
    assert fingerprints.is_same(loader.read(done.process).graph, foreign())


def test_names_without_their_thing_are_problems() -> None:
    found = {problem.code for problem in problems(import_draft(foreign()).process)}
    code = {"unknown-application", "unknown-push-application", "unknown-form", "unknown-hook"}
    assert {*code, "unknown-role", "unknown-user", "unknown-model", "subflow-unpublished"} <= found


def test_an_import_is_a_new_version_every_time() -> None:
    first = import_draft(core.from_dict(KNOWN), create_roles=True).process
    second = import_draft(core.from_dict(KNOWN)).process
    assert (first.version, second.version) == (1, 2)
    assert dump(second) == {**dump(first), "version": 2}


def test_an_import_is_recorded() -> None:
    ada = User.objects.create(username="ada")
    import_draft(core.from_dict(KNOWN), by=ada)
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.actor) == ("process.created", str(ada.pk))


def test_an_import_belongs_to_the_tenant() -> None:
    load(KNOWN)
    process = import_draft(core.from_dict(KNOWN), tenant=Tenant("b", "org")).process
    assert (process.tenant_id, process.org_id, process.version) == ("b", "org", 1)


def test_texts_too_long_for_their_columns_leave_nothing() -> None:
    definition = core.from_dict(
        KNOWN | {"activities": [{"key": "k" * 150, "title": "Ask"}], "transitions": [], "begin": ""}
    )
    with pytest.raises(DefinitionError, match="at most 100 are stored"):
        import_draft(definition)
    assert not Process.objects.exists()


def test_roles_with_long_names_are_not_made() -> None:
    definition = core.from_dict(
        KNOWN | {"activities": [{"key": "ask", "title": "Ask", "roles": ["r" * 200]}], "transitions": []}
    )
    with pytest.raises(DefinitionError, match="has 200 characters; at most 150 are stored"):
        import_draft(definition, create_roles=True)
    assert not Process.objects.exists()


def test_the_text_of_a_version_reads_back() -> None:
    process = load(KNOWN)
    assert read(text(process)) == loader.read(process).graph
    assert read(text(process).encode()) == loader.read(process).graph


def test_equal_content_has_equal_text() -> None:
    ask = {"key": "ask", "title": "Ask"}
    one = load(KNOWN | {"activities": [ask, {"key": "sign", "title": "Sign", "roles": ["b", "a"]}]})
    Process.objects.filter(pk=one.pk).update(code="other", published_code="other")
    other = load(KNOWN | {"activities": [ask, {"key": "sign", "title": "Sign", "roles": ["a", "b"]}]})
    assert text(other) == text(Process.objects.get(pk=one.pk)).replace('"other"', '"known"')


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{", "this is no JSON"),
        (b"\xff\xfe\x00", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ('{"a": {"b": 1, "b": 2}}', "'b' is given twice"),
        ("1" * 5_000, "this is no JSON|expected an object"),
        ('{"format": "goflow-process", "format_version": 99, "title": "A"}', "format_version: 99 is newer"),
        (
            '{"format": "goflow-process", "format_version": 1, "title": "A", "code": "' + "c" * 101 + '"}',
            "code: has 101 characters",
        ),
        (
            '{"format": "goflow-process", "format_version": 1, "title": "A", "activities":'
            ' [{"title": "B", "app_params": {"a": ["\\u0000"]}}]}',
            r"activities\[0\].app_params.a\[0\]: holds a null character",
        ),
    ],
)
def test_hostile_sources_are_refused(source: str | bytes, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        read(source)


def test_huge_sources_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goflow.workflow.exchange.LARGEST_FILE", 10)
    with pytest.raises(DefinitionError, match="has more than 10 bytes"):
        read("[" + " " * 20 + "]")


def test_long_titles_used_twice_get_keys_that_fit() -> None:
    titles = [{"title": "x" * 100}, {"title": "x" * 100}]
    done = import_draft(core.from_dict({**KNOWN, "begin": "", "activities": titles, "transitions": []}))
    assert [len(key) <= 100 for key in loader.read(done.process).activity_ids] == [True, True]
