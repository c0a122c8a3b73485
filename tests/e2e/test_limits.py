"""
How work stands with its time limit, while the page stays open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from django.contrib.auth.models import User
from playwright.sync_api import expect

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from tests.e2e.axe import Findings
from tests.e2e.designer import Drawer
from tests.e2e.hands import types

LIMITS = {"sla_warn": "2h", "sla_duration": "4h"}


def opened(drawer: Drawer, path: str) -> None:
    """The page with a clock that the test moves."""
    drawer.page.clock.install(time=datetime.now(tz=timezone.utc))
    drawer.page.goto(f"{drawer.home}/leave/{path}")


def item() -> WorkItem:
    testing.process("Limited", [("A", LIMITS), "B"], [("A", "B")])
    return engine.start("Limited", User.objects.get(username="admin"), check=False)


def test_the_words_of_a_limit_go_on_by_themselves(draw: Callable[..., Drawer], findings: Findings) -> None:
    item()
    drawer = draw()
    opened(drawer, "mywork/")
    limit = drawer.page.locator("time.limit").first
    expect(limit).to_have_text("due in 3\xa0hours")
    drawer.look("limit-on-track")
    drawer.page.clock.fast_forward("02:30:00")
    expect(limit).to_have_text("due soon, in 1 hour")
    expect(limit.locator(".badge-warn use")).to_have_attribute("href", "/static/goflow/icons.svg#hourglass")
    drawer.page.clock.fast_forward("04:00:00")
    expect(limit).to_have_text("2 hours late")
    expect(limit.locator(".badge")).to_have_class("badge badge-bad")
    drawer.look("limit-late")
    assert findings(drawer.page) == []
    assert drawer.page.locator("[aria-live]").filter(has_text="late").count() == 0


def test_a_suspended_request_stands_still_until_it_is_resumed(
    draw: Callable[..., Drawer], findings: Findings
) -> None:
    instance = item().instance
    drawer = draw()
    opened(drawer, f"instances/{instance.pk}/")
    page = drawer.page
    page.get_by_text("Suspend the request").click()
    types(page.locator("#suspend-reason"), "audit")
    drawer.look("suspend")
    assert findings(page) == []
    page.get_by_role("button", name="Suspend", exact=True).click()
    limit = page.locator("time.limit").first
    expect(limit).to_have_text("paused, 3\xa0hours left")
    page.clock.fast_forward("09:00:00")
    expect(limit).to_have_text("paused, 3\xa0hours left")
    drawer.look("suspended")
    assert findings(page) == []
    page.get_by_role("button", name="Resume the request").click()
    expect(page.get_by_text("Suspend the request")).to_be_visible()
    instance.refresh_from_db()
    assert instance.status == "running"
