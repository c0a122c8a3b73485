"""
The condition builder: rows and text say the same, and the test pane shows what every branch would do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, expect

from goflow.runtime import engine
from goflow.workflow import publishing as verbs
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest
from tests.e2e.designer import Drawer, admin, draft, stored
from tests.e2e.hands import paste, types

SPLIT: dict[str, Any] = {
    "content_type": "leave.leaverequest",
    "begin": "ask",
    "end": "rest",
    "activities": [
        {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [40, 160]},
        {"key": "long", "title": "Long", "position": [360, 40]},
        {"key": "snow", "title": "Snow", "position": [360, 160]},
        {"key": "rest", "title": "Rest", "position": [360, 280]},
    ],
    "transitions": [
        {
            "key": "ask-long",
            "source": "ask",
            "target": "long",
            "condition": "wfobject.days_debited > 9",
            "ordering": 10,
        },
        {
            "key": "ask-snow",
            "source": "ask",
            "target": "snow",
            "condition": "wfobject.reason == 'Snow'",
            "ordering": 20,
        },
        {"key": "ask-rest", "source": "ask", "target": "rest", "ordering": 30},
    ],
}


def builder(drawer: Drawer, target: str) -> Locator:
    drawer.node("Ask").click()
    drawer.page.get_by_role("button", name=f"Condition to {target}").click()
    return drawer.page.get_by_role("dialog")


def test_text_becomes_rows_and_rows_become_text(draw: Callable[..., Drawer]) -> None:
    process = draft(**SPLIT)
    drawer = draw()
    drawer.open(process)
    dialog = builder(drawer, "Long")
    text = dialog.locator("[name=condition-text]")
    types(text, "wfobject.days_debited >= 5 or outcome in ['A', 'B']")
    expect(dialog.locator("[name=condition-form]")).to_have_value("rows")
    expect(dialog.locator("[name=joint]")).to_have_value("or")
    rows = dialog.locator(".ds-rule")
    expect(rows).to_have_count(2)
    expect(dialog.locator("[name=row-field-0]")).to_have_value("wfobject.days_debited")
    expect(dialog.locator("[name=row-operator-0]")).to_have_value(">=")
    expect(dialog.locator("[name=row-value-0]")).to_have_value("5")
    expect(dialog.locator("[name=row-value-1]")).to_have_value("A, B")
    types(dialog.locator("[name=row-value-0]"), "7")
    dialog.locator("[name=row-value-0]").press("Tab")
    expect(text).to_have_value("wfobject.days_debited >= 7 or outcome in ['A', 'B']")
    dialog.locator("[name=joint]").select_option("and")
    dialog.locator("[data-name=row-add]").click()
    types(dialog.locator("[name=row-field-2]"), "instance.priority")
    types(dialog.locator("[name=row-value-2]"), "1")
    dialog.locator("[name=row-value-2]").press("Tab")
    dialog.locator("[data-name=row-remove-1]").click()
    expect(text).to_have_value("wfobject.days_debited >= 7 and instance.priority == 1")
    drawer.look("condition-rows")
    dialog.get_by_role("button", name="Use this condition").click()
    drawer.saved()
    assert ("Ask", "Long", "wfobject.days_debited >= 7 and instance.priority == 1") in stored(process)["ways"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", "blank"),
        ("eq:APPROVED", "outcome"),
        ("notin:A,B", "outcome"),
        ("timeout:3d", "timeout"),
        ("wfobject.days_debited > 5", "rows"),
        ("(wfobject.days_debited > 5 or outcome == 'A') and instance.priority > 1", "text"),
    ],
)
def test_each_form_of_a_condition_is_recognised_and_kept(
    draw: Callable[..., Drawer], text: str, form: str
) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    types(dialog.locator("[name=condition-text]"), text)
    expect(dialog.locator("[name=condition-form]")).to_have_value(form)
    dialog.get_by_role("button", name="Use this condition").click()
    again = builder(drawer, "Long")
    expect(again.locator("[name=condition-form]")).to_have_value(form)
    expect(again.locator("[name=condition-text]")).to_have_value(text)


def test_what_cannot_be_read_is_told_with_its_place(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    types(dialog.locator("[name=condition-text]"), "wfobject.days_debited > > 5")
    expect(dialog.locator("[role=status] .error:visible")).to_contain_text("25")


def test_a_correct_condition_is_no_error_before_there_is_data(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    expect(dialog.get_by_text("No data yet.")).to_be_visible()
    expect(dialog.get_by_text("Stored as: wfobject.days_debited > 9")).to_be_visible()
    expect(dialog.locator(".error:visible")).to_have_count(0)
    expect(dialog).not_to_contain_text("unknown name")
    drawer.look("condition-untried")
    paste(dialog.locator("[name=test-data]"), '{"wfobject": {"days_debited": 12, "reason": "Snow"}}')
    expect(dialog.locator("[data-branch=ask-long]")).to_contain_text("yes, taken")


def test_an_error_is_told_once_and_marked_in_the_text(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    types(dialog.locator("[name=test-outcome]"), "APPROVED")
    text = dialog.locator("[name=condition-text]")
    text.press("Control+a")
    text.press_sequentially("wfobject.days_debited > > 5", delay=60)
    message = dialog.locator(".error:visible")
    expect(message).to_contain_text("25")
    expect(dialog.get_by_text(message.inner_text())).to_have_count(1)
    expect(dialog.locator("mark")).to_have_text(">")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_value("wfobject.days_debited > > 5")
    drawer.look("condition-misread")


def test_fields_are_picked_from_a_list_and_others_are_typed(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    name = dialog.locator("[name=row-field-0]")
    name.press("Control+a")
    name.press_sequentially("prior", delay=80)
    expect(dialog.get_by_role("listbox").get_by_role("option").first).to_have_text("instance.priority")
    name.press("Escape")
    expect(dialog).to_be_visible()
    name.press("ArrowDown")
    name.press("Control+a")
    name.press_sequentially("prior", delay=80)
    name.press("ArrowDown")
    name.press("Enter")
    expect(name).to_have_value("instance.priority")
    expect(dialog.locator("[name=condition-text]")).to_have_value("instance.priority > 9")
    name.press("Control+a")
    name.press_sequentially("data.amount", delay=80)
    name.press("Tab")
    expect(dialog.locator("[name=condition-text]")).to_have_value("data.amount > 9")
    expect(name).to_have_value("data.amount")


def test_typed_data_shows_every_branch_and_why(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**SPLIT))
    dialog = builder(drawer, "Long")
    branch = {key: dialog.locator(f"[data-branch=ask-{key}]") for key in ("long", "snow", "rest")}
    data = dialog.locator("[name=test-data]")
    paste(data, '{"wfobject": {"days_debited": 12, "reason": "Snow"}}')
    expect(branch["long"]).to_contain_text("yes, taken")
    expect(branch["long"]).to_contain_text("wfobject.days_debited = 12")
    expect(branch["snow"]).to_contain_text("yes, not taken")
    expect(branch["rest"]).to_contain_text("yes, not taken")
    paste(data, '{"wfobject": {"days_debited": 3, "reason": "Sun"}}')
    expect(branch["rest"]).to_contain_text("yes, taken")
    expect(branch["snow"]).to_contain_text('wfobject.reason = "Sun"')
    types(dialog.locator("[name=condition-text]"), "wfobject.days_debited > 2")
    expect(branch["long"]).to_contain_text("yes, taken")
    drawer.look("condition-tried")
    paste(data, "{days: 3")
    expect(dialog.get_by_text("The data is no JSON object and is left out.")).to_be_visible()


def test_an_instance_shows_every_branch_and_why(draw: Callable[..., Drawer]) -> None:
    process = draft(**SPLIT)
    verbs.publish(process, by=admin(), note="one")
    tertius = User.objects.get(username="tertius")
    wish = LeaveRequest.objects.create(
        day_start=date(2030, 1, 7), day_end=date(2030, 1, 9), reason="Snow", requester=tertius
    )
    item = engine.start(process.title, admin(), wish)
    again = verbs.clone(Process.objects.get(pk=process.pk), by=admin())
    drawer = draw()
    drawer.open(again)
    dialog = builder(drawer, "Snow")
    dialog.locator("[name=test-instance]").select_option(str(item.instance_id))
    snow = dialog.locator("[data-branch=ask-snow]")
    expect(snow).to_contain_text("yes, taken")
    expect(snow).to_contain_text('wfobject.reason = "Snow"')
    types(dialog.locator("[name=condition-text]"), "wfobject.reason == 'Sun'")
    expect(snow).to_contain_text("no")
    expect(dialog.locator("[data-branch=ask-rest]")).to_contain_text("yes, taken")
