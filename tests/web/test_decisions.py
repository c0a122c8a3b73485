"""
The decisions of a page and of the API: wherever a condition names one, and none that leads nowhere.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.test import Client

from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.testing import person, process
from goflow.workflow import registry
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest
from tests.api.conftest import Caller
from tests.web.conftest import As

LIMIT = [
    ("Approve", "Pay", "outcome == 'Approved' and data.amount <= 1000"),
    ("Approve", "Boss", "outcome == 'Approved' and data.amount > 1000"),
    ("Approve", "No", "Rejected"),
]


class Amount(forms.Form):
    amount = forms.DecimalField()


class Deciding(Amount):
    def apply(self, task: Any) -> None:
        task.data["amount"] = 5


class Leave(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ("type",)


def started(*ways: tuple[Any, ...], item: Any = None, data: Any = None, **step: Any) -> WorkItem:
    targets = dict.fromkeys(target for _source, target, *_rest in ways)
    title = f"Limit {Process.objects.count()}"
    process(title, [("Approve", {"split_mode": "xor", **step}), *targets], list(ways))
    return engine.start(title, person("ann"), item, data=data)


def shown(client: Client, item: WorkItem) -> dict[str, str]:
    """
    The values of the buttons, and where each leads.
    """
    text = client.get(f"/workflow/workitems/{item.pk}/").content.decode()
    found = re.findall(
        r'name="outcome" value="([^"]*)".*?(?=<div class="decision">|</form>)', text, re.DOTALL
    )
    parts = re.split(r'<div class="decision">', text)[1:]
    leads = [re.search(r"leads to </span>(.*?)</span>", part) for part in parts]
    return {value: lead[1] if lead else "" for value, lead in zip(found, leads, strict=True)}


def listed(item: WorkItem) -> dict[str, str]:
    outcomes = Caller(item.instance.user).get(f"/workitems/{item.pk}").json()["outcomes"]
    return {outcome["value"] or "": " or ".join(outcome["leads_to"]) for outcome in outcomes}


@pytest.fixture
def ann(as_: As) -> Client:
    return as_(person("ann"))


def test_page_and_api_offer_the_same(ann: Client) -> None:
    item = started(*LIMIT, data={"amount": 10})
    assert shown(ann, item) == {"Approved": "Pay", "Rejected": "No"}
    assert listed(item) == {"Approved": "Pay", "Rejected": "No"}


def test_what_is_offered_is_accepted(ann: Client) -> None:
    item = started(*LIMIT, data={"amount": "1000.01"})
    answer = ann.post(f"/workflow/workitems/{item.pk}/", {"outcome": "Approved"}, follow=True)
    assert "goes on: Boss" in answer.content.decode()


def test_a_decision_that_leads_nowhere_is_not_offered(ann: Client) -> None:
    assert shown(ann, started(*LIMIT)) == {"Rejected": "No"}


def test_the_form_on_the_page_may_still_decide(ann: Client) -> None:
    ways = [(s, t, c.replace("data.amount", "data.approve.amount")) for s, t, c in LIMIT]
    with registry.registered(registry.FORM, "amount", Amount):
        item = started(*ways, form_class="amount")
        assert shown(ann, item) == {"Approved": "Pay or Boss", "Rejected": "No"}
        assert listed(item) == {"Approved": "Pay or Boss", "Rejected": "No"}


def test_a_form_that_stores_its_answers_itself_may_change_anything(ann: Client) -> None:
    with registry.registered(registry.FORM, "deciding", Deciding):
        item = started(*LIMIT, form_class="deciding")
        assert shown(ann, item) == {"Approved": "Pay or Boss", "Rejected": "No"}


def test_a_form_on_the_object_may_change_the_object(ann: Client) -> None:
    leave = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02", type="Vacation")
    ways = [
        ("Approve", "Pay", "outcome == 'OK' and wfobject.type == 'Illness'"),
        ("Approve", "No", "outcome == 'OK' and data.never"),
        ("Approve", "No", "NO"),
    ]
    with registry.registered(registry.FORM, "leave", Leave):
        item = started(*ways, item=leave, form_class="leave")
        assert shown(ann, item) == {"OK": "Pay", "NO": "No"}
    assert shown(ann, started(*ways, item=leave)) == {"NO": "No"}


def test_when_nothing_leads_on_the_page_is_not_empty_and_the_refusal_says_why(ann: Client) -> None:
    item = started(("Approve", "Pay", "outcome == 'OK' and data.paid"))
    assert shown(ann, item) == {"OK": ""}
    answer = ann.post(f"/workflow/workitems/{item.pk}/", {"outcome": "OK"})
    assert (answer.status_code, "paid is not known" in answer.content.decode()) == (422, True)


def test_the_condition_of_the_item_names_decisions_too(ann: Client) -> None:
    item = started(
        ("Approve", "Pay", "workitem.condition == 'OK'"), ("Approve", "No", "workitem.condition == 'NO'")
    )
    assert shown(ann, item) == {"OK": "Pay", "NO": "No"}
    assert ann.post(f"/workflow/workitems/{item.pk}/", {"outcome": "OK"}).status_code == 302


def test_who_decides_is_known(ann: Client) -> None:
    item = started(
        ("Approve", "Pay", "outcome == 'OK' and workitem.user.username != instance.user.username"),
        ("Approve", "No", "NO"),
    )
    assert shown(ann, item) == {"NO": "No"}


def test_what_opens_together_is_told_together(ann: Client) -> None:
    item = started(("Approve", "Pay"), ("Approve", "Tell"), ("Approve", "File"), split_mode="and")
    assert shown(ann, item) == {"": "Pay, Tell, and File"}


def test_a_lost_object_leaves_the_page_readable(ann: Client) -> None:
    leave = LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02", type="Vacation")
    item = started(("Approve", "Pay", "outcome == 'OK' and wfobject.type == 'Vacation'"), item=leave)
    LeaveRequest.objects.all().delete()
    assert shown(ann, item) == {"OK": "Pay"}
