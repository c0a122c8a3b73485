from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from goflow import clock
from goflow.journal.models import AuditEvent
from goflow.runtime.models import Incident, WorkItem
from goflow.testing import count_statements, person, process
from goflow.workflow import exchange
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.cloning import clone
from goflow.workflow.models import Activity, Process
from goflow.workflow.publishing import publish
from tests.web.conftest import As, Company, Unchanged

PAGES = ("", "versions/", "diff/", "export/")
VERBS = ("publish/", "clone/", "retire/", "discard/")


@pytest.fixture
def dora(db: None) -> Any:
    """Changes processes, sees no request of others."""
    dora = person("dora", may_start=False, first_name="Dora")
    dora.user_permissions.add(Permission.objects.get(codename="change_process"))
    return dora


@pytest.fixture
def purchase(company: Company) -> Process:
    return Process.objects.get(code="purchase")


@pytest.fixture
def draft(purchase: Process) -> Process:
    """A second version with one more activity, a longer title and no Refine."""
    draft = clone(purchase, by=None)
    Activity.objects.get(process=draft, key="refine").delete()
    review = Activity.objects.get(process=draft, key="review")
    review.title = "Review it"
    review.save()
    add_activity(draft, "Order", roles=["buyers"])
    add_transition(draft, "on", "Review it", "Order", "eq:ORDER")
    add_transition(draft, "", "Order", "End")
    return draft


def path(process: Process, page: str = "") -> str:
    return f"/workflow/process/{process.pk}/{page}"


# Who


@pytest.mark.parametrize("page", [*PAGES, *VERBS])
def test_others_find_no_process(page: str, as_: As, company: Company, purchase: Process) -> None:
    assert as_(company.carl).get(path(purchase, page)).status_code == 404


def test_others_find_no_list(as_: As, company: Company) -> None:
    assert as_(company.carl).get("/workflow/process/").status_code == 404


@pytest.mark.parametrize("page", VERBS)
def test_staff_without_the_right_find_nothing(page: str, as_: As, purchase: Process) -> None:
    staff = person("stan", may_start=False, is_staff=True)
    assert as_(staff).post(path(purchase, page)).status_code == 404


@pytest.mark.parametrize("page", VERBS)
def test_browsers_change_nothing(
    page: str, as_: As, company: Company, draft: Process, unchanged: Unchanged
) -> None:
    client = as_(company.bea)
    with unchanged():
        assert client.post(path(draft, page), {"note": "mine"}).status_code == 403


@pytest.mark.parametrize("page", VERBS)
def test_looking_changes_nothing(page: str, as_: As, dora: Any, draft: Process, unchanged: Unchanged) -> None:
    client = as_(dora)
    with unchanged():
        client.get(path(draft, page), {"confirm": "1", "rollback": "1"})


def test_nobody_sees_a_process_of_another_tenant(as_: As, dora: Any, settings: Any) -> None:
    foreign = Process.objects.create(title="Foreign", tenant_id="b")
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "a"}
    assert as_(dora).get(path(foreign)).status_code == 404


def test_navigation_leads_editors_to_the_processes(as_: As, dora: Any, company: Company) -> None:
    assert 'href="/workflow/process/"' in as_(dora).get("/workflow/mywork/").content.decode()
    assert 'href="/workflow/process/"' not in as_(company.carl).get("/workflow/mywork/").content.decode()


class ForOne:
    """Gives edgar the right to change one version."""

    pk = 0

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        return (user.username, perm) == ("edgar", "goflow.change_process") and getattr(
            obj, "pk", 0
        ) == self.pk


def test_a_right_for_one_version_is_one_for_its_process(
    as_: As, settings: Any, monkeypatch: pytest.MonkeyPatch, purchase: Process, draft: Process
) -> None:
    other = Process.objects.create(title="Other")
    monkeypatch.setattr(ForOne, "pk", purchase.pk)
    edgar = as_(person("edgar", may_start=False))
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "tests.web.test_processes.ForOne"]
    assert [line.newest for line in edgar.get("/workflow/process/").context["lines"]] == [draft]
    assert edgar.post(path(draft, "publish/"), {"note": "mine"}).status_code == 302
    assert edgar.get(path(other)).status_code == 404


# The list


def test_list_tells_how_a_process_is_doing(as_: As, company: Company, draft: Process) -> None:
    company.ask()
    WorkItem.objects.filter(pk=company.item.pk).update(due_at=clock.now() - timedelta(hours=1))
    Incident.objects.create(instance=company.item.instance, code="application-failed")
    (line,) = as_(company.bea).get("/workflow/process/").context["lines"]
    assert (line.running, line.overdue, line.failed, line.started) == (2, 1, 1, 2)
    assert (line.published.version, line.draft.version) == (1, 2)


