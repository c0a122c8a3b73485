"""
The decisions under a work item, in a browser: what they lead to, and what an answer typed there decides.
"""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib.auth.models import User
from playwright.sync_api import expect

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.workflow import registry
from tests.e2e.axe import Findings
from tests.e2e.designer import Drawer


class Amount(forms.Form):
    amount = forms.DecimalField()


WAYS = [
    ("Approve", "Book invoice", "outcome == 'Approved' and data.approve.amount <= 1000"),
    ("Approve", "Second approval", "outcome == 'Approved' and data.approve.amount > 1000"),
    ("Approve", "Correct", "outcome == 'Rejected' and data.approve.amount > 0"),
    ("Approve", "Inform requester", "outcome == 'Rejected' and data.approve.amount > 0"),
]


def item() -> WorkItem:
    steps = [("Approve", {"form_class": "amount"}), *(target for _source, target, _condition in WAYS)]
    testing.process("Invoice", steps, WAYS)
    return engine.start("Invoice", User.objects.get(username="admin"), title="Paper", check=False)


def test_an_amount_that_is_typed_decides_the_way(draw: Callable[..., Drawer], findings: Findings) -> None:
    with registry.registered(registry.FORM, "amount", Amount):
        drawer, pk = draw(), item().pk
        page = drawer.page
        drawer.expected.add(422)
        page.goto(f"{drawer.home}/leave/workitems/{pk}/")
        decisions = page.locator(".decision")
        expect(decisions).to_have_count(2)
        expect(decisions.nth(0)).to_contain_text("Book invoice or Second approval")
        expect(decisions.nth(1)).to_contain_text("Correct and Inform requester")
        drawer.look("decisions")
        assert findings(page) == []
        amount = page.get_by_label("Amount")
        amount.press_sequentially("-5", delay=80)
        page.get_by_role("button", name="Rejected").click()
        expect(page.locator("main")).to_contain_text("amount > 0 (amount is -5)")
        expect(amount).to_have_value("-5")
        drawer.look("decisions-refused")
        assert findings(page) == []
        amount.press("ControlOrMeta+a")
        amount.press_sequentially("1000.01", delay=80)
        page.get_by_role("button", name="Approved").click()
        expect(page.get_by_text("goes on: Second approval")).to_be_visible()
