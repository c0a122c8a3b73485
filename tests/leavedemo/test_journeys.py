"""
Leave requests through the pages that a browser sees.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from goflow.api import tokens
from goflow.models import AuditEvent, Incident, ProcessInstance, WorkItem
from leavedemo.leave.models import Account, LeaveRequest, Manager

pytestmark = pytest.mark.usefixtures("site")

FORWARD = "OK: Forward to supervisor"
DENY = "Denied: Back to requester"
APPROVE = "OK: Forward to secretary"
ANSWERS = {"day_start": "2030-01-07", "day_end": "2030-01-09", "type": "Vacation", "reason": "snow"}


def browser(name: str) -> Client:
    client = Client()
    assert client.login(username=name, password="open" if name == "admin" else name[0])
    return client


def ask(name: str = "tertius", **answers: str) -> ProcessInstance:
    answer = browser(name).post("/leave/start/", ANSWERS | answers)
    assert answer.status_code == 302, answer.content.decode()
    return ProcessInstance.objects.latest("id")


def current(instance: ProcessInstance) -> WorkItem:
    return WorkItem.objects.select_related("activity", "user").get(
        instance=instance, status__in=["inactive", "active"]
    )


def decide(name: str, instance: ProcessInstance, outcome: str, **answers: str) -> HttpResponse:
    """What a browser does: open the item from the list, fill in the form, press a button."""
    client, item = browser(name), current(instance)
    page = client.get(f"/leave/workitems/{item.pk}/", follow=True)
    hidden = {"goflow_version": str(item.version), "goflow_key": page.context["key"]}
    return client.post(page.request["PATH_INFO"], {"outcome": outcome, **hidden, **answers})


def days_left(name: str = "tertius") -> int:
    return Account.objects.get(user__username=name).days


def forms_page(name: str, instance: ProcessInstance) -> HttpResponse:
    return browser(name).get(f"/leave/workitems/{current(instance).pk}/", follow=True)


def approved() -> ProcessInstance:
    instance = ask()
    decide("socius", instance, FORWARD)
    decide("prefectus", instance, APPROVE)
    decide("socius", instance, "OK")
    return instance


def test_a_request_goes_to_the_secretary_of_the_requester() -> None:
    instance = ask()
    assert (current(instance).activity.title, current(instance).user.username) == ("Begin", "socius")
    assert instance.user.username == "tertius"
    assert LeaveRequest.objects.get().requester.username == "tertius"


def test_the_secretary_finds_the_request_in_the_list() -> None:
    ask()
    assert "Vacation tertius 2030-01-07" in browser("socius").get("/leave/mywork/").content.decode()


def test_the_pages_of_a_step_are_at_the_address_of_its_application() -> None:
    instance = ask()
    assert (
        forms_page("socius", instance).redirect_chain[-1][0] == f"/leave/checkstatus/{current(instance).pk}/"
    )


def test_an_approved_request_is_debited_and_its_requester_informed() -> None:
    instance = approved()
    assert days_left() == 7
    assert (current(instance).activity.title, current(instance).user.username) == ("End", "tertius")
    assert "Your leave is granted" in forms_page("tertius", instance).content.decode()


def test_the_request_is_complete_once_its_requester_has_read_the_decision() -> None:
    instance = approved()
    decide("tertius", instance, "OK")
    instance.refresh_from_db()
    assert instance.status == "complete"


def test_everything_is_recorded_in_order() -> None:
    instance = approved()
    decide("tertius", instance, "OK")
    rows = AuditEvent.objects.filter(stream=f"i:{instance.pk}", action="workitem.completed").order_by("seq")
    assert [row.activity_key for row in rows] == ["begin", "approval", "updatehr", "end"]
    assert [row.metadata["outcome"] for row in rows] == [FORWARD, APPROVE, "OK", "OK"]


def test_a_denied_request_comes_back_with_its_reason() -> None:
    instance = ask()
    decide("socius", instance, DENY, reason_denial="too late in the year")
    assert (current(instance).activity.title, current(instance).user.username) == ("Refinement", "tertius")
    assert "too late in the year" in forms_page("tertius", instance).content.decode()


def test_a_denied_request_is_changed_asked_for_again_and_approved() -> None:
    instance = ask()
    decide("socius", instance, FORWARD)
    decide("prefectus", instance, DENY, reason_denial="too long")
    decide("tertius", instance, "Re-request", **(ANSWERS | {"day_end": "2030-01-08"}))
    assert current(instance).activity.title == "Begin"
    decide("socius", instance, FORWARD)
    decide("prefectus", instance, APPROVE)
    decide("socius", instance, "OK")
    assert days_left() == 8
    final = forms_page("tertius", instance).content.decode()
    assert "Your leave is granted" in final
    asked, story = final.split("What happened so far")
    assert "too long" not in asked
    assert "<dd>too long</dd>" in story


def test_a_withdrawn_request_costs_nothing_and_says_so() -> None:
    instance = ask()
    decide("socius", instance, DENY, reason_denial="no")
    decide("tertius", instance, "Withdraw request", **ANSWERS)
    assert "Your leave is not granted" in forms_page("tertius", instance).content.decode()
    decide("tertius", instance, "OK")
    instance.refresh_from_db()
    assert (instance.status, days_left()) == ("complete", 10)


def test_a_debit_beyond_the_balance_is_refused_and_changes_nothing() -> None:
    instance = ask(day_end="2030-01-20")
    decide("socius", instance, FORWARD)
    decide("prefectus", instance, APPROVE)
    answer = decide("socius", instance, "OK")
    assert answer.status_code == 422
    assert "10 days left and asks for 14" in answer.content.decode()
    assert (current(instance).activity.title, days_left()) == ("UpdateHR", 10)


def test_the_debit_succeeds_once_the_account_is_credited() -> None:
    instance = ask(day_end="2030-01-20")
    decide("socius", instance, FORWARD)
    decide("prefectus", instance, APPROVE)
    decide("socius", instance, "OK")
    Account.objects.filter(user__username="tertius").update(days=20)
    decide("socius", instance, "OK")
    assert days_left() == 6


def test_a_form_with_an_error_starts_nothing() -> None:
    answer = browser("tertius").post("/leave/start/", ANSWERS | {"day_end": "2030-01-01"})
    assert answer.status_code == 422
    assert "before the first day" in answer.content.decode()
    assert (ProcessInstance.objects.count(), LeaveRequest.objects.count()) == (0, 0)


def test_somebody_else_cannot_decide() -> None:
    instance = ask()
    item = current(instance)
    answer = browser("quartus").post(f"/leave/checkstatus/{item.pk}/", {"outcome": FORWARD})
    assert answer.status_code == 404
    assert current(instance) == item


def test_a_decision_that_is_not_offered_is_refused() -> None:
    instance = ask()
    answer = decide("socius", instance, "Perhaps")
    assert answer.status_code == 422
    assert FORWARD in answer.content.decode()
    assert current(instance).activity.title == "Begin"


def test_a_request_without_a_supervisor_stops_and_goes_on_after_repair_and_retry() -> None:
    instance = ask("admin")
    decide("notarius", instance, FORWARD)
    incident = Incident.objects.open().get()
    assert (incident.code, incident.workitem.activity.title) == ("push-failed", "Approval")
    Manager.objects.get(category="supervisor").users.add(User.objects.get(username="admin"))
    answer = browser("admin").post(f"/leave/incidents/{incident.pk}/retry/")
    assert answer.status_code == 302
    assert (current(instance).activity.title, current(instance).user.username) == ("Approval", "prefectus")


def test_the_french_twin_runs_from_the_demand_to_the_account() -> None:
    client = browser("tertius")
    client.post("/leave/start/?process=gestion-des-absences", ANSWERS)
    instance = ProcessInstance.objects.latest("id")
    decide("socius", instance, "OK : transmettre au responsable")
    decide("prefectus", instance, "OK : transmettre au secrétariat")
    decide("socius", instance, "OK")
    assert (current(instance).activity.title, days_left()) == ("Information", 7)
    decide("tertius", instance, "OK")
    instance.refresh_from_db()
    assert (instance.process.title, instance.status) == ("Gestion des absences", "complete")


def by_rest(name: str, path: str, body: dict[str, Any]) -> HttpResponse:
    access = tokens.issue(User.objects.get(username=name)).access
    return Client().post(
        f"/api/protected{path}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {access}"},
    )


def test_a_client_decides_with_a_condition_alone_wherever_the_page_could_be_sent_unchanged() -> None:
    instance = ask()
    for name, outcome in (("socius", DENY), ("tertius", "Re-request"), ("socius", FORWARD)):
        answer = by_rest(name, f"/workitems/{current(instance).pk}/complete", {"condition": outcome})
        assert answer.status_code == 200, answer.content
    found = LeaveRequest.objects.get()
    assert (str(found.day_start), found.reason) == ("2030-01-07", "snow")
    assert current(instance).activity.title == "Approval"


def test_a_client_asks_for_leave_with_the_form_alone() -> None:
    assert by_rest("tertius", "/processes/start", {"process_name": "leave"}).status_code == 422
    answer = by_rest("tertius", "/processes/start", {"process_name": "leave", "data": ANSWERS})
    assert answer.status_code == 200
    assert LeaveRequest.objects.get().requester.username == "tertius"
    assert current(ProcessInstance.objects.get()).user.username == "socius"
