"""
What is chosen in a dialog or a run stays shown, also where nothing is drawn anew; tools stand still.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.designer import Drawer, draft
from tests.e2e.hands import types
from tests.e2e.test_designer_settings import FORK

SETTLED_MS = 200
"""After that, whatever a choice is followed by has happened in the page."""

LINES = (
    "(e) => { const r = document.createRange(); r.selectNodeContents(e); return r.getClientRects().length; }"
)
COLOUR = "(e) => getComputedStyle(e).color"
TOAST = """async () => {
  const main = [...document.scripts].map(({ src }) => src).find((src) => /designer\\/main/.test(src));
  const { createToasts } = await import(main.replace(/designer\\/main.*/, 'core/toast.js'));
  createToasts()('The role “Purchasing” exists now. It has no members yet, so nobody can do this work.',
    { action: { label: 'Add members', run() {} } });
}"""


DECIDED: dict[str, Any] = {
    **FORK,
    "transitions": [
        *(
            {**way, "condition": "eq:RIGHT"} if way["key"] == "ask-right" else way
            for way in FORK["transitions"]
        ),
    ],
}


def drawn(draw: Callable[..., Drawer]) -> Drawer:
    drawer = draw()
    drawer.open(draft(**DECIDED))
    return drawer


def running(draw: Callable[..., Drawer]) -> Drawer:
    drawer = drawn(draw)
    drawer.page.locator("[data-tool=simulate]").click()
    expect(drawer.page.locator("[data-bar=run]")).to_be_visible()
    return drawer


def builder(drawer: Drawer) -> Locator:
    drawer.page.evaluate("() => { document.body.designer.editor.names.outcomes = ['LEFT', 'RIGHT']; }")
    drawer.node("Ask").click()
    drawer.page.get_by_role("button", name="Condition to Left").click()
    return drawer.page.get_by_role("dialog")


def test_the_speed_of_a_run_is_shown_as_chosen(draw: Callable[..., Drawer]) -> None:
    drawer = running(draw)
    speed = drawer.page.locator("[name=speed]")
    speed.select_option("2")
    drawer.page.wait_for_timeout(SETTLED_MS)
    assert speed.input_value() == "2"
    drawer.page.locator("[data-name=step]").click()
    assert speed.input_value() == "2"


def test_an_outcome_decided_in_a_run_is_shown(draw: Callable[..., Drawer]) -> None:
    drawer = running(draw)
    outcome = drawer.page.locator("[name=outcome-ask]")
    for decided in ("LEFT", ""):
        with drawer.page.expect_response("**/simulate/"):
            outcome.select_option(decided)
        drawer.page.wait_for_timeout(SETTLED_MS)
        assert outcome.input_value() == decided


def test_an_outcome_to_try_stays_as_picked(draw: Callable[..., Drawer]) -> None:
    dialog = builder(drawn(draw))
    tried = dialog.locator("[name=test-outcome]")
    tried.click()
    dialog.get_by_role("option", name="LEFT").click()
    expect(dialog.locator("[data-branch=ask-left]")).to_contain_text("yes, taken")
    assert tried.input_value() == "LEFT"


def test_no_list_calls_a_new_outcome_not_found(draw: Callable[..., Drawer]) -> None:
    dialog = builder(drawn(draw))
    value = dialog.locator("[name=outcome-value]")
    types(value, "Later")
    assert value.get_attribute("aria-expanded") == "false"
    assert dialog.get_by_text("Nothing found.").count() == 0
    types(value, "RI")
    expect(dialog.get_by_role("option", name="RIGHT")).to_be_visible()


def test_tools_stand_still_while_the_drawing_is_saved(draw: Callable[..., Drawer]) -> None:
    drawer = drawn(draw)
    undo = drawer.page.locator("[data-tool=undo]")
    before = undo.bounding_box()
    drawer.page.evaluate("() => document.body.designer.editor.patchProcess({description: 'New'})")
    assert drawer.page.locator("#designer-save").get_attribute("data-state") != "saved"
    assert undo.bounding_box() == before


def test_buttons_of_a_message_are_whole_and_readable(draw: Callable[..., Drawer]) -> None:
    drawer = drawn(draw)
    drawer.page.evaluate(TOAST)
    toast = drawer.page.locator(".toast")
    expect(toast).to_be_visible()
    drawer.look("message")
    for words in ("Add members", "Close"):
        button = toast.get_by_role("button", name=words)
        assert button.evaluate(LINES) == 1
        assert button.evaluate(COLOUR) == toast.evaluate(COLOUR)
