"""
The documented paths, bodies and shapes, exactly.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.testing import process
from leavedemo.leave.models import LeaveRequest
from tests.api.conftest import As, Company

JSON = "application/json"


@pytest.fixture
def leave(company: Company) -> Any:
    """A process for leave requests."""
    return process("leave", ["Start", "End"], [("Start", "End", "eq:OK")])


@pytest.fixture
def request_of_anna(company: Company) -> LeaveRequest:
    return LeaveRequest.objects.create(
        day_start="2026-12-01", day_end="2026-12-02", type="Vacation", requester=company.anna
    )


def body(found: LeaveRequest, **changed: Any) -> dict[str, Any]:
    return {
        "process_name": "leave",
        "content_app_label": "leave",
        "content_model": "leaverequest",
        "object_id": found.pk,
        "title": None,
        "priority": None,
        **changed,
    }


def problem(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == response.status_code
    assert told["detail"]
    return response.status_code, told["code"]


def test_web_sign_in_answers_access_and_sets_the_refresh_cookie(company: Company) -> None:
    response = Client().post(
        "/api/auth/web/sign-in", {"username": "anna", "password": "anna"}, content_type=JSON
    )
    cookie = response.cookies["refresh"]
    assert (response.status_code, list(response.json())) == (200, ["access"])
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (
        True,
        "Strict",
        "/api/auth/web",
        True,
    )


def test_mobile_sign_in_answers_both_tokens(company: Company) -> None:
    response = Client().post(
        "/api/auth/mobile/sign-in", {"username": "anna", "password": "anna"}, content_type=JSON
    )
    assert (response.status_code, set(response.json())) == (200, {"access", "refresh"})


def test_me(company: Company, as_: As) -> None:
    assert as_(company.anna).get("/me").json() == {"username": "anna", "is_authenticated": True}


def test_processes(company: Company, as_: As) -> None:
    assert as_(company.carl).get("/processes").json() == [
        {"id": company.process.pk, "title": "Purchase", "enabled": True}
    ]


def test_activities(company: Company, as_: As) -> None:
    response = as_(company.carl).get(f"/processes/{company.process.pk}/activities")
    first = company.process.activities.get(title="Review")
    assert response.json()[0] == {
        "id": first.pk,
        "title": "Review",
        "kind": "standard",
        "process_id": company.process.pk,
    }


def test_activities_of_no_process(company: Company, as_: As) -> None:
    assert problem(as_(company.carl).get("/processes/999999/activities")) == (404, "version-not-found")


def test_workitems(company: Company, as_: As) -> None:
    assert as_(company.bob).get("/workitems").json() == [
        {
            "id": company.item.pk,
            "status": "inactive",
            "activity_id": company.item.activity_id,
            "instance_id": company.item.instance_id,
            "user_id": None,
        }
    ]


def test_my_workitems_are_those_i_hold(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    before = bob.get("/my/workitems").json()
    bob.post(f"/workitems/{company.item.pk}/activate")
    after = bob.get("/my/workitems").json()
    assert (before, [(row["id"], row["user_id"]) for row in after]) == (
        [],
        [(company.item.pk, company.bob.pk)],
    )


def test_activate_without_a_body(company: Company, as_: As) -> None:
    response = as_(company.bob).post(f"/workitems/{company.item.pk}/activate")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "activated", "workitem_id": company.item.pk},
    )


def test_complete(company: Company, as_: As) -> None:
    response = as_(company.bob).post(f"/workitems/{company.item.pk}/complete", {"condition": "APPROVED"})
    assert (response.status_code, response.json()) == (
        200,
        {"status": "completed", "workitem_id": company.item.pk},
    )
    assert WorkItem.objects.get(pk=company.item.pk).status == "complete"


@pytest.mark.parametrize("kind", [int, str])
def test_start_takes_a_number_or_a_text(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As, kind: Any
) -> None:
    response = as_(company.anna).post(
        "/processes/start", body(request_of_anna, object_id=kind(request_of_anna.pk))
    )
    item = WorkItem.objects.latest("id")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "started", "workitem_id": item.pk, "instance_id": item.instance_id},
    )
    assert item.instance.wfobject() == request_of_anna


def test_start_takes_title_and_priority(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    as_(company.anna).post("/processes/start", body(request_of_anna, title="Skiing", priority=3))
    found = ProcessInstance.objects.latest("id")
    assert (found.title, found.priority) == ("Skiing", 3)


def test_start_of_a_process_that_is_not_allowed(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    with override_settings(GOFLOW_API_ALLOWED_PROCESS_TITLES=("Purchase",)):
        response = as_(company.anna).post("/processes/start", body(request_of_anna))
    assert problem(response) == (403, "process-not-allowed")


def test_start_of_a_process_that_is_allowed_by_its_title(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    with override_settings(GOFLOW_API_ALLOWED_PROCESS_TITLES=("leave",)):
        response = as_(company.anna).post("/processes/start", body(request_of_anna))
    assert response.status_code == 200


def test_start_with_a_content_type_that_is_not_allowed(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    with override_settings(GOFLOW_API_ALLOWED_CONTENT_TYPES=("sampleapp.samplemodel",)):
        response = as_(company.anna).post("/processes/start", body(request_of_anna))
    assert problem(response) == (403, "content-type-not-allowed")


def test_start_with_a_content_type_that_does_not_exist(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    response = as_(company.anna).post("/processes/start", body(request_of_anna, content_model="nothing"))
    assert problem(response) == (400, "invalid-content-type")


@pytest.mark.parametrize("object_id", [999999, "x", 2**70, -1])
def test_start_with_an_object_that_does_not_exist(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As, object_id: Any
) -> None:
    response = as_(company.anna).post("/processes/start", body(request_of_anna, object_id=object_id))
    assert problem(response) == (404, "object-not-found")


def test_start_with_somebody_elses_object(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    response = as_(company.bob).post("/processes/start", body(request_of_anna))
    assert problem(response) == (403, "object-not-allowed")


def test_start_with_any_object_where_ownership_is_not_required(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    with override_settings(GOFLOW_API_REQUIRE_OBJECT_OWNERSHIP=False):
        response = as_(company.bob).post("/processes/start", body(request_of_anna))
    assert response.status_code == 200


def test_the_owner_is_read_from_the_fields_of_the_setting(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    with override_settings(GOFLOW_API_OBJECT_OWNER_FIELDS=("reason",)):
        request_of_anna.reason = "bob"
        request_of_anna.save()
        response = as_(company.bob).post("/processes/start", body(request_of_anna))
    assert response.status_code == 200


def test_a_model_without_an_owner_asks_for_the_right_to_view_it(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    content = {"content_app_label": "auth", "content_model": "user", "object_id": company.bob.pk}
    response = as_(company.anna).post("/processes/start", body(request_of_anna, **content))
    assert problem(response) == (403, "object-not-allowed")


def test_start_without_the_right(
    leave: Any, request_of_anna: LeaveRequest, company: Company, as_: As
) -> None:
    request_of_anna.requester = company.carl
    request_of_anna.save()
    response = as_(company.carl).post("/processes/start", body(request_of_anna))
    assert problem(response) == (403, "not-allowed")


def test_start_of_an_unknown_process(request_of_anna: LeaveRequest, company: Company, as_: As) -> None:
    response = as_(company.anna).post("/processes/start", body(request_of_anna, process_name="none"))
    assert problem(response) == (404, "process-not-found")


def test_without_a_token(company: Company, as_: As) -> None:
    response = as_(None).get("/me")
    assert problem(response) == (401, "not-authenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_the_right_to_take(company: Company, as_: As) -> None:
    response = as_(company.anna).post(f"/workitems/{company.item.pk}/activate")
    assert problem(response) == (403, "not-allowed")


def test_an_item_one_may_not_see(company: Company, as_: As) -> None:
    response = as_(company.carl).post(f"/workitems/{company.item.pk}/activate")
    assert problem(response) == (404, "workitem-not-found")


def test_an_outcome_that_leads_nowhere(company: Company, as_: As) -> None:
    response = as_(company.bob).post(f"/workitems/{company.item.pk}/complete", {"condition": "WHAT"})
    assert problem(response) == (422, "outcome-required")
    assert response.json()["outcomes"] == ["APPROVED", "REJECTED"]


def test_an_item_that_is_complete(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    bob.post(f"/workitems/{company.item.pk}/complete", {"condition": "APPROVED"})
    response = bob.post(f"/workitems/{company.item.pk}/complete", {"condition": "APPROVED"})
    assert response.status_code == 409


def test_a_version_that_is_stale(company: Company, as_: As) -> None:
    path = f"/workitems/{company.item.pk}/complete"
    response = as_(company.bob).post(path, {"condition": "APPROVED", "version": 99})
    assert problem(response) == (409, "concurrent-update")


def test_a_missing_field(company: Company) -> None:
    response = Client().post("/api/auth/web/sign-in", {"username": "anna"}, content_type=JSON)
    assert problem(response) == (422, "invalid")


def test_a_body_that_is_no_json(company: Company, as_: As) -> None:
    response = as_(company.bob).post(f"/workitems/{company.item.pk}/complete", "{")
    assert problem(response) == (400, "bad-request")


def test_text_that_cannot_be_stored(company: Company, as_: As) -> None:
    response = as_(company.bob).post(f"/workitems/{company.item.pk}/complete", {"condition": "a\0b"})
    assert problem(response) == (422, "invalid")
