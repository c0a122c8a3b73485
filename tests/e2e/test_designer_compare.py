"""
Two versions on one drawing: what is gone stands below what took its place, and the list leads to it all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from goflow.workflow import publishing as verbs
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, admin, draft

BEFORE: dict[str, Any] = {
    "begin": "ask",
    "end": "done",
    "activities": [
        {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [80, 160]},
        {"key": "decide", "title": "Decide", "position": [320, 160]},
        {"key": "done", "title": "Done", "join_mode": "xor", "position": [560, 160]},
    ],
    "transitions": [
        {"key": "ask-decide", "source": "ask", "target": "decide", "ordering": 1, "condition": "eq:YES"},
        {"key": "ask-done", "source": "ask", "target": "done", "ordering": 2, "condition": "eq:NO"},
        {"key": "decide-done", "source": "decide", "target": "done", "ordering": 3},
    ],
}

REPLACE = """() => {
  const {editor} = document.body.designer;
  const graph = editor.graph.toJSON();
  const decide = graph.activities.find(({key}) => key === 'decide');
  const agree = {...decide, key: 'agree', title: 'Agree'};
  graph.activities = [...graph.activities.filter((each) => each !== decide), agree];
  graph.transitions = graph.transitions.map((way) => ({
    ...way, key: way.key.replace('decide', 'agree'),
    source: way.source.replace('decide', 'agree'), target: way.target.replace('decide', 'agree'),
    condition: way.condition === 'eq:NO' ? 'eq:NEVER' : way.condition ?? '',
  }));
  editor.run({label: 'Replace', do: (all) => all.load(graph)});
}"""

LINES = """() => Object.fromEntries([...document.body.designer.view.edges].map(([key, {connector}]) => {
  const [line, head] = ['path:not(.jtk-connector-outline, .jtk-overlay)', 'path.jtk-overlay']
    .map((name) => connector.canvas.querySelector(name));
  const {width, height} = line.getBBox();
  return [key, {width, height, line: getComputedStyle(line).stroke, head: getComputedStyle(head).fill}];
}))"""


def compared(draw: Callable[..., Drawer]) -> tuple[Drawer, Process]:
    first = draft(**BEFORE)
    verbs.publish(first, by=admin(), note="one")
    second = verbs.clone(first, by=admin())
    drawer = draw()
    drawer.open(second)
    drawer.page.evaluate(REPLACE)
    drawer.page.locator("[data-tab=history]").click()
    drawer.page.locator(f"[data-version='{first.pk}']").get_by_role("button", name="Compare").click()
    expect(drawer.node("Decide")).to_have_attribute("data-diff", "removed")
    return drawer, second


def list_item(page: Page, title: str) -> Any:
    return page.locator(".ds-differences > li").filter(has=page.get_by_text(title, exact=True))


def test_what_was_replaced_stands_beside_what_took_its_place(draw: Callable[..., Drawer]) -> None:
    drawer, _ = compared(draw)
    old, new = drawer.node("Decide").bounding_box(), drawer.node("Agree").bounding_box()
    drawer.look("compared")
    assert old
    assert new
    assert new["y"] + new["height"] <= old["y"]
    lines = drawer.page.evaluate(LINES)
    assert lines["ask-decide"]["width"] > 80


def test_arrow_heads_have_the_colour_of_their_state(draw: Callable[..., Drawer]) -> None:
    drawer, _ = compared(draw)
    lines = drawer.page.evaluate(LINES)
    for key in ("ask-decide", "ask-agree", "ask-done"):
        assert lines[key]["line"] == lines[key]["head"], key
    assert len({lines[key]["head"] for key in ("ask-decide", "ask-agree", "ask-done")}) == 3


def test_the_list_tells_before_and_after_and_leads_to_the_drawing(draw: Callable[..., Drawer]) -> None:
    drawer, _ = compared(draw)
    page = drawer.page
    changed = list_item(page, "Ask → Done")
    expect(changed).to_contain_text("eq:NO → eq:NEVER")
    changed.get_by_role("button", name="Ask → Done").click()
    expect(changed.get_by_role("button")).to_have_attribute("aria-current", "true")
    assert page.evaluate("[...document.body.designer.view.selected]") == ["ask-done"]
    page.get_by_role("button", name="Next change").click()
    expect(page.locator(".ds-differences [aria-current]")).to_have_count(1)
    expect(changed.get_by_role("button")).not_to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Back to drawing").click()
    expect(page.locator(".ds-differences")).to_have_count(0)


def test_the_list_has_the_colours_and_signs_of_the_drawing(draw: Callable[..., Drawer]) -> None:
    drawer, _ = compared(draw)
    look = "(e) => { const s = getComputedStyle(e, '::before'); return [s.content, s.color]; }"
    for title, node in (("Decide", "Decide"), ("Agree", "Agree")):
        sign = list_item(drawer.page, title).locator(".ds-diff-sign").evaluate(look)
        assert sign == drawer.node(node).evaluate(look)
