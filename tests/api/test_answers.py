"""
What clients answer goes through the door that pages use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType

from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.task import Task
from goflow.testing import process
from goflow.workflow import registry
from leavedemo.leave.models import LeaveRequest
from tests.api.conftest import As, Caller, Company

LEAVE = {"day_start": "2030-01-07", "day_end": "2030-01-09"}


class OrderForm(forms.Form):
    article = forms.CharField(max_length=20)
    quantity = forms.IntegerField(min_value=1, max_value=100)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {**cleaned, "title": cleaned.get("article", "")}


class DenyForm(forms.Form):
    reason = forms.CharField(required=False)

    def for_outcome(self, outcome: str | None) -> None:
        self.fields["reason"].required = outcome == "NO"

    def for_actor(self, actor: Any) -> None:
        self.fields["reason"].help_text = f"Asked of {actor}"


class ReasonForm(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ("reason", "type")


@pytest.fixture
def _forms(company: Company) -> Iterator[None]:
    with (
        registry.registered(registry.FORM, "order.start", OrderForm),
        registry.registered(registry.FORM, "deny", DenyForm),
        registry.registered(registry.FORM, "reason", ReasonForm),
    ):
        yield


@pytest.fixture
def order(_forms: None) -> Any:
    ways = [("Check", "End", "YES"), ("Check", "End", "NO")]
    return process("Order", [("Check", {"form_class": "deny", "split_mode": "xor"}), "End"], ways)


@pytest.fixture
def holidays(_forms: None) -> Any:
    return process(
        "Holidays",
        [("Check", {"form_class": "reason"}), "End"],
        [("Check", "End")],
        content_type=ContentType.objects.get_for_model(LeaveRequest),
    )


def start(caller: Caller, name: str, data: Any = None, **more: Any) -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": more.pop("key")} if "key" in more else {}
    body = {"process_name": name, **more, **({} if data is None else {"data": data})}
    return caller.post("/processes/start", body, **headers)


def refused(response: Any, *fields: str) -> None:
    assert (response.status_code, response.json()["code"]) == (422, "form-invalid")
    assert sorted(response.json()["errors"]) == sorted(fields)


def started(response: Any) -> ProcessInstance:
    assert response.status_code == 200, response.content
    found: ProcessInstance = ProcessInstance.objects.get(pk=response.json()["instance_id"])
    return found


def test_start_is_asked_what_the_page_asks(as_: As, company: Company, order: Any) -> None:
    anna = as_(company.anna)
    refused(start(anna, "Order"), "article", "quantity")
    refused(start(anna, "Order", {"article": "", "quantity": 5000}), "article", "quantity")
    found = started(start(anna, "Order", {"article": "Chair", "quantity": 3}))
    assert (found.title, found.data) == ("Chair", {"article": "Chair", "quantity": 3})


def test_nobody_answers_for_another_step(as_: As, company: Company, order: Any) -> None:
    planted = {"article": "Chair", "quantity": 3, "check": {"ok": True}}
    refused(start(as_(company.anna), "Order", planted), "check")
    assert ProcessInstance.objects.filter(process=order).count() == 0


def test_an_object_opens_no_way_around_the_form(as_: As, company: Company, order: Any) -> None:
    about = LeaveRequest.objects.create(**LEAVE, requester=company.anna)
    named = {"content_app_label": "leave", "content_model": "leaverequest", "object_id": about.pk}
    refused(start(as_(company.anna), "Order", **named), "article", "quantity")


def test_what_is_advertised_is_what_is_asked(as_: As, company: Company, order: Any, holidays: Any) -> None:
    offered = {one["code"]: one for one in as_(company.anna).get("/start").json()}
    for code, name in (("order", "Order"), ("holidays", "Holidays")):
        missing = [f["name"] for f in offered[code]["form"] if f["required"] and f["initial"] is None]
        refused(start(as_(company.anna), name), *missing)


def test_start_without_anything_is_called_as_its_process(as_: As, company: Company) -> None:
    found = started(start(as_(company.anna), "Purchase"))
    assert (found.title, found.data) == ("Purchase", {})


def test_title_answers_the_field_of_that_name(as_: As, company: Company, order: Any) -> None:
    anna = as_(company.anna)
    assert started(start(anna, "Purchase", title="Desk")).title == "Desk"
    assert started(start(anna, "Purchase", {"title": "Chair"}, title="Desk")).title == "Chair"
    assert started(start(anna, "Order", {"article": "a", "quantity": 1}, title="Desk")).title == "Desk"
    refused(start(anna, "Purchase", {"title": "x" * 201}), "title")


def test_form_makes_the_object(as_: As, company: Company, holidays: Any) -> None:
    found = started(start(as_(company.anna), "Holidays", LEAVE))
    about = LeaveRequest.objects.get()
    assert found.wfobject() == about
    assert (about.requester, about.type, found.data) == (company.anna, "Vacation", {})


def test_object_or_form_is_needed(as_: As, company: Company, holidays: Any) -> None:
    refused(start(as_(company.anna), "Holidays"), "day_start", "day_end")
    refused(start(as_(company.anna), "Holidays", {**LEAVE, "day_start": "nope"}), "day_start")
    assert not LeaveRequest.objects.exists()


def about_of(company: Company, **fields: Any) -> dict[str, Any]:
    about = LeaveRequest.objects.create(**{**LEAVE, "requester": company.anna, **fields})
    return {"content_app_label": "leave", "content_model": "leaverequest", "object_id": about.pk}


def test_object_carries_the_answers(as_: As, company: Company, holidays: Any) -> None:
    named = about_of(company)
    assert started(start(as_(company.anna), "Holidays", **named, title="Skiing")).title == "Skiing"
    refused(start(as_(company.anna), "Holidays", {"check": 1}, **named), "check")
    started(start(as_(company.anna), "Holidays", {"reason": "sun"}, **named))
    assert LeaveRequest.objects.get().reason == "sun"


def test_object_of_somebody_else_is_not_changed(as_: As, company: Company, holidays: Any) -> None:
    named = about_of(company, requester=company.bob)
    assert start(as_(company.root), "Holidays", {"reason": "sun"}, **named).status_code == 403
    assert started(start(as_(company.root), "Holidays", **named)).wfobject() is not None


def test_same_key_makes_one_object(as_: As, company: Company, holidays: Any) -> None:
    anna = as_(company.anna)
    answers = [start(anna, "Holidays", LEAVE, key="k").json() for _ in range(2)]
    assert (answers[0], LeaveRequest.objects.count()) == (answers[1], 1)
    other = start(anna, "Holidays", {**LEAVE, "reason": "x"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_only_what_the_project_allows_is_offered(
    as_: As, company: Company, order: Any, holidays: Any, settings: Any
) -> None:
    settings.GOFLOW_API_ALLOWED_PROCESS_TITLES = ["Order", "Holidays"]
    settings.GOFLOW_API_ALLOWED_CONTENT_TYPES = []
    assert [one["code"] for one in as_(company.anna).get("/start").json()] == ["order"]
    assert start(as_(company.anna), "Holidays", LEAVE).status_code == 403


def item_of(company: Company, order: Any) -> WorkItem:
    return engine.start("Order", company.anna, data={"article": "Chair"})


def complete(caller: Caller, item: WorkItem, **body: Any) -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": body.pop("key")} if "key" in body else {}
    return caller.post(f"/workitems/{item.pk}/complete", body, **headers)


def test_form_knows_the_decision(as_: As, company: Company, order: Any) -> None:
    anna, item = as_(company.anna), item_of(company, order)
    refused(complete(anna, item, condition="NO"), "reason")
    refused(complete(anna, item, condition="NO", data={"reason": ""}), "reason")
    assert complete(anna, item, condition="NO", data={"reason": "late"}).status_code == 200
    assert ProcessInstance.objects.get(pk=item.instance_id).data["check"] == {"reason": "late"}


def test_page_and_client_are_refused_alike(as_: As, company: Company, order: Any, client: Any) -> None:
    item = item_of(company, order)
    client.force_login(company.anna)
    page = client.post(f"/workflow/workitems/{item.pk}/", {"outcome": "NO", "reason": ""})
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"reason"})
    assert "Asked of anna" in page.content.decode()
    assert client.post(f"/workflow/workitems/{item.pk}/", {"outcome": "YES"}).status_code == 302


def test_form_tells_who_is_asked(as_: As, company: Company, order: Any) -> None:
    told = as_(company.anna).get(f"/workitems/{item_of(company, order).pk}").json()
    assert told["form"][0]["help_text"] == "Asked of anna"


def test_answers_to_nothing_are_refused(as_: As, company: Company, order: Any) -> None:
    item = item_of(company, order)
    refused(complete(as_(company.anna), item, condition="YES", data={"comment": "x"}), "comment")


def test_who_may_not_hears_that_first(as_: As, company: Company) -> None:
    response = complete(as_(company.anna), company.item, data={"nothing": 1})
    assert (response.status_code, response.json()["code"]) == (403, "not-allowed")


def test_repeated_decision_is_answered_though_the_form_would_refuse_it_now(
    as_: As, company: Company, order: Any
) -> None:
    class Once(forms.Form):
        name = forms.CharField()

        def clean(self) -> None:
            if ProcessInstance.objects.filter(data__check__name="x").exists():
                raise forms.ValidationError("taken")

    anna, item = as_(company.anna), item_of(company, order)
    with registry.registered(registry.FORM, "deny", Once):
        bodies = [complete(anna, item, condition="YES", data={"name": "x"}, key="k") for _ in range(2)]
        assert [body.status_code for body in bodies] == [200, 200]
        other = complete(anna, item, condition="YES", data={"name": "y"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def on_leave(company: Company, **fields: Any) -> tuple[WorkItem, LeaveRequest]:
    about = LeaveRequest.objects.create(**{**LEAVE, "requester": company.anna, "reason": "sun", **fields})
    return engine.start("Holidays", company.anna, about), about


def test_what_is_left_out_stays_and_null_is_an_answer(as_: As, company: Company, holidays: Any) -> None:
    anna = as_(company.anna)
    for data, reason in (
        ({}, "sun"),
        ({"type": "Exam"}, "sun"),
        ({"reason": None}, ""),
        ({"reason": ""}, ""),
    ):
        item, about = on_leave(company)
        assert complete(anna, item, data=data).status_code == 200
        about.refresh_from_db()
        assert (about.reason, about.type) == (reason, data.get("type", "Vacation"))


def test_change_that_was_not_seen_is_not_replaced(as_: As, company: Company, holidays: Any) -> None:
    anna, (item, about) = as_(company.anna), on_leave(company)
    seen = {f["name"]: f["initial"] for f in anna.get(f"/workitems/{item.pk}").json()["form"]}
    LeaveRequest.objects.update(reason="snow")
    response = complete(anna, item, data={"reason": "rain"}, seen=seen)
    told = response.json()
    assert (response.status_code, told["code"], told["now"]) == (409, "object-changed", {"reason": "snow"})
    assert all(value in told["errors"]["reason"][0] for value in ("sun", "snow"))
    assert complete(anna, item, data={"reason": "rain"}, seen=told["now"]).status_code == 200
    about.refresh_from_db()
    assert about.reason == "rain"


def test_what_is_not_sent_replaces_nothing(as_: As, company: Company, holidays: Any) -> None:
    anna, (item, about) = as_(company.anna), on_leave(company)
    LeaveRequest.objects.update(reason="snow")
    seen = {"reason": "sun", "type": "Vacation"}
    assert complete(anna, item, data={"type": "Exam"}, seen=seen).status_code == 200
    about.refresh_from_db()
    assert (about.reason, about.type) == ("snow", "Exam")


def test_shared_answers_of_forms_that_store_themselves_are_not_replaced_either(
    as_: As, company: Company, order: Any
) -> None:
    class Correct(forms.Form):
        article = forms.CharField()

        def apply(self, task: Task) -> None:
            task.data.update(self.cleaned_data)

    anna, item = as_(company.anna), item_of(company, order)
    with registry.registered(registry.FORM, "deny", Correct):
        ProcessInstance.objects.filter(pk=item.instance_id).update(data={"article": "Desk"})
        body = {"condition": "YES", "data": {"article": "Bed"}, "seen": {"article": "Chair"}}
        assert complete(anna, item, **body).json()["now"] == {"article": "Desk"}


def test_form_is_told_the_same_decision_when_it_is_shown_again(
    as_: As, company: Company, order: Any, client: Any
) -> None:
    told: list[str | None] = []

    class Told(forms.Form):
        def for_outcome(self, outcome: str | None) -> None:
            told.append(outcome)

    item = item_of(company, order)
    client.force_login(company.anna)
    with registry.registered(registry.FORM, "deny", Told):
        page = client.post(f"/workflow/workitems/{item.pk}/", {"outcome": " "})
    assert (page.status_code, set(told)) == (422, {None})
