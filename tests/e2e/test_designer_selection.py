"""
What is shown as selected is what keys act on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.designer import Drawer, draft, stored
from tests.e2e.hands import goes_on

pytestmark = pytest.mark.django_db(transaction=True)

SQUARE: dict[str, Any] = {
    "begin": "ask",
    "end": "end",
    "activities": [
        {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [80, 80]},
        {"key": "yes", "title": "Yes", "position": [120, 300]},
        {"key": "no", "title": "No", "position": [480, 96]},
        {"key": "end", "title": "End", "position": [480, 300]},
    ],
    "transitions": [
        {"key": "ask-yes", "source": "ask", "target": "yes", "condition": "eq:YES", "ordering": 10},
        {"key": "ask-no", "source": "ask", "target": "no", "ordering": 20},
        {"key": "yes-end", "source": "yes", "target": "end", "ordering": 10},
        {"key": "no-end", "source": "no", "target": "end", "ordering": 10},
    ],
}

ON_LINE = """(key) => {
  const path = document.body.designer.view.pathOf(key);
  const at = path.getPointAtLength(path.getTotalLength() * 0.25).matrixTransform(path.getScreenCTM());
  return [at.x, at.y];
}"""


def selected(page: Page) -> list[str]:
    return list(page.evaluate("[...document.body.designer.editor.selection]"))


def click_line(page: Page, key: str) -> None:
    x, y = page.evaluate(ON_LINE, key)
    page.mouse.click(x, y)


def opened(draw: Callable[..., Drawer]) -> tuple[Drawer, Any]:
    process = draft(**SQUARE)
    drawer = draw()
    drawer.open(process)
    return drawer, process


@pytest.mark.parametrize("key", ["ask-no", "yes-end"])
def test_a_clicked_line_is_what_is_deleted(draw: Callable[..., Drawer], key: str) -> None:
    drawer, process = opened(draw)
    click_line(drawer.page, key)
    assert selected(drawer.page) == [key]
    assert drawer.page.evaluate("document.activeElement.dataset.key") == key
    drawer.page.keyboard.press("Delete")
    drawer.saved()
    titles = {"ask-no": ("Ask", "No", ""), "yes-end": ("Yes", "End", "")}
    left = stored(process)
    assert len(left["activities"]) == 4
    assert titles[key] not in left["ways"]
    assert len(left["ways"]) == 3


def test_a_transition_that_was_found_is_what_is_deleted(draw: Callable[..., Drawer]) -> None:
    drawer, process = opened(draw)
    drawer.page.keyboard.press("Control+f")
    goes_on(drawer.page, "eq:y")
    drawer.page.keyboard.press("Enter")
    assert selected(drawer.page) == ["ask-yes"]
    drawer.page.keyboard.press("Delete")
    drawer.saved()
    assert ("Ask", "Yes", "eq:YES") not in stored(process)["ways"]
    assert len(stored(process)["activities"]) == 4


def test_enter_and_e_open_the_selected_line(draw: Callable[..., Drawer]) -> None:
    drawer, _ = opened(draw)
    page = drawer.page
    for key, field in (("Enter", "condition"), ("e", "name")):
        click_line(page, "yes-end")
        page.keyboard.press(key)
        expect(page.locator(f"#designer-properties [name={field}]")).to_be_focused()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.key") == "yes-end"


def test_with_nothing_selected_nothing_is_deleted(draw: Callable[..., Drawer]) -> None:
    drawer, process = opened(draw)
    page = drawer.page
    drawer.node("Yes").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(page.locator(".ds-tip")).to_have_text("Nothing is selected.")
    page.locator(".ds-canvas").click(position={"x": 500, "y": 500})
    page.keyboard.press("Delete")
    page.keyboard.press("a")
    expect(page.locator(".ds-popup")).to_have_count(0)
    page.keyboard.press("Control+s")
    assert len(stored(process)["activities"]) == 4


def test_arrows_go_to_the_neighbour_in_their_direction_and_select_it(draw: Callable[..., Drawer]) -> None:
    drawer, _ = opened(draw)
    page = drawer.page
    drawer.node("Ask").click()
    for arrow, key in (("Down", "yes"), ("Right", "end"), ("Up", "no"), ("Left", "ask"), ("Right", "no")):
        page.keyboard.press(f"Arrow{arrow}")
        assert selected(page) == [key]
        expect(page.locator(f".ds-node[data-key={key}]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    assert selected(page) == ["no"]


def test_several_are_selected_with_the_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, process = opened(draw)
    page = drawer.page
    drawer.node("Yes").click()
    page.keyboard.press("Control+ArrowRight")
    expect(drawer.node("End")).to_be_focused()
    assert selected(page) == ["yes"]
    page.keyboard.press("Control+ArrowUp")
    page.keyboard.press("Control+Space")
    assert selected(page) == ["yes", "no"]
    page.keyboard.press("Delete")
    drawer.saved()
    assert [activity[0] for activity in stored(process)["activities"]] == ["Ask", "End"]


def test_f6_goes_from_part_to_part_and_escape_back(draw: Callable[..., Drawer]) -> None:
    drawer, _ = opened(draw)
    page = drawer.page
    drawer.node("No").click()
    place = "document.activeElement.closest('#designer-palette, #designer-canvas, #designer-properties').id"
    for part in ("properties", "palette", "canvas"):
        page.keyboard.press("F6")
        assert page.evaluate(place) == f"designer-{part}"
    expect(drawer.node("No")).to_be_focused()
    page.keyboard.press("Shift+F6")
    assert page.evaluate(place) == "designer-palette"
    page.keyboard.press("Escape")
    expect(drawer.node("No")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#designer-properties [name=title]")).to_be_focused()
    goes_on(page, "Never")
    page.keyboard.press("Escape")
    expect(drawer.node("Never")).to_be_focused()


def test_publishing_is_opened_with_keys(draw: Callable[..., Drawer]) -> None:
    drawer, _ = opened(draw)
    drawer.node("No").click()
    drawer.page.keyboard.press("Enter")
    drawer.page.keyboard.press("Control+Enter")
    expect(drawer.page.get_by_role("dialog")).to_contain_text("Publish")


def test_the_help_shows_all_arrows_and_what_the_mouse_does(draw: Callable[..., Drawer]) -> None:
    drawer, _ = opened(draw)
    page = drawer.page
    page.locator(".ds-canvas").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    moving = dialog.locator(".ds-keys > div").filter(has_text="one step of the grid")
    expect(moving.locator("kbd")).to_have_text(["Shift+←", "Shift+↑", "Shift+→", "Shift+↓"])
    mouse = dialog.locator("section").filter(has=page.get_by_role("heading", name="Mouse and finger"))
    expect(mouse.locator(".ds-keys > div").filter(has_text="Double click")).not_to_have_count(0)
    switch = dialog.locator("[name=single-keys]")
    switch.click()
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    expect(switch).not_to_be_checked()
