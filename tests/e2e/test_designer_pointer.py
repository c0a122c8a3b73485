"""
The canvas of the designer under mouse and finger: overview, guides, tidying up, touch, and the phone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import FloatRect, Locator, expect

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, stored, two_in_a_row
from tests.e2e.hands import types

HIDDEN = """() => {
  const { view } = document.body.designer.editor;
  const boxes = [...view.nodes.keys()].map((key) => [key, view.boxOf(key)]);
  const found = new Set();
  for (const way of view.edges.keys()) {
    const path = view.pathOf(way);
    const { e, f } = path.transform.baseVal.consolidate().matrix;
    const { style } = path.ownerSVGElement;
    const [left, top] = [parseFloat(style.left), parseFloat(style.top)];
    const length = path.getTotalLength();
    for (let done = 0; done <= length; done += 3) {
      const at = path.getPointAtLength(done);
      const [x, y] = [at.x + e + left, at.y + f + top];
      for (const [key, box] of boxes) {
        const isAcross = x > box.x + 2 && x < box.x + box.width - 2;
        if (isAcross && y > box.y + 2 && y < box.y + box.height - 2) found.add(`${way} ${key}`);
      }
    }
  }
  return [...found];
}"""
RECORD_ANIMATIONS = """() => {
  window.durations = [];
  const { animate } = Element.prototype;
  Element.prototype.animate = function (frames, options) {
    window.durations.push(options.duration);
    return animate.call(this, frames, options);
  };
}"""
SPOTS = "Object.fromEntries(document.body.designer.view.spots)"
VIEWPORT = "(({ x, y, zoom }) => [x, y, zoom])(document.body.designer.view.viewport)"


def three(**changes: Any) -> dict[str, Any]:
    base = two_in_a_row()
    activities = [*base["activities"], {"key": "third", "title": "Third", "position": [400, 240]}]
    return {**base, "activities": activities, **changes}


def dense(seed: int) -> dict[str, Any]:
    pick = random.Random(seed)
    keys = [f"n{index}" for index in range(24)]
    ends = [*pairwise(keys), *((pick.choice(keys), pick.choice(keys)) for _ in range(24))]
    ways = [
        {
            "key": f"t{index}",
            "source": source,
            "target": target,
            "ordering": index,
            "condition": f"eq:{index}",
        }
        for index, (source, target) in enumerate(ends)
    ]
    places = {key: [pick.randrange(0, 900, 8), pick.randrange(0, 500, 8)] for key in keys}
    steps = [{"key": key, "title": f"Step {key}", "position": place} for key, place in places.items()]
    return {"begin": keys[0], "activities": steps, "transitions": ways}


def place_of(process: Process, key: str) -> tuple[int, int] | None:
    return loader.read(Process.objects.get(pk=process.pk)).graph.activity(key).position


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box
    return box


def middle(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Fingers:
    """Touches as the browser gets them from a screen."""

    def __init__(self, drawer: Drawer) -> None:
        self.session = drawer.context.new_cdp_session(drawer.page)

    def down(self, *points: tuple[float, float]) -> None:
        self._send("touchStart", points)

    def to(self, *points: tuple[float, float]) -> None:
        self._send("touchMove", points)

    def up(self) -> None:
        self._send("touchEnd", ())

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.down(start)
        for part in (0.3, 0.6, 0.9, 1):
            self.to((start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part))
        self.up()

    def _send(self, kind: str, points: tuple[tuple[float, float], ...]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


# Mouse


def test_dragging_in_the_overview_moves_the_view(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    page.locator(".ds-canvas").press("m")
    expect(page.locator(".ds-minimap")).to_be_visible()
    x, y = middle(page.locator(".ds-minimap"))
    page.mouse.move(x, y)
    page.mouse.down()
    before = page.evaluate(VIEWPORT)
    page.mouse.move(x + 30, y + 20, steps=4)
    page.mouse.up()
    after = page.evaluate(VIEWPORT)
    assert after[0] < before[0] - 50
    assert after[1] < before[1] - 30
    assert after[2] == before[2]


def test_the_overview_shows_itself_while_something_is_out_of_sight(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    overview = page.locator(".ds-minimap")
    expect(overview).to_be_hidden()
    page.evaluate("document.body.designer.view.viewport.zoomBy(3)")
    expect(overview).to_be_visible()
    page.locator("[data-tool=more]").click()
    drawer.look("menu")
    page.get_by_role("menuitem", name="Overview").click()
    expect(overview).to_be_hidden()
    page.evaluate("document.body.designer.view.viewport.zoomBy(1.1)")
    expect(overview).to_be_hidden()


def test_the_menu_is_in_groups_and_tells_the_keys(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    page.locator("[data-tool=more]").click()
    menu = page.get_by_role("menu")
    names = [group.get_attribute("aria-label") for group in menu.get_by_role("group").all()]
    assert names == ["File", "Clipboard", "View", "Appearance"]
    copy = menu.get_by_role("menuitem", name="Copy")
    expect(copy.locator("kbd")).to_have_text("Ctrl+C")
    expect(copy).to_have_attribute("aria-keyshortcuts", "Control+C")
    expect(menu.get_by_role("menuitem", name="Export as JSON")).to_be_focused()
    page.keyboard.press("End")
    expect(menu.get_by_role("menuitemradio").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("[data-tool=more]")).to_be_focused()


def test_dragging_with_space_held_moves_the_view_and_no_activity(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    drawer.node("First").focus()
    x, y = middle(drawer.node("Third"))
    before, apart = page.evaluate(VIEWPORT), x - middle(drawer.node("First"))[0]
    page.keyboard.down("Space")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Space")
    assert page.evaluate(VIEWPORT)[0] != before[0]
    assert abs(middle(drawer.node("Third"))[0] - middle(drawer.node("First"))[0] - apart) < 1


def test_guides_show_what_lines_up_until_the_drop(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    third, first = middle(drawer.node("Third")), middle(drawer.node("First"))
    guides = page.locator(".ds-overlay line")
    page.mouse.move(*third)
    page.mouse.down()
    page.mouse.move(first[0] + 100, third[1] + 37, steps=3)
    expect(guides).to_have_count(0)
    page.mouse.move(first[0] + 3, third[1] + 37, steps=3)
    expect(guides).to_have_count(1)
    page.mouse.up()
    expect(guides).to_have_count(0)
    drawer.saved()
    place = place_of(process, "third")
    assert place is not None
    assert place[0] == 80


def test_beginning_of_a_transition_is_dragged_elsewhere(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    first, second = box_of(drawer.node("First")), box_of(drawer.node("Second"))
    y = first["y"] + first["height"] / 2
    drawer.page.mouse.click((first["x"] + first["width"] + second["x"]) / 2, y)
    third = box_of(drawer.node("Third"))
    drawer.drag(drawer.page.locator("circle[data-handle=source]"), third["x"] + 60, third["y"] + 20)
    drawer.saved()
    assert stored(process)["ways"] == [("Third", "Second", "")]


def test_where_a_transition_cannot_begin_is_told_while_dragging(draw: Callable[..., Drawer]) -> None:
    ways = [
        {"key": f"{source}-second", "source": source, "target": "second", "ordering": 10}
        for source in ("first", "third")
    ]
    process = draft(**three(transitions=ways))
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.evaluate("document.body.designer.editor.select(['first-second'])")
    page.mouse.move(*middle(page.locator("circle[data-handle=source]")))
    page.mouse.down()
    page.mouse.move(*middle(drawer.node("Third")), steps=3)
    expect(drawer.node("Third")).to_have_attribute("data-target", "no")
    expect(page.locator(".ds-tip")).to_have_text("Already connected to “Second”.")
    page.mouse.up()
    drawer.saved()
    assert stored(process)["ways"] == [("First", "Second", ""), ("Third", "Second", "")]


def test_middle_button_moves_the_view_and_not_the_activity(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    before, spots = page.evaluate(VIEWPORT), page.evaluate(SPOTS)
    x, y = middle(drawer.node("Third"))
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    page.mouse.move(x - 50, y + 30, steps=3)
    page.mouse.up(button="middle")
    assert page.evaluate(VIEWPORT) == [before[0] - 50, before[1] + 30, before[2]]
    assert page.evaluate(SPOTS) == spots
    expect(page.locator(".ds-node[data-selected]")).to_have_count(0)


def test_right_click_shows_what_can_be_done(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    drawer.node("Third").click(button="right")
    expect(drawer.node("Third")).to_have_attribute("data-selected", "")
    expect(drawer.page.locator(".ds-pad")).to_be_visible()


# Tidying up


def test_tidying_up_leads_no_line_behind_an_activity(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**dense(7)))
    assert drawer.page.evaluate(HIDDEN) != []
    drawer.page.get_by_role("button", name="Tidy up").click()
    drawer.saved()
    assert drawer.page.evaluate(HIDDEN) == []


def test_tidying_up_glides_briefly_and_is_one_step(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**dense(1)))
    page = drawer.page
    before = page.evaluate(SPOTS)
    page.evaluate(RECORD_ANIMATIONS)
    page.get_by_role("button", name="Tidy up").click()
    assert page.evaluate(SPOTS) != before
    durations = page.evaluate("window.durations")
    assert durations
    assert max(durations) <= 200
    page.locator("[data-tool=undo]").click()
    assert page.evaluate(SPOTS) == before
    expect(page.locator("[data-tool=undo]")).to_be_disabled()


def test_tidying_up_does_not_move_for_who_asks_for_less_motion(draw: Callable[..., Drawer]) -> None:
    drawer = draw(reduced_motion="reduce")
    drawer.open(draft(**dense(1)))
    before = drawer.page.evaluate(SPOTS)
    drawer.page.evaluate(RECORD_ANIMATIONS)
    drawer.page.get_by_role("button", name="Tidy up").click()
    assert drawer.page.evaluate(SPOTS) != before
    assert drawer.page.evaluate("window.durations") == []


# Fingers


def test_finger_selects_and_moves(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(has_touch=True)
    drawer.open(process)
    drawer.node("First").tap()
    expect(drawer.node("First")).to_have_attribute("data-selected", "")
    x, y = middle(drawer.node("Third"))
    Fingers(drawer).drag((x, y), (x - 80, y + 120))
    expect(drawer.node("Third")).to_have_attribute("data-selected", "")
    drawer.saved()
    assert place_of(process, "third") not in (None, (400, 240))


def test_finger_connects_from_the_port(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(has_touch=True)
    drawer.open(process)
    Fingers(drawer).drag(middle(drawer.node("First").locator(".ds-port")), middle(drawer.node("Third")))
    drawer.saved()
    assert ("First", "Third", "") in stored(process)["ways"]


def test_two_fingers_zoom_around_the_place_between_them(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(has_touch=True)
    drawer.open(process)
    page, fingers = drawer.page, Fingers(drawer)
    where = "document.body.designer.view.viewport.toWorld(700, 600).map(part => Math.round(part))"
    before, place = page.evaluate(VIEWPORT), page.evaluate(where)
    fingers.down((650, 600), (750, 600))
    for apart in (60, 80, 100):
        fingers.to((700 - apart, 600), (700 + apart, 600))
    fingers.up()
    expect(page.locator(".ds-zoom output")).to_have_text("200 %")
    assert before[2] == 1
    assert page.evaluate(where) == place
    expect(page.locator(".ds-node[data-selected]")).to_have_count(0)
    drawer.saved()
    assert place_of(process, "third") == (400, 240)


def test_long_press_shows_what_can_be_done(draw: Callable[..., Drawer]) -> None:
    drawer = draw(has_touch=True)
    drawer.page.clock.install()
    drawer.open(draft(**three()))
    fingers = Fingers(drawer)
    fingers.down(middle(drawer.node("Third")))
    expect(drawer.page.locator(".ds-pad")).to_be_hidden()
    drawer.page.clock.fast_forward(700)
    expect(drawer.page.locator(".ds-pad")).to_be_visible()
    fingers.up()
    expect(drawer.page.locator(".ds-pad")).to_be_visible()
    expect(drawer.node("Third")).to_have_attribute("data-selected", "")


def test_long_press_on_empty_canvas_offers_what_to_create(draw: Callable[..., Drawer]) -> None:
    drawer = draw(has_touch=True)
    drawer.page.clock.install()
    drawer.open(draft(**three()))
    fingers = Fingers(drawer)
    fingers.down((700, 650))
    drawer.page.clock.fast_forward(700)
    fingers.up()
    expect(drawer.page.get_by_role("dialog", name="Create")).to_be_visible()


# Phone


def test_canvas_of_a_phone_shows_and_changes_nothing(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(viewport={"width": 390, "height": 844}, has_touch=True)
    drawer.open(process)
    page, fingers = drawer.page, Fingers(drawer)
    expect(page.locator("#designer-outline")).to_be_visible()
    page.locator("[data-tool=outline]").tap()
    expect(page.locator("#designer-outline")).to_be_hidden()
    expect(page.locator("[data-bar=phone]")).to_be_visible()
    expect(page.locator(".ds-port").first).to_be_hidden()
    drawer.node("First").tap()
    expect(drawer.node("First")).to_have_attribute("data-selected", "")
    expect(page.locator(".ds-pad")).to_be_hidden()
    before = page.evaluate(VIEWPORT)
    x, y = middle(drawer.node("Third"))
    fingers.drag((x, y), (x - 60, y + 40))
    assert page.evaluate(VIEWPORT) != before
    drawer.node("Second").dblclick()
    expect(page.locator(".ds-rename, .ds-popup")).to_have_count(0)
    expect(page.locator("[data-tool=undo]")).to_be_disabled()
    assert page.evaluate(SPOTS) == {"first": [80, 80], "second": [400, 80], "third": [400, 240]}


def test_keys_and_tools_change_nothing_on_the_canvas_of_a_phone(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(viewport={"width": 390, "height": 844}, has_touch=True)
    drawer.open(process)
    page = drawer.page
    types(page.locator("[name=title-first]"), "Begun")
    page.keyboard.press("Tab")
    drawer.saved()
    before = stored(process)
    page.locator("[data-tool=outline]").tap()
    drawer.node("Begun").click()
    for key in ("Shift+ArrowDown", "Control+Shift+ArrowRight", "Delete", "Shift+Delete", "a", "n", "F2", "c"):
        page.keyboard.press(key)
    for key in ("Control+c", "Control+v", "Control+d", "Control+x", "Control+z", "Control+y"):
        page.keyboard.press(key)
    expect(page.locator(".ds-popup, .ds-rename")).to_have_count(0)
    expect(page.locator("#designer-live")).to_contain_text(
        "On a small screen the drawing is for looking. Change the process in the outline."
    )
    expect(page.locator("[data-tool=tidy]")).to_be_hidden()
    expect(page.locator("[data-tool=undo]")).to_be_disabled()
    assert page.evaluate(SPOTS) == {"first": [80, 80], "second": [400, 80], "third": [400, 240]}
    drawer.saved()
    assert stored(process) == before


def test_outline_of_a_phone_takes_steps_back(draw: Callable[..., Drawer]) -> None:
    drawer = draw(viewport={"width": 390, "height": 844}, has_touch=True)
    drawer.open(draft(**three()))
    title = drawer.page.locator("[name=title-first]")
    types(title, "Begun")
    title.press("Tab")
    drawer.page.locator("[data-tool=undo]").tap()
    expect(title).to_have_value("First")


def test_canvas_of_a_phone_shows_what_the_outline_made(draw: Callable[..., Drawer]) -> None:
    drawer = draw(viewport={"width": 390, "height": 844}, has_touch=True)
    drawer.open(draft())
    page = drawer.page
    page.locator("#designer-outline [data-template=leave]").tap()
    expect(page.locator("[data-step]").first.get_by_role("textbox").first).to_be_focused()
    page.locator("[data-tool=outline]").tap()
    for node in page.locator(".ds-node").all():
        expect(node).to_be_in_viewport(ratio=1)
