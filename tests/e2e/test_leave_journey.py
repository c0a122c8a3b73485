"""
The leave journey in a browser: every page is looked at, none may complain.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response

from leavedemo.leave.models import Account
from leavedemo.leave.seed import seed
from tests.e2e.hands import paste, picks, types

DJANGOS = "django.middleware.locale.LocaleMiddleware"
OURS = "leavedemo.languages.PlainOrPrefixed"
QUIET = ("debug", "info", "log")


class Visitor:
    """One person at the browser."""

    def __init__(self, page: Page, home: str, pictures: Path) -> None:
        self.page = page
        self.home = home
        self.pictures = pictures
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._check)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in QUIET:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _check(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.url}: {response.status}")

    def look(self, name: str) -> None:
        """Keep a picture; nothing may stick out of the page."""
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        wider = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wider, f"{self.page.url} is wider than the window"

    def sign_in(self, name: str) -> None:
        """As with a password manager."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.home}/leave/accounts/login/?next=/leave/mywork/")
        paste(self.page.get_by_label("Username"), name)
        paste(self.page.get_by_label("Password"), "open" if name == "admin" else name[0])
        self.page.get_by_role("button", name="Sign in").click()

    def decide(self, outcome: str, picture: str, **answers: str) -> None:
        """Open the first work item, fill it in, press the button."""
        self.page.goto(f"{self.home}/leave/mywork/")
        self.page.locator("main a[href*='/workitems/']").first.click()
        for label, answer in answers.items():
            box = self.page.get_by_label(label.replace("_", " "))
            put = picks if box.get_attribute("type") == "date" else types
            put(box, answer)
        self.look(picture)
        self.page.get_by_role("button", name=outcome).click()


@pytest.fixture
def visitor(
    transactional_db: None, live_server: Any, page: Page, settings: Any, tmp_path: Path
) -> Iterator[Visitor]:
    settings.ROOT_URLCONF = "leavedemo.urls"
    settings.LOGIN_URL = "goflow:login"
    settings.MIDDLEWARE = [
        "leavedemo.headers.ContentSecurityPolicy",
        *(OURS if name == DJANGOS else name for name in settings.MIDDLEWARE),
    ]
    seed()
    found = Visitor(page, live_server.url, tmp_path)
    yield found
    assert found.complaints == []


def ask(visitor: Visitor) -> None:
    visitor.sign_in("tertius")
    visitor.page.goto(f"{visitor.home}/leave/")
    visitor.look("home")
    visitor.page.get_by_role("link", name="Ask for leave").click()
    picks(visitor.page.get_by_label("First day"), "2030-01-07")
    picks(visitor.page.get_by_label("Last day"), "2030-01-09")
    types(visitor.page.get_by_label("Reason"), "snow")
    visitor.look("start")
    visitor.page.get_by_role("button", name="Send request").click()
    visitor.look("my-requests")


def test_a_request_is_denied_changed_approved_and_debited(visitor: Visitor) -> None:
    ask(visitor)
    visitor.sign_in("socius")
    visitor.look("my-work")
    visitor.decide("Denied: Back to requester", "check", Reason_for_the_denial="Two days are enough")
    visitor.sign_in("tertius")
    visitor.decide("Re-request", "refine", Last_day="2030-01-08")
    visitor.sign_in("socius")
    visitor.decide("OK: Forward to supervisor", "check-again")
    visitor.sign_in("prefectus")
    visitor.decide("OK: Forward to secretary", "approve")
    visitor.sign_in("socius")
    visitor.decide("OK", "update-account")
    visitor.sign_in("tertius")
    visitor.decide("OK", "final-info")
    visitor.page.goto(f"{visitor.home}/leave/myrequests/")
    visitor.page.locator("main a[href*='/instances/']").first.click()
    visitor.look("instance")
    assert "complete" in visitor.page.locator("main .heading").inner_text()
    assert Account.objects.get(user__username="tertius").days == 8


def test_the_same_pages_fit_a_phone_in_the_dark(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.page.emulate_media(color_scheme="dark")
    ask(visitor)
    visitor.sign_in("socius")
    visitor.look("phone-my-work")
    visitor.decide("OK: Forward to supervisor", "phone-check")
    visitor.look("phone-after")


def test_pages_for_administrators_are_clean(visitor: Visitor) -> None:
    ask(visitor)
    visitor.sign_in("admin")
    for name, address in (
        ("monitor", "/leave/monitor/"),
        ("catalogue", "/workflow/start/"),
        ("french", "/fr/leave/"),
        ("chinese", "/zh-hans/leave/mywork/"),
        ("automatic", "/leave/hr_auto/"),
        ("admin", "/admin/"),
        ("admin-process", "/admin/goflow/process/"),
        ("admin-incidents", "/admin/goflow/incident/"),
        ("admin-instances", "/admin/goflow/processinstance/"),
        ("admin-accounts", "/admin/leave/account/"),
    ):
        visitor.page.goto(f"{visitor.home}{address}")
        visitor.look(name)
    visitor.page.goto(f"{visitor.home}/admin/goflow/process/")
    visitor.page.get_by_role("link", name="leave", exact=True).click()
    visitor.look("admin-published-version")
