"""
What is only unfinished is something to do, until one asks what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.designer import Drawer, draft, two_in_a_row
from tests.e2e.hands import goes_on

pytestmark = pytest.mark.django_db(transaction=True)


def append(page: Page, title: str) -> None:
    page.keyboard.press("a")
    goes_on(page, "activ")
    page.keyboard.press("Enter")
    goes_on(page, title)
    page.keyboard.press("Enter")


def test_a_new_drawing_has_things_to_do_and_no_errors(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft())
    page = drawer.page
    told = page.locator("[data-tool=problems]")
    expect(told).to_have_text(re.compile(r"^\d to do$"))
    drawer.drag(page.locator("[data-sort=standard]"), 500, 300)
    goes_on(page, "Ask")
    page.keyboard.press("Enter")
    append(page, "Answer")
    expect(told).to_have_text(re.compile(r"^\d to do$"))
    expect(page.locator(".ds-mark-error, .ds-mark-warning")).to_have_count(0)
    drawer.look("calm")
    drawer.node("Ask").click()
    expect(told).to_have_text("1 to do")
    expect(page.locator(".ds-mark-error, .ds-mark-warning")).to_have_count(0)
    told.click()
    expect(told.locator(".ds-count-warning")).to_have_text("1")
    expect(page.locator("[data-panel=problems] .ds-warning")).to_have_count(1)
    expect(drawer.node("Answer").locator(".ds-mark-warning")).to_have_count(1)


def test_asking_what_is_wrong_with_nothing_tells_it(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft())
    drawer.page.keyboard.press("F8")
    expect(drawer.page.locator("[data-tool=problems] .ds-count-error")).to_have_text("2")


def test_an_activity_turns_red_once_one_leaves_it(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    drawer.node("First").click()
    append(page, "Aside")
    aside = drawer.node("Aside")
    expect(aside.locator(".ds-mark-todo")).to_have_count(1)
    expect(page.locator("[data-tool=problems] .ds-count-todo")).not_to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(aside.locator(".ds-mark-todo")).to_have_count(0)
    expect(aside.locator(".ds-mark-warning")).to_have_count(1)
