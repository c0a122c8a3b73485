"""
Where things come down that are dragged, duplicated or pasted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.designer import Drawer, draft, stored, two_in_a_row

pytestmark = pytest.mark.django_db(transaction=True)


def three() -> dict[str, Any]:
    """Two in a row and one that nothing leads to."""
    loose = {"key": "loose", "title": "Loose", "position": [80, 320]}
    row = two_in_a_row()
    return {**row, "activities": [*row["activities"], loose]}


def boxes(page: Page) -> dict[str, tuple[float, float]]:
    return {
        key: tuple(spot)
        for key, spot in page.evaluate(
            "[...document.body.designer.editor.graph.activities.values()].map(a => [a.title, a.position])"
        )
    }


def overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < 144 and abs(one[1] - other[1]) < 56


def centre(drawer: Drawer, title: str) -> tuple[float, float]:
    box = drawer.node(title).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_duplicate_lies_beside_the_original(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    drawer.node("First").click()
    page.keyboard.press("Control+d")
    expect(drawer.node("First (2)")).to_be_visible()
    places = list(boxes(page).values())
    assert len(places) == 3
    assert not any(overlap(a, b) for a in places for b in places if a != b)
    assert page.evaluate("document.body.designer.editor.stack.undoLabel") == "Paste 1 activity"


def test_an_activity_dropped_on_a_line_is_put_into_it(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    (ax, ay), (bx, by) = centre(drawer, "First"), centre(drawer, "Second")
    drawer.drag(drawer.node("Loose"), (ax + bx) / 2, (ay + by) / 2)
    drawer.saved()
    assert stored(process)["ways"] == [("First", "Loose", ""), ("Loose", "Second", "")]
    drawer.page.keyboard.press("Control+z")
    drawer.saved()
    assert stored(process)["ways"] == [("First", "Second", "")]


def test_activities_do_not_come_to_lie_on_one_another(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    x, y = centre(drawer, "Second")
    drawer.drag(drawer.node("Loose"), x + 10, y + 10)
    places = boxes(drawer.page)
    assert places["Second"] == (400, 80)
    assert not overlap(places["Loose"], places["Second"])
    assert overlap((places["Loose"][0], places["Loose"][1] - 72), places["Second"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dear colleagues", "only activities copied in a designer can"),
        (json.dumps({"format": "goflow-process"}).replace(" ", ""), "Choose More → Import…"),
    ],
)
def test_what_cannot_be_pasted_is_said(draw: Callable[..., Drawer], text: str, told: str) -> None:
    drawer = draw(permissions=["clipboard-read", "clipboard-write"])
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    drawer.node("First").click()
    page.keyboard.press("Control+v")
    expect(page.get_by_text(told).first).to_be_visible()


def test_the_overview_shows_when_something_is_out_of_sight(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    overview = page.locator(".ds-minimap")
    expect(overview).to_be_hidden()
    page.locator(".ds-canvas").focus()
    page.keyboard.press("m")
    expect(overview).to_be_visible()
    page.keyboard.press("m")
    expect(overview).to_be_hidden()
    drawer.open(draft(**two_in_a_row()))
    page.mouse.move(600, 500)
    page.mouse.wheel(1500, 0)
    expect(overview).to_be_visible()


def test_undo_names_the_field(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    drawer.node("First").click()
    drawer.page.locator("[name=node_type]").select_option("review")
    undo = drawer.page.locator("[data-tool=undo]")
    expect(undo).to_have_attribute("title", "Undo: Change “Drawn as”")


def test_who_may_only_look_is_offered_nothing_to_add(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    page.evaluate(
        "() => { const {editor} = document.body.designer; editor.may.edit = false; editor.tell('rights'); }"
    )
    drawer.node("First").click()
    panel = page.locator("#designer-properties")
    expect(panel.locator("[data-part=roles]")).to_contain_text("Nothing.")
    expect(panel.get_by_placeholder("Add…")).to_have_count(0)
