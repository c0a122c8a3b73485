"""
What lies beside the documented contract.
"""

from __future__ import annotations

from typing import Any

import pytest

from goflow.api import api
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import count_statements, process
from tests.api.conftest import As, Company
from tests.api.test_contract import problem

START = {"process_name": "Purchase", "title": "Desk"}


def test_one_item_tells_what_a_client_needs(company: Company, as_: As) -> None:
    told = as_(company.bob).get(f"/workitems/{company.item.pk}").json()
    assert (told["title"], told["process"], told["activity"], told["requester"]["username"]) == (
        "Chair",
        "Purchase",
        "Review",
        "anna",
    )
    assert told["outcomes"] == [
        {"value": "APPROVED", "label": "Approve", "leads_to": ["End"]},
        {"value": "REJECTED", "label": "Reject", "leads_to": ["Refine"]},
    ]
    assert [field["name"] for field in told["form"]] == ["comment"]
    assert told["may"] == {
        "activate": True,
        "complete": True,
        "release": False,
        "reassign": False,
        "forward": False,
    }


def test_the_history_of_an_item(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    bob.post(f"/workitems/{company.item.pk}/activate")
    told = bob.get(f"/workitems/{company.item.pk}").json()["history"]
    assert (told[-1]["action"], told[-1]["actor"]) == ("workitem.activated", "bob")


def test_somebody_who_may_only_look_is_offered_nothing(company: Company, as_: As) -> None:
    told = as_(company.anna).get(f"/workitems/{company.item.pk}").json()
    assert (told["outcomes"], told["form"], any(told["may"].values())) == ([], [], False)


def test_the_same_key_completes_once_and_answers_twice(company: Company, as_: As) -> None:
    bob, path = as_(company.bob), f"/workitems/{company.item.pk}/complete"
    found = [bob.post(path, {"condition": "APPROVED"}, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert [(response.status_code, response.json()["status"]) for response in found] == [
        (200, "completed"),
        (200, "completed"),
    ]


def test_the_same_key_with_another_outcome(company: Company, as_: As) -> None:
    bob, path = as_(company.bob), f"/workitems/{company.item.pk}/complete"
    bob.post(path, {"condition": "APPROVED"}, HTTP_IDEMPOTENCY_KEY="k1")
    response = bob.post(path, {"condition": "REJECTED"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert problem(response) == (422, "idempotency-key-reused")


def test_the_same_key_starts_once(company: Company, as_: As) -> None:
    anna = as_(company.anna)
    found = [anna.post("/processes/start", START, HTTP_IDEMPOTENCY_KEY="s1").json() for _ in range(2)]
    assert found[0] == found[1]
    assert ProcessInstance.objects.filter(title="Desk").count() == 1


def test_a_key_that_is_too_long(company: Company, as_: As) -> None:
    response = as_(company.anna).post("/processes/start", START, HTTP_IDEMPOTENCY_KEY="k" * 256)
    assert problem(response) == (422, "invalid")


def test_answers_of_a_form_are_stored(company: Company, as_: As) -> None:
    as_(company.bob).post(
        f"/workitems/{company.item.pk}/complete", {"condition": "APPROVED", "data": {"comment": "fine"}}
    )
    assert ProcessInstance.objects.get(pk=company.item.instance_id).data["review"] == {"comment": "fine"}


def test_answers_that_do_not_fit_change_nothing(company: Company, as_: As) -> None:
    response = as_(company.bob).post(
        f"/workitems/{company.item.pk}/complete", {"condition": "APPROVED", "data": {"comment": "x" * 2001}}
    )
    assert problem(response) == (422, "form-invalid")
    assert list(response.json()["errors"]) == ["comment"]
    assert WorkItem.objects.get(pk=company.item.pk).status == "inactive"


def test_release(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    bob.post(f"/workitems/{company.item.pk}/activate")
    response = bob.post(f"/workitems/{company.item.pk}/release")
    assert (response.status_code, response.json()["status"]) == (200, "released")
    assert WorkItem.objects.get(pk=company.item.pk).user_id is None


def test_reassign(company: Company, as_: As) -> None:
    response = as_(company.ada).post(
        f"/workitems/{company.item.pk}/reassign", {"to": "carl", "reason": "away"}
    )
    assert (response.status_code, response.json()["status"]) == (200, "reassigned")
    assert WorkItem.objects.get(pk=company.item.pk).user_id == company.carl.pk


def test_reassign_to_nobody(company: Company, as_: As) -> None:
    response = as_(company.ada).post(f"/workitems/{company.item.pk}/reassign", {"to": "nobody"})
    assert problem(response) == (422, "unknown-person")


def test_who_may_not_sign_in_is_as_unknown_as_nobody(company: Company, as_: As) -> None:
    company.carl.is_active = False
    company.carl.save()
    response = as_(company.ada).post(f"/workitems/{company.item.pk}/reassign", {"to": "carl"})
    assert problem(response) == (422, "unknown-person")


def test_forward(company: Company, as_: As) -> None:
    process("Letter", [("Sign", {"autofinish": False}), "End"], [("Sign", "End", "eq:OK")])
    anna = as_(company.anna)
    item = anna.post("/processes/start", {"process_name": "Letter"}).json()["workitem_id"]
    anna.post(f"/workitems/{item}/complete", {"condition": "OK"})
    may = anna.get(f"/workitems/{item}").json()["may"]
    response = anna.post(f"/workitems/{item}/forward")
    assert (may["forward"], response.status_code, response.json()["status"]) == (True, 200, "forwarded")


def test_the_start_catalogue(company: Company, as_: As) -> None:
    told = as_(company.anna).get("/start").json()
    assert [(one["title"], [field["name"] for field in one["form"]]) for one in told] == [
        ("Purchase", ["title", "comment"])
    ]
    assert as_(company.carl).get("/start").json() == []


def test_start_without_an_object(company: Company, as_: As) -> None:
    response = as_(company.anna).post("/processes/start", {**START, "data": {"comment": "red"}})
    found = ProcessInstance.objects.get(pk=response.json()["instance_id"])
    assert (found.title, found.data, found.object_id) == ("Desk", {"comment": "red"}, None)


def test_instances(company: Company, as_: As) -> None:
    told = as_(company.anna).get("/instances?mine=true&status=active&process=purchase").json()
    assert [(one["title"], one["status"], one["requester"]["username"]) for one in told] == [
        ("Chair", "running", "anna")
    ]


def test_one_instance(company: Company, as_: As) -> None:
    told = as_(company.anna).get(f"/instances/{company.item.instance_id}").json()
    assert ([item["id"] for item in told["workitems"]], told["may_administer"]) == ([company.item.pk], False)


def test_the_history_of_an_instance_in_pages(company: Company, as_: As) -> None:
    anna, path = as_(company.anna), f"/instances/{company.item.instance_id}/history"
    whole = anna.get(path).json()
    first = anna.get(f"{path}?limit=1")
    second = anna.get(f"{path}?cursor={first.headers['X-Next-Cursor']}")
    assert whole[0]["action"] == "process.started"
    assert first.json() + second.json() == whole


def test_the_diagram_shows_where_an_instance_stands(company: Company, as_: As) -> None:
    told = as_(company.anna).get(f"/instances/{company.item.instance_id}/diagram").json()
    assert told["svg"].startswith("<svg")
    assert told["position"] == [{"activity": "review", "state": "current", "badge": ""}]
    assert [row["title"] for row in told["outline"]] == ["Review", "Refine", "End"]


def test_why_an_instance_waits(company: Company, as_: As) -> None:
    anna, path = as_(company.anna), f"/instances/{company.item.instance_id}/waiting"
    for_pool = anna.get(path).json()["reasons"]
    as_(company.bob).post(f"/workitems/{company.item.pk}/activate")
    for_person = anna.get(path).json()["reasons"]
    assert [(one["kind"], one["who"]) for one in for_pool + for_person] == [
        ("pool", "buyers"),
        ("person", "bob"),
    ]


def test_an_instance_waits_for_a_problem(stuck: Incident, company: Company, as_: As) -> None:
    told = as_(company.root).get(f"/instances/{stuck.instance_id}/waiting").json()["reasons"]
    assert [(one["kind"], one["activity"]) for one in told] == [("incident", "press")]


def test_why_it_waits_costs_the_same_for_many_items(company: Company, as_: As) -> None:
    anna, path = as_(company.anna), f"/instances/{company.item.instance_id}/waiting"
    with count_statements() as few:
        anna.get(path)
    item = WorkItem.objects.get(pk=company.item.pk)
    for _ in range(10):
        item.pk = None
        item.save(force_insert=True)
    with count_statements() as lots:
        anna.get(path)
    assert len(lots) == len(few), lots


def test_cancel(company: Company, as_: As) -> None:
    response = as_(company.ada).post(f"/instances/{company.item.instance_id}/cancel", {"reason": "twice"})
    assert (response.status_code, response.json()["instance_status"]) == (200, "terminated")


def test_cancel_again(company: Company, as_: As) -> None:
    ada, path = as_(company.ada), f"/instances/{company.item.instance_id}/cancel"
    ada.post(path)
    assert problem(ada.post(path)) == (409, "instance-closed")


def test_suspend_and_resume(company: Company, as_: As) -> None:
    ada, path = as_(company.ada), f"/instances/{company.item.instance_id}"
    told = [ada.post(f"{path}/{verb}", {"reason": "audit"}).json() for verb in ("suspend", "resume")]
    assert [(one["status"], one["instance_status"]) for one in told] == [
        ("suspended", "suspended"),
        ("resumed", "running"),
    ]


def test_what_stands_still_says_to_resume_it(company: Company, as_: As) -> None:
    engine.suspend(company.item.instance_id, actor=company.root)
    item = f"/workitems/{company.item.pk}"
    assert problem(as_(company.bob).post(f"{item}/activate")) == (409, "instance-suspended")
    again = as_(company.ada).post(f"/instances/{company.item.instance_id}/suspend")
    assert problem(again) == (409, "instance-suspended")


def test_resuming_what_runs(company: Company, as_: As) -> None:
    response = as_(company.ada).post(f"/instances/{company.item.instance_id}/resume")
    assert problem(response) == (409, "not-suspended")


def test_an_item_tells_how_it_stands_with_its_limit(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    assert bob.get(f"/workitems/{company.item.pk}").json()["sla"] == "none"
    WorkItem.objects.filter(pk=company.item.pk).update(due_at=company.item.created_at)
    assert bob.get(f"/workitems/{company.item.pk}").json()["sla"] == "breached"


def test_incidents(stuck: Incident, company: Company, as_: As) -> None:
    told = as_(company.bea).get("/incidents?open=true").json()
    assert [(one["id"], one["activity"]) for one in told] == [(stuck.pk, "press")]
    assert as_(company.bob).get("/incidents").json() == []


def test_retry_that_fails_again(stuck: Incident, company: Company, as_: As) -> None:
    response = as_(company.ada).post(f"/incidents/{stuck.pk}/retry")
    assert (response.status_code, response.json()["status"]) == (200, "failed-again")


def test_retry_of_no_incident(company: Company, as_: As) -> None:
    assert problem(as_(company.ada).post("/incidents/999/retry")) == (404, "incident-not-found")


@pytest.fixture
def draft(company: Company, as_: As) -> dict[str, Any]:
    """A draft of the purchase, made by dora."""
    response = as_(company.dora).post(f"/definitions/{company.process.pk}/clone", {"note": "next"})
    assert response.status_code == 201
    return response.json()


def graph_of(caller: Any, pk: int) -> Any:
    return caller.get(f"/definitions/{pk}/graph")


def test_the_versions_of_a_process(draft: dict[str, Any], company: Company, as_: As) -> None:
    told = as_(company.bea).get(f"/definitions/{company.process.pk}/versions").json()
    assert [(one["version"], one["status"], one["running"]) for one in told] == [
        (2, "draft", 0),
        (1, "published", 1),
    ]


def test_a_draft_is_saved_whole(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    read = graph_of(dora, draft["id"])
    graph = read.json()["graph"]
    graph["activities"][0]["title"] = "Check"
    path = f"/definitions/{draft['id']}/graph"
    saved = dora.send("put", path, {"graph": graph}, HTTP_IF_MATCH=read.headers["ETag"])
    assert (saved.status_code, saved.json()["graph"]["activities"][0]["title"]) == (200, "Check")
    assert saved.headers["ETag"] == f'"{saved.json()["revision"]}"'
    assert saved.headers["ETag"] != read.headers["ETag"]


def test_a_stale_draft_is_not_overwritten(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    graph = graph_of(dora, draft["id"]).json()["graph"]
    path = f"/definitions/{draft['id']}/graph"
    response = dora.send("put", path, {"graph": graph}, HTTP_IF_MATCH='"99999"')
    assert problem(response) == (412, "draft-conflict")


def test_a_draft_is_not_overwritten_unseen(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    graph = graph_of(dora, draft["id"]).json()["graph"]
    response = dora.send("put", f"/definitions/{draft['id']}/graph", {"graph": graph})
    assert problem(response) == (428, "if-match-required")


def test_a_published_version_is_not_saved(company: Company, as_: As) -> None:
    dora, path = as_(company.dora), f"/definitions/{company.process.pk}/graph"
    read = dora.get(path)
    response = dora.send("put", path, {"graph": read.json()["graph"]}, HTTP_IF_MATCH=read.headers["ETag"])
    assert problem(response) == (409, "definition-frozen")


def test_data_that_is_no_definition(draft: dict[str, Any], company: Company, as_: As) -> None:
    response = as_(company.dora).send(
        "put", f"/definitions/{draft['id']}/graph", {"graph": {"what": 1}}, HTTP_IF_MATCH='"1"'
    )
    assert problem(response) == (422, "exchange-error")


def test_a_stored_version_is_validated(draft: dict[str, Any], company: Company, as_: As) -> None:
    told = as_(company.dora).get(f"/definitions/{draft['id']}/validate").json()
    assert told["publishable"] is True


def test_a_content_is_validated_before_it_is_saved(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    graph = graph_of(dora, draft["id"]).json()["graph"]
    graph["transitions"] = []
    told = dora.post(f"/definitions/{draft['id']}/validate", {"graph": graph}).json()
    assert told["publishable"] is False
    assert told["problems"][0]["severity"] == "error"


def test_publish_retire_and_roll_back(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    published = dora.post(f"/definitions/{draft['id']}/publish", {"note": "now"}).json()
    rolled = dora.post(f"/definitions/{company.process.pk}/rollback").json()
    retired = dora.post(f"/definitions/{rolled['id']}/retire").json()
    assert [(one["version"], one["status"]) for one in (published, rolled, retired)] == [
        (2, "published"),
        (3, "published"),
        (3, "retired"),
    ]


def test_a_draft_with_errors_is_not_published(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    read = graph_of(dora, draft["id"])
    graph = {**read.json()["graph"], "transitions": []}
    dora.send(
        "put", f"/definitions/{draft['id']}/graph", {"graph": graph}, HTTP_IF_MATCH=read.headers["ETag"]
    )
    response = dora.post(f"/definitions/{draft['id']}/publish")
    assert problem(response) == (409, "publish-refused")
    assert response.json()["problems"]


def test_discard(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    gone = dora.send("delete", f"/definitions/{draft['id']}")
    assert (gone.status_code, dora.get(f"/definitions/{draft['id']}").status_code) == (204, 404)


def test_diff(draft: dict[str, Any], company: Company, as_: As) -> None:
    dora = as_(company.dora)
    read = graph_of(dora, draft["id"])
    graph = read.json()["graph"]
    graph["activities"][0]["title"] = "Check"
    dora.send(
        "put", f"/definitions/{draft['id']}/graph", {"graph": graph}, HTTP_IF_MATCH=read.headers["ETag"]
    )
    told = dora.get(f"/definitions/{company.process.pk}/diff?compare={draft['id']}").json()
    assert [one["key"] for one in told["changed"]] == ["review"]


def test_diff_of_different_processes(company: Company, as_: As) -> None:
    other = process("Other", ["A", "B"], [("A", "B")])
    response = as_(company.dora).get(f"/definitions/{company.process.pk}/diff?compare={other.pk}")
    assert problem(response) == (400, "process-code-mismatch")


def test_export_and_import(company: Company, as_: As) -> None:
    dora = as_(company.dora)
    exported = dora.get(f"/definitions/{company.process.pk}/export").json()
    response = dora.post("/definitions/import", {**exported, "code": "copy", "title": "Copy"})
    assert (response.status_code, response.json()["code"], response.json()["version"]) == (201, "copy", 1)
    assert response.json()["missing"]["roles"] == []


def test_import_without_the_right_to_make_groups(company: Company, as_: As) -> None:
    dora = as_(company.dora)
    exported = dora.get(f"/definitions/{company.process.pk}/export").json()
    response = dora.post("/definitions/import?create_roles=true", exported)
    assert problem(response) == (403, "not-allowed")


def test_the_drawing_of_a_version(company: Company, as_: As) -> None:
    told = as_(company.bea).get(f"/definitions/{company.process.pk}/diagram").json()
    assert told["svg"].startswith("<svg")


def test_a_wrong_method_and_an_unknown_address(company: Company, as_: As) -> None:
    root = as_(company.root)
    assert (root.post("/me").status_code, root.get("/nothing").status_code) == (405, 404)


def test_answers_stay_out_of_caches(company: Company, as_: As) -> None:
    assert "no-store" in as_(company.anna).get("/me").headers["Cache-Control"]


def test_refusals_are_told_in_the_language_of_the_client(company: Company, as_: As) -> None:
    response = as_(company.carl).get("/workitems/999", HTTP_ACCEPT_LANGUAGE="fr")
    assert (response.status_code, response.headers["Content-Language"]) == (404, "fr")


def test_how_processes_are_doing(stuck: Incident, company: Company, as_: As) -> None:
    told = as_(company.bea).get("/reports/processes").json()
    assert [(one["title"], one["running"], one["failed"]) for one in told] == [
        ("Print", 1, 1),
        ("Purchase", 1, 0),
    ]
    assert as_(company.carl).get("/reports/processes").json() == []


def test_no_operation_opens_a_transaction_of_its_own() -> None:
    patterns = api.urls[0]
    assert [
        p.name for p in patterns if "default" not in getattr(p.callback, "_non_atomic_requests", ())
    ] == []
