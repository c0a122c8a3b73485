"""
A review that goes back twice: both objections are read where the next decision is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from goflow.runtime import engine
from goflow.testing import person, process
from tests.e2e.designer import Drawer


def decide(page: Page, home: str, comment: str, outcome: str) -> None:
    """
    Open the first work item of the list, write a remark and press the button.
    """
    page.goto(f"{home}/workflow/mywork/")
    page.locator("main a[href*='/workitems/']").first.click()
    page.get_by_label("Comment").press_sequentially(comment, delay=60)
    page.get_by_role("button", name=outcome, exact=True).click()
    page.wait_for_url("**/mywork/")


@pytest.mark.django_db(transaction=True)
def test_the_objections_of_both_rounds_are_read_at_the_item_and_the_request(
    draw: Callable[..., Drawer], live_server: Any, findings: Any
) -> None:
    to_requester = {"push": "route_to_requester"}
    process(
        "Text",
        [("Write", to_requester), ("Check", {"split_mode": "xor", **to_requester}), "End"],
        [("Write", "Check"), ("Check", "Write", "Back"), ("Check", "End", "Good")],
    )
    bea = person("bea", first_name="Bea")
    instance = engine.start("Text", bea, title="A text").instance
    drawer, home = draw("bea", "bea"), live_server.url
    for number, objection in enumerate(("too long,\nby half", "still too long")):
        decide(drawer.page, home, f"version {number}", "Done")
        decide(drawer.page, home, objection, "Back")
    drawer.page.goto(f"{home}/workflow/mywork/")
    drawer.page.locator("main a[href*='/workitems/']").first.click()
    for width in (1280, 390):
        drawer.page.set_viewport_size({"width": width, "height": 844})
        told = drawer.page.locator(".story .said")
        expect(told).to_have_text(["version 0", "too long,by half", "version 1", "still too long"])
        line = drawer.page.locator(".story li", has_text="by half")
        expect(line).to_contain_text("Bea completed “Check”: Back")
        assert findings(drawer.page) == []
        drawer.page.goto(f"{home}/workflow/instances/{instance.pk}/")
        expect(told).to_have_text(["version 0", "too long,by half", "version 1", "still too long"])
        assert findings(drawer.page) == []
        drawer.page.go_back()
