from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from goflow.core.graph import ActivityDef
from goflow.journal.models import OutboxMessage
from goflow.models import ProcessInstance, WorkItem
from goflow.runtime.task import Task
from sampleproject.sampleapp import workflow_apps


def task(data: dict[str, Any], **params: Any) -> Task:
    instance = ProcessInstance(pk=12, title="Ladders", user=User(username="erin"), data=data)
    activity = ActivityDef(key="step", title="Step")
    return Task(instance=instance, workitem=WorkItem(), activity=activity, params=params)


@pytest.mark.parametrize(
    ("amount", "ordered", "outcome"), [(100, 100, "match"), (100, 90, "mismatch"), (100, None, "no order")]
)
def test_an_invoice_is_compared_with_its_order(amount: int, ordered: int | None, outcome: str) -> None:
    assert workflow_apps.match_invoice(task({"amount": amount, "ordered": ordered})) == outcome


@pytest.mark.parametrize(("amount", "risk"), [(20, "low"), (21, "medium"), (60, "medium"), (61, "high")])
def test_the_risk_of_a_loan_is_measured_in_yearly_incomes(amount: int, risk: str) -> None:
    assert workflow_apps.assess_risk(task({"amount": amount, "income": 10})) == risk


@pytest.mark.parametrize(("delivered", "outcome"), [(4, "out of stock"), (5, "in stock")])
def test_stock_counts_what_arrived_since(delivered: int, outcome: str) -> None:
    data = {"quantity": 15, "backorder": {"delivered": delivered}}
    assert workflow_apps.check_stock(task(data, stock=10)) == outcome


def test_a_number_has_the_prefix_of_the_parameters() -> None:
    found = task({}, prefix="PR")
    workflow_apps.number(found)
    assert found.data["number"] == "PR-00012"


def test_a_mail_waits_in_the_outbox(company: None) -> None:
    workflow_apps.send_mail(task({}, subject="Done", to="managers"))
    message = OutboxMessage.objects.get()
    assert message.kind == "mail"
    assert message.payload == {"to": ["max@example.com"], "subject": "Done", "text": "Ladders"}


def test_a_mail_to_nobody_says_what_to_do(company: None) -> None:
    with pytest.raises(workflow_apps.NobodyToWriteTo, match="enter one in the administration"):
        workflow_apps.send_mail(task({}, subject="Done"))


def test_an_account_without_a_password_is_made(db: None) -> None:
    workflow_apps.create_account(task({"name": "Nina", "username": "nina"}))
    assert not User.objects.get(username="nina").has_usable_password()


def test_a_taken_user_name_says_what_to_do(company: None) -> None:
    with pytest.raises(workflow_apps.UserNameTaken, match="rename the old account"):
        workflow_apps.create_account(task({"name": "Erin", "username": "erin"}))
