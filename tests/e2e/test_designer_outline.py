"""
The outline: it grows with the process and not with its square; activities are chosen in comboboxes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.designer import Drawer, draft, stored, two_in_a_row

TYPING = 80

COUNTED = """() => {
  window.made = 0;
  window.touched = new Set();
  for (const name of ['createElement', 'createElementNS']) {
    const make = document[name].bind(document);
    document[name] = (...given) => { window.made += 1; return make(...given); };
  }
  const elementOf = ({target}) => (target instanceof Element ? target : target.parentElement);
  new MutationObserver((records) => {
    const cards = records.map((record) => elementOf(record)?.closest('[data-step]'));
    for (const card of cards) if (card) window.touched.add(card);
  }).observe(
    document.getElementById('designer-outline'),
    {subtree: true, childList: true, attributes: true, characterData: true},
  );
}"""
"""Counts every element that the page makes from now on, and the cards in which anything changes."""

COUNT = """async () => {
  await new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));
  return [window.made, window.touched.size];
}"""


def chain(steps: int) -> dict[str, Any]:
    """Steps in a row, each third one with a second way out."""
    ends = [(i, i + 1) for i in range(steps - 1)] + [(i, i + 2) for i in range(0, steps - 2, 3)]
    return {
        "begin": "n0",
        "end": f"n{steps - 1}",
        "activities": [
            {"key": f"n{i}", "title": f"Step {i}", "position": [i % 20 * 240, i // 20 * 160]}
            for i in range(steps)
        ],
        "transitions": [
            {"key": f"t{n}", "source": f"n{source}", "target": f"n{target}", "ordering": n}
            for n, (source, target) in enumerate(ends)
        ],
    }


def outlined(draw: Callable[..., Drawer], content: dict[str, Any], **context: Any) -> tuple[Drawer, Any]:
    drawer, process = draw(**context), draft(**content)
    drawer.open(process)
    if not context:
        drawer.page.locator("[data-tool=outline]").click()
    expect(drawer.page.locator("[data-step]").first).to_be_visible()
    return drawer, process


def work(page: Page, edit: str) -> tuple[int, int]:
    """How many elements an edit makes anywhere, and how many cards of the outline it touches."""
    page.evaluate("window.made = 0, window.touched.clear()")
    page.evaluate(f"() => {{ {edit} }}")
    elements, cards = page.evaluate(COUNT)
    return int(elements), int(cards)


def chosen(field: Locator, text: str) -> None:
    """Type, as people do, and take the first that is found."""
    field.click()
    field.press("Control+a")
    field.press_sequentially(text, delay=TYPING)
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("Enter")


EDITOR = "const {editor} = document.body.designer;"
PROBLEM = "code: 'x', severity: 'error', message: 'Wrong', fix: '', params: {}, trace: null"
EDITS = {
    "rename": f"{EDITOR} editor.rename('n7', 'Another title')",
    "connect": f"{EDITOR} editor.connect('n7', 'n6')",
    "join": f"{EDITOR} editor.patch(['n7'], {{join_mode: 'and'}})",
    "finding": f"{EDITOR} editor.problems = [{{elements: ['n7'], {PROBLEM}}}]; editor.tell('problems')",
    "selection": f"{EDITOR} editor.select(['n7'])",
}
CARDS = {"rename": 2, "connect": 1, "join": 1, "finding": 1, "selection": 1}
"""A title stands on the cards of those that lead there, too."""


def test_an_edit_touches_the_cards_it_changes_however_many_there_are(draw: Callable[..., Drawer]) -> None:
    opened: dict[int, int] = {}
    made: dict[int, list[int]] = {}
    for steps in (50, 400):
        drawer = draw()
        page = drawer.page
        # What the server finds is told here, and only then.
        page.route("**/validate/", lambda _: None)
        page.route("**/draft/", lambda route: route.continue_() if route.request.method == "GET" else None)
        drawer.open(draft(**chain(steps)))
        page.locator("[data-tool=outline]").click()
        opened[steps] = page.locator("#designer-outline *").count()
        page.evaluate(f"() => {{ {EDITOR} editor.problems = []; editor.tell('problems') }}")
        page.evaluate(COUNTED)
        counts = {name: work(page, edit) for name, edit in EDITS.items()}
        assert {name: cards for name, (_, cards) in counts.items()} == CARDS, steps
        made[steps] = [elements for elements, _ in counts.values()]
        drawer.close()
    assert opened[400] <= 10 * opened[50]
    assert all(large <= 10 * small for small, large in zip(made[50], made[400], strict=True)), made


def test_no_list_holds_all_activities(draw: Callable[..., Drawer]) -> None:
    drawer, _ = outlined(draw, chain(50))
    lists = "[...document.querySelectorAll('#designer-outline :is(select, datalist)')]"
    assert drawer.page.evaluate(f"Math.max(...{lists}.map((list) => list.options.length))") < 15


def test_a_thousand_steps_open(draw: Callable[..., Drawer]) -> None:
    drawer, _ = outlined(draw, chain(1_000))
    expect(drawer.page.locator("[data-step]")).to_have_count(1_000)


def test_a_way_is_led_elsewhere_by_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, process = outlined(draw, chain(6))
    field = drawer.page.locator("[name=target-t4]")
    expect(field).to_have_value("Step 5")
    field.focus()
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    active = drawer.page.locator("[role=option][aria-selected=true]")
    expect(active).to_have_text("Step 5")
    field.press("ArrowUp")
    expect(active).to_have_text("Step 4")
    field.press("ArrowUp")
    expect(active).to_have_text("Step 3")
    assert field.get_attribute("aria-activedescendant") == active.get_attribute("id")
    assert field.get_attribute("aria-controls") == drawer.page.get_by_role("listbox").get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value("Step 3")
    expect(field).to_be_focused()
    expect(drawer.page.get_by_role("listbox")).to_have_count(0)
    drawer.saved()
    assert ("Step 4", "Step 3", "") in stored(process)["ways"]


def test_typing_finds_and_escape_leaves_everything_as_it_was(draw: Callable[..., Drawer]) -> None:
    drawer, process = outlined(draw, chain(12))
    field = drawer.page.locator("[name=target-t4]")
    field.click()
    field.press("Control+a")
    field.press_sequentially("step 1", delay=TYPING)
    expect(drawer.page.get_by_role("listbox").get_by_role("option")).to_have_text(
        ["Step 1", "Step 10", "Step 11"]
    )
    field.press("Escape")
    expect(field).to_have_value("Step 5")
    field.press_sequentially(" nowhere", delay=TYPING)
    expect(drawer.page.locator(".ds-listbox")).to_contain_text("Nothing found.")
    field.press("Tab")
    expect(field).to_have_value("Step 5")
    assert ("Step 4", "Step 5", "") in stored(process)["ways"]


def test_connections_are_drawn_by_typing_the_title(draw: Callable[..., Drawer]) -> None:
    drawer, process = outlined(draw, chain(12))
    field = drawer.page.locator("[name=connect-n4]")
    chosen(field, "Step 11")
    expect(drawer.page.locator("[data-step=n4] [data-lead]")).to_have_count(2)
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    drawer.saved()
    assert ("Step 4", "Step 11", "") in stored(process)["ways"]


def test_what_is_refused_stays_as_it_was(draw: Callable[..., Drawer]) -> None:
    drawer, _ = outlined(draw, chain(6))
    chosen(drawer.page.locator("[name=connect-n1]"), "Step 2")
    expect(drawer.page.locator(".toast")).to_contain_text("Already connected to “Step 2”.")
    expect(drawer.page.locator("[name=connect-n1]")).to_have_value("")


def test_a_finger_chooses_on_a_phone(draw: Callable[..., Drawer]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    drawer, process = outlined(draw, chain(6), **phone)
    drawer.page.locator("[name=connect-n1]").tap()
    drawer.page.get_by_role("listbox").get_by_role("option", name="Step 4").scroll_into_view_if_needed()
    drawer.look("outline-picker-phone")
    box = drawer.page.locator(".ds-listbox").bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    drawer.page.get_by_role("listbox").get_by_role("option", name="Step 4").tap()
    drawer.saved()
    assert ("Step 1", "Step 4", "") in stored(process)["ways"]


@pytest.mark.parametrize("answer", ["problems", "change"])
def test_titles_are_typed_while_the_server_answers(draw: Callable[..., Drawer], answer: str) -> None:
    drawer, process = outlined(draw, two_in_a_row())
    field = drawer.page.locator("[name=title-first]")
    drawer.page.locator("[name=join_mode-second]").select_option("and")
    field.click()
    field.press("Control+a")
    for piece in ("Check the ", "holiday ", "calendar"):
        field.press_sequentially(piece, delay=TYPING)
        drawer.page.evaluate(f"document.body.designer.editor.tell('{answer}', {{}})")
    drawer.page.wait_for_timeout(500)
    expect(field).to_have_value("Check the holiday calendar")
    expect(field).to_be_focused()
    field.press("Tab")
    drawer.saved()
    assert stored(process)["begin"] == "Check the holiday calendar"


def test_an_added_step_renumbers_those_behind_it(draw: Callable[..., Drawer]) -> None:
    drawer, _ = outlined(draw, chain(4))
    drawer.page.locator("[name=after-n0]").select_option("review")
    title = drawer.page.locator("#designer-outline input:focus")
    title.press_sequentially("Look at it", delay=TYPING)
    title.press("Enter")
    numbers = drawer.page.locator(".ds-step-number")
    expect(numbers).to_have_text(["1", "2", "3", "4", "5"])
    for place, box in enumerate(drawer.page.locator(".ds-step-head input").all(), 1):
        expect(box).to_have_attribute("aria-label", f"Title of activity {place}")
