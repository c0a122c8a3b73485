from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from leavedemo.leave.seed import seed
from tests.e2e import axe as judge
from tests.e2e.designer import PATIENCE_MS, Drawer

DJANGOS = "django.middleware.locale.LocaleMiddleware"
OURS = "leavedemo.languages.PlainOrPrefixed"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The system's Chromium."""
    # Playwright keeps an event loop in this thread, in which Django would otherwise refuse database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile."""
    context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def findings(axe: str) -> judge.Findings:
    """What axe-core finds on a page, one line for each element."""
    return partial(judge.findings, axe=Path(axe))


@pytest.fixture
def draw(
    transactional_db: None, live_server: Any, browser: Browser, settings: Any, tmp_path: Path
) -> Iterator[Callable[..., Drawer]]:
    """Makes people who draw; none of their browsers may have complained at the end."""
    settings.ROOT_URLCONF = "leavedemo.urls"
    settings.LOGIN_URL = "goflow:login"
    settings.MIDDLEWARE = [
        "leavedemo.headers.ContentSecurityPolicy",
        *(OURS if name == DJANGOS else name for name in settings.MIDDLEWARE),
    ]
    seed()
    made: list[Drawer] = []

    def person(name: str = "admin", password: str = "open", **context: Any) -> Drawer:
        drawer = Drawer(browser, live_server.url, tmp_path, **context)
        made.append(drawer)
        drawer.sign_in(name, password)
        return drawer

    yield person
    for drawer in made:
        drawer.close()
    assert [complaint for drawer in made for complaint in drawer.complaints] == []
