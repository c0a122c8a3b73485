"""
A form that somebody fills in while somebody else changes what it shows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from leavedemo.leave.models import LeaveRequest
from leavedemo.leave.seed import seed
from tests.e2e.test_leave_journey import DJANGOS, OURS, Visitor


@pytest.fixture
def item(transactional_db: None, settings: Any) -> WorkItem:
    """The secretary is asked for a reason."""
    settings.ROOT_URLCONF = "leavedemo.urls"
    settings.LOGIN_URL = "goflow:login"
    settings.MIDDLEWARE = [OURS if name == DJANGOS else name for name in settings.MIDDLEWARE]
    seed()
    tertius = User.objects.get(username="tertius")
    wish = LeaveRequest.objects.create(day_start="2030-01-07", day_end="2030-01-09", requester=tertius)
    return engine.start("leave", tertius, wish)


def test_both_values_are_shown_and_what_was_typed_stays(
    item: WorkItem, page: Page, live_server: Any, tmp_path: Path
) -> None:
    visitor = Visitor(page, live_server.url, tmp_path)
    visitor.sign_in("socius")
    page.goto(f"{live_server.url}/leave/checkstatus/{item.pk}/")
    reason = page.get_by_label("Reason for the denial")
    reason.press_sequentially("Too many are away", delay=80)
    LeaveRequest.objects.update(reason_denial="The office is closed")
    page.get_by_role("button", name="Denied: Back to requester").click()
    expect(page.get_by_text("to “The office is closed”")).to_be_visible()
    expect(reason).to_have_value("Too many are away")
    assert LeaveRequest.objects.get().reason_denial == "The office is closed"
    visitor.look("changed")
    page.get_by_role("button", name="Denied: Back to requester").click()
    page.wait_for_url("**/mywork/")
    assert LeaveRequest.objects.get().reason_denial == "Too many are away"