def test_old_requests_are_not_counted_as_started(as_: As, company: Company) -> None:
    client = as_(company.bea)
    with clock.moved(timedelta(days=8)):
        (line,) = client.get("/workflow/process/").context["lines"]
    assert (line.running, line.started) == (1, 0)


def test_list_costs_the_same_for_many_processes(as_: As, company: Company) -> None:
    client = as_(company.bea)
    client.get("/workflow/process/")
    with count_statements() as few:
        client.get("/workflow/process/")
    for number in range(5):
        process(f"Process {number}", ["Begin", "End"], [("Begin", "End")])
    with count_statements() as many:
        client.get("/workflow/process/")
    assert len(many) == len(few)


def test_an_empty_list_offers_the_import(as_: As, dora: Any) -> None:
    assert "/workflow/process/import/" in as_(dora).get("/workflow/process/").content.decode()


# One version


def test_a_version_shows_its_picture_as_text_too(as_: As, company: Company, purchase: Process) -> None:
    page = as_(company.bea).get(path(purchase)).content.decode()
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="gf-drawing"' in page
    assert "<li>Approve → End</li>" in page


def test_a_version_shows_its_problems(as_: As, company: Company, purchase: Process) -> None:
    problems = as_(company.bea).get(path(purchase)).context["problems"]
    assert [line.code for line in problems] == ["open-to-everyone"]
    assert problems[0].message.startswith("Nobody is named for “End”")


def test_a_version_shows_who_may_start_it(as_: As, company: Company, purchase: Process) -> None:
    person("anna", "Purchase")
    assert as_(company.bea).get(path(purchase)).context["starters"].members == (("Purchase", 1),)


def test_titles_are_shown_as_text(as_: As, company: Company, purchase: Process) -> None:
    Process.objects.filter(pk=purchase.pk).update(description="<b>bold</b>")
    copy = clone(purchase, by=None, title="<i>Purchase</i>")
    assert "<i>Purchase" not in as_(company.bea).get(path(copy)).content.decode()
    assert "<b>bold" not in as_(company.bea).get(path(copy)).content.decode()


def test_only_editors_are_offered_changes(as_: As, company: Company, dora: Any, draft: Process) -> None:
    assert path(draft, "publish/") in as_(dora).get(path(draft)).content.decode()
    assert path(draft, "publish/") not in as_(company.bea).get(path(draft)).content.decode()


def test_all_versions_are_listed(as_: As, company: Company, purchase: Process, draft: Process) -> None:
    rows = as_(company.bea).get(path(purchase, "versions/")).context["versions"]
    assert [(version.version, running) for version, running, _older in rows] == [(2, 0), (1, 1)]


@pytest.mark.parametrize("page", [*PAGES, *(verb for verb in VERBS if verb != "clone/")])
def test_pages_keep_the_policy(page: str, as_: As, dora: Any, draft: Process) -> None:
    response = as_(dora).get(path(draft, page), {"compare": draft.pk, "format": "html"})
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert b"style=" not in response.content


# Publishing


def test_before_publishing_one_sees_what_changes(as_: As, dora: Any, draft: Process) -> None:
    context = as_(dora).get(path(draft, "publish/")).context
    assert [(told.state, told.title) for told in context["differences"]] == [
        ("changed", "Review it"),
        ("added", "Order"),
        ("removed", "Refine"),
        ("added", "Order → End"),
        ("added", "on (Review it → Order)"),
        ("removed", "Refine → Review"),
        ("removed", "Reject (Review → Refine)"),
    ]
    assert context["running"] == 1


def test_publishing_needs_a_note(as_: As, dora: Any, draft: Process) -> None:
    response = as_(dora).post(path(draft, "publish/"), {"note": " ", "revision": draft.revision})
    assert response.status_code == 422
    assert response.context["form"].errors["note"] == ["This field is required."]
    draft.refresh_from_db()
    assert draft.is_draft


def test_publishing_keeps_note_and_person(as_: As, dora: Any, draft: Process) -> None:
    draft.refresh_from_db()
    response = as_(dora).post(path(draft, "publish/"), {"note": "faster", "revision": draft.revision})
    draft.refresh_from_db()
    assert response.headers["Location"] == path(draft)
    assert (draft.status, draft.version_note, draft.published_by) == ("published", "faster", dora)


def test_publishing_records_the_warnings(as_: As, dora: Any, draft: Process) -> None:
    as_(dora).post(path(draft, "publish/"), {"note": "faster"})
    event = AuditEvent.objects.get(action="process.published", process_id=draft.pk)
    assert event.actor == str(dora.pk)
    assert event.metadata["warnings"] == ["open-to-everyone"]


def test_a_client_without_the_form_publishes_without_note(as_: As, dora: Any, draft: Process) -> None:
    assert as_(dora).post(path(draft, "publish/")).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "published"


