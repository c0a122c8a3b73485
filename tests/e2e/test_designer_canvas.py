"""
The canvas of the designer: what mouse, finger and keys do on it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import expect

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, stored, two_in_a_row
from tests.e2e.hands import goes_on, types


def three() -> dict[str, object]:
    base = two_in_a_row()
    return {
        **base,
        "activities": [*base["activities"], {"key": "third", "title": "Third", "position": [400, 240]}],
    }


def test_element_dropped_on_a_transition_is_put_into_it(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    first, second = drawer.node("First").bounding_box(), drawer.node("Second").bounding_box()
    assert first
    assert second
    x = (first["x"] + first["width"] + second["x"]) / 2
    drawer.place("approval", x, first["y"] + first["height"] / 2, "Between")
    drawer.saved()
    assert stored(process)["ways"] == [("Between", "Second", ""), ("First", "Between", "")]


def test_end_of_a_transition_is_dragged_elsewhere(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    first, second = drawer.node("First").bounding_box(), drawer.node("Second").bounding_box()
    third = drawer.node("Third").bounding_box()
    assert first
    assert second
    assert third
    page.mouse.click((first["x"] + first["width"] + second["x"]) / 2, first["y"] + first["height"] / 2)
    handle = page.locator("circle[data-handle=target]")
    expect(handle).to_be_visible()
    drawer.drag(handle, third["x"] + 60, third["y"] + 20)
    drawer.saved()
    assert stored(process)["ways"] == [("First", "Third", "")]


def test_frame_selects_what_it_touches_and_all_of_it_moves(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    second, third = drawer.node("Second").bounding_box(), drawer.node("Third").bounding_box()
    assert second
    assert third
    page.keyboard.down("Shift")
    page.mouse.move(second["x"] + 30, second["y"] - 40)
    page.mouse.down()
    page.mouse.move(third["x"] + 90, third["y"] + 20, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator(".ds-node[data-selected]")).to_have_count(2)
    drawer.drag(drawer.node("Third"), third["x"] + 72 + 160, third["y"] + 28)
    drawer.saved()
    graph = loader.read(Process.objects.get(pk=process.pk)).graph
    places = [graph.activity(key).position for key in ("first", "second", "third")]
    assert places[0] == (80, 80)
    assert all(place is not None and place[0] > 480 for place in places[1:])
    page.locator("[data-tool=undo]").click()
    expect(page.locator("[data-tool=undo]")).to_be_disabled()


def test_selected_activities_are_aligned(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw()
    drawer.open(process)
    drawer.node("First").click()
    drawer.node("Third").click(modifiers=["Shift"])
    drawer.page.get_by_role("button", name="Align left").click()
    drawer.saved()
    assert loader.read(Process.objects.get(pk=process.pk)).graph.activity("third").position == (80, 240)


def test_point_under_the_pointer_stays_when_zooming(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    page = drawer.page
    page.mouse.move(700, 400)
    where = "document.body.designer.view.viewport.toWorld(700, 400).map(part => Math.round(part * 10))"
    before = page.evaluate(where)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    expect(page.locator(".ds-zoom output")).not_to_have_text("100 %")
    assert page.evaluate(where) == before


def test_activity_is_found_by_its_title(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    drawer.page.locator(".ds-canvas").focus()
    drawer.page.keyboard.press("/")
    goes_on(drawer.page, "thi")
    drawer.page.keyboard.press("Enter")
    expect(drawer.node("Third")).to_have_attribute("data-selected", "")
    expect(drawer.node("Third")).to_be_focused()


def test_delete_and_heal_bridges_the_gap(draw: Callable[..., Drawer]) -> None:
    base = two_in_a_row()
    way = {"key": "second-third", "source": "second", "target": "third", "ordering": 10}
    process = draft(**{**three(), "end": "third", "transitions": [*base["transitions"], way]})
    drawer = draw()
    drawer.open(process)
    drawer.node("Second").click()
    drawer.page.keyboard.press("Shift+Delete")
    drawer.saved()
    assert stored(process)["ways"] == [("First", "Third", "")]


def test_taps_select_and_connect_without_dragging(draw: Callable[..., Drawer]) -> None:
    process = draft(**three())
    drawer = draw(has_touch=True)
    drawer.open(process)
    drawer.node("First").tap()
    drawer.page.get_by_role("button", name="Connect (C)").tap()
    drawer.node("Third").tap()
    drawer.saved()
    assert ("First", "Third", "") in stored(process)["ways"]


def test_keys_typed_into_a_field_draw_nothing(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    drawer.node("First").click()
    title = drawer.page.locator("[data-panel=properties] [name=title]")
    types(title, "")
    goes_on(drawer.page, "anc/glmt")
    title.press("Delete")
    title.press("Enter")
    drawer.saved()
    assert [activity[0] for activity in stored(process)["activities"]] == ["Second", "anc/glmt"]


def test_others_are_told_who_is_here(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    User.objects.create_superuser("ana", password="open", first_name="Ana")
    ana = draw("ana", "open")
    ana.open(process)
    ana.page.wait_for_load_state("networkidle")
    drawer = draw()
    drawer.open(process)
    expect(drawer.page.locator("#designer-presence")).to_have_text("Ana is here too")


def test_published_version_is_shown_without_tools_to_change_it(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(Process.objects.get(code="leave"))
    expect(drawer.page.locator("[data-bar=readonly]")).to_be_visible()
    expect(drawer.page.locator(".ds-port").first).to_be_hidden()
    expect(drawer.page.locator("#designer-palette")).to_be_hidden()
    drawer.page.get_by_role("button", name="Edit as new draft").click()
    expect(drawer.page.locator("#designer-palette")).to_be_visible()


def test_everything_is_labelled_and_large_enough(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**three()))
    drawer.node("First").click()
    small = drawer.page.evaluate(
        "[...document.querySelectorAll('button, input, select, .ds-port')].filter(e => e.checkVisibility())"
        ".map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])"
        ".filter(([, box]) => box.width && (box.width < 19 || box.height < 19)).map(([html]) => html)"
    )
    unnamed = drawer.page.evaluate(
        "[...document.querySelectorAll('button')].filter(e => e.checkVisibility() && !e.textContent.trim()"
        " && !e.getAttribute('aria-label')).map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []
    assert unnamed == []
