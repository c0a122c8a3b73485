"""
Sizes that people need: type, controls for mouse and finger, words that stay on one line in long languages.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.designer import Drawer, draft
from tests.e2e.screens import TWELVE

TYPE = "['html', 'body'].map(it => getComputedStyle(document.querySelector(it)).fontSize)"
LOWEST = """(selector) => Math.min(...[...document.querySelectorAll(selector)]
  .filter((each) => each.offsetParent).map((each) => each.getBoundingClientRect().height))"""
LINES = """(selector) => [...document.querySelectorAll(selector)].filter((each) => {
  const range = document.createRange();
  range.selectNodeContents(each);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 10))).size > 1;
}).map((each) => each.textContent)"""
BUTTONS = ".button:not(.ds-small), .ds-tool, select"


def test_type_is_as_large_as_the_style_says(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.page.goto(f"{drawer.home}/leave/process/import/")
    assert drawer.page.evaluate(TYPE) == ["16px", "14px"]


@pytest.mark.parametrize(("width", "least"), [(1440, 32), (390, 44)])
def test_controls_of_the_designer_are_large_enough(
    draw: Callable[..., Drawer], width: int, least: int
) -> None:
    drawer = draw(viewport={"width": width, "height": 844})
    drawer.open(draft(**TWELVE))
    assert drawer.page.evaluate(LOWEST, BUTTONS) >= least


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "ja"])
def test_words_of_the_designer_stay_on_one_line(draw: Callable[..., Drawer], language: str) -> None:
    drawer = draw()
    drawer.open(draft(**TWELVE), f"/{language}")
    page = drawer.page
    expect(page.locator("[data-tab=problems]")).to_contain_text("(9)")
    assert (
        page.evaluate(LINES, "#designer-palette .ds-word, #designer-toolbar .ds-worded span, .ds-tabs button")
        == []
    )
    assert (
        page.evaluate("(list => list.scrollWidth - list.clientWidth)(document.querySelector('.ds-tabs'))")
        == 0
    )