def test_errors_are_shown_and_refused(as_: As, dora: Any, draft: Process) -> None:
    add_activity(draft, "Alone", roles=["buyers"])
    client = as_(dora)
    assert client.get(path(draft, "publish/")).context["is_refused"]
    response = client.post(path(draft, "publish/"), {"note": "anyway"})
    assert response.status_code == 409
    assert "“Alone” can never be reached" in response.content.decode()
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_draft_changed_meanwhile_is_not_published(as_: As, dora: Any, draft: Process) -> None:
    client = as_(dora)
    seen = client.get(path(draft, "publish/")).context["form"].initial["revision"]
    add_activity(draft, "Order", description="changed")
    response = client.post(path(draft, "publish/"), {"note": "faster", "revision": seen})
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize("given", [{}, {"note": "faster"}])
@pytest.mark.parametrize("revision", ["x", "9" * 40, "9" * 5000])
def test_a_revision_that_is_none_is_not_passed_over(
    as_: As, dora: Any, draft: Process, given: dict[str, str], revision: str
) -> None:
    response = as_(dora).post(path(draft, "publish/"), given | {"revision": revision})
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.is_draft


def test_publishing_twice_is_a_conflict(as_: As, dora: Any, draft: Process) -> None:
    client = as_(dora)
    client.post(path(draft, "publish/"), {"note": "once"})
    assert client.post(path(draft, "publish/"), {"note": "twice"}).status_code == 409


def test_rollback_publishes_a_copy(as_: As, dora: Any, purchase: Process, draft: Process) -> None:
    publish(draft)
    client = as_(dora)
    form = client.get(path(purchase, "publish/"), {"rollback": "1"}).context["form"]
    assert form.initial["note"] == "rollback to version 1"
    client.post(path(purchase, "publish/") + "?rollback=1")
    newest = Process.objects.get(code="purchase", version=3)
    assert (newest.status, newest.version_note) == ("published", "rollback to version 1")
    assert Activity.objects.filter(process=newest, key="refine").exists()


def test_publishing_what_is_published_leads_back(as_: As, dora: Any, purchase: Process) -> None:
    assert as_(dora).get(path(purchase, "publish/")).headers["Location"] == path(purchase)


# Other verbs


def test_a_version_is_edited_as_new_draft(as_: As, dora: Any, purchase: Process) -> None:
    response = as_(dora).post(path(purchase, "clone/"), {"note": "faster"})
    copy = Process.objects.get(version=2)
    assert response.headers["Location"] == f"/workflow/designer/{copy.pk}/"
    assert (copy.status, copy.version_note) == ("draft", "faster")


def test_looking_makes_no_draft(as_: As, dora: Any, purchase: Process) -> None:
    assert as_(dora).get(path(purchase, "clone/")).headers["Location"] == path(purchase)
    assert Process.objects.count() == 1


def test_beside_a_second_draft_the_first_is_offered(
    as_: As, dora: Any, purchase: Process, draft: Process
) -> None:
    page = as_(dora).get(path(purchase)).content.decode()
    assert f'href="/workflow/designer/{draft.pk}/"' in page
    assert f'action="{path(purchase, "clone/")}"' in page


def test_a_version_is_retired(as_: As, dora: Any, purchase: Process) -> None:
    as_(dora).post(path(purchase, "retire/"))
    purchase.refresh_from_db()
    assert purchase.status == "retired"


def test_a_draft_is_not_retired(as_: As, dora: Any, draft: Process) -> None:
    assert as_(dora).post(path(draft, "retire/")).status_code == 409


def test_a_draft_is_discarded(as_: As, dora: Any, purchase: Process, draft: Process) -> None:
    response = as_(dora).post(path(draft, "discard/"))
    assert response.headers["Location"] == path(purchase)
    assert not Process.objects.filter(pk=draft.pk).exists()


def test_a_published_version_is_not_discarded(as_: As, dora: Any, purchase: Process) -> None:
    assert as_(dora).post(path(purchase, "discard/")).status_code == 409
    assert Process.objects.filter(pk=purchase.pk).exists()


# Differences


def test_differences_as_data(as_: As, company: Company, purchase: Process, draft: Process) -> None:
    told = as_(company.bea).get(path(purchase, "diff/"), {"compare": draft.pk}).json()
    assert (told["base_id"], told["compare_id"]) == (purchase.pk, draft.pk)
    assert (told["activities_added"], told["activities_removed"]) == (["Order"], ["Refine"])
    assert told["transitions_added"] == [["Order", "End", ""], ["Review it", "Order", "eq:ORDER"]]
    assert sorted(told["transitions_removed"]) == [
        ["Refine", "Review", ""],
        ["Review", "Refine", "eq:REJECTED"],
    ]
    assert [change["key"] for change in told["changed"]] == ["review"]
    assert told["moved"] == []


@pytest.mark.parametrize("query", [{}, {"compare": ""}, {"compare": "x"}, {"compare": "²"}])
def test_differences_need_a_second_version(
    query: dict[str, str], as_: As, company: Company, purchase: Process
) -> None:
    assert as_(company.bea).get(path(purchase, "diff/"), query).status_code == 400
    assert as_(company.bea).get(path(purchase, "diff/"), {**query, "format": "html"}).status_code == 400


def test_versions_of_two_processes_are_not_compared(as_: As, company: Company, purchase: Process) -> None:
    other = Process.objects.create(title="Other")
    response = as_(company.bea).get(path(purchase, "diff/"), {"compare": other.pk})
    assert response.status_code == 400
    assert response.json()["detail"] == "process code mismatch"


@pytest.mark.parametrize("other", ["999999", "9" * 40, "9" * 5000])
def test_differences_to_nothing_are_not_found(
    as_: As, company: Company, purchase: Process, other: str
) -> None:
    assert as_(company.bea).get(path(purchase, "diff/"), {"compare": other}).status_code == 404


def test_differences_as_page(as_: As, company: Company, purchase: Process, draft: Process) -> None:
    page = as_(company.bea).get(path(purchase, "diff/"), {"compare": draft.pk, "format": "html"})
    text = page.content.decode()
    assert "gf-added" in text
    assert "<del>Review</del>" in text
    assert "<ins>Review it</ins>" in text


# Exchange


def test_export_is_a_file(as_: As, company: Company, purchase: Process) -> None:
    response = as_(company.bea).get(path(purchase, "export/"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="purchase-v1.json"'
    assert json.loads(response.content) == exchange.dump(purchase)


def test_the_picture_is_a_file(as_: As, company: Company, purchase: Process) -> None:
    response = as_(company.bea).get(path(purchase, "export/"), {"format": "svg"})
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="purchase-v1.svg"'
    assert response.content.startswith(b"<svg ")


def test_a_pasted_file_becomes_a_draft(as_: As, dora: Any, purchase: Process) -> None:
    given = {"text": exchange.text(purchase), "confirmed": "1"}
    response = as_(dora).post("/workflow/process/import/", given)
    copy = Process.objects.get(version=2)
    assert response.headers["Location"] == path(copy)
    assert (copy.status, copy.code) == ("draft", "purchase")


def test_an_uploaded_file_becomes_a_draft(as_: As, dora: Any, purchase: Process) -> None:
    file = SimpleUploadedFile("purchase.json", exchange.text(purchase).encode())
    as_(dora).post("/workflow/process/import/", {"file": file, "confirmed": "1"})
    assert Process.objects.get(version=2).is_draft


def test_what_is_missing_is_told(as_: As, dora: Any) -> None:
    source = {
        "format": "goflow-process",
        "format_version": 1,
        "title": "Foreign",
        "activities": [{"title": "Sign", "roles": ["ghosts"], "form_class": "no.form"}],
    }
    given = {"text": json.dumps(source), "confirmed": "1"}
    response = as_(dora).post("/workflow/process/import/", given, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "“Foreign” was imported as a new draft, version 1.",
        "These roles do not exist here: ghosts. Create them before publishing.",
        "These forms are not registered here: no.form. Register them before publishing.",
    ]


def test_only_who_may_add_groups_makes_roles(as_: As, dora: Any, company: Company) -> None:
    assert "create_roles" not in as_(dora).get("/workflow/process/import/").context["form"].fields
    assert "create_roles" in as_(company.root).get("/workflow/process/import/").context["form"].fields


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "this is no JSON"),
        ("[]", "expected an object"),
        ('{"title": 1, "title": 2}', "&#x27;title&#x27; is given twice"),
        ('{"format": "goflow-process", "format_version": 1, "title": "A", "bad": 1}', "bad: is unknown"),
        ('{"format": "goflow-process", "format_version": 1, "title": "\\ud800"}', "title: holds half"),
        (
            '{"format": "goflow-process", "format_version": 1, "title": "A", "activities": [{"title": 5}]}',
            "activities[0].title: expected a text",
        ),
    ],
)
def test_hostile_input_is_refused_with_its_place(
    text: str, told: str, as_: As, dora: Any, unchanged: Unchanged
) -> None:
    client = as_(dora)
    with unchanged():
        response = client.post("/workflow/process/import/", {"text": text})
    assert response.status_code == 422
    assert told in response.content.decode()


def test_importing_nothing_is_told(as_: As, dora: Any) -> None:
    response = as_(dora).post("/workflow/process/import/", {"text": ""})
    assert response.context["form"].non_field_errors() == [
        "Choose a file, or paste its content; one of the two."
    ]


def test_browsers_import_nothing(as_: As, company: Company) -> None:
    assert as_(company.bea).get("/workflow/process/import/").status_code == 403
