"""
The designer in a browser: one process drawn by mouse, by keyboard and in the outline; what may not be drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from playwright.sync_api import expect

from goflow.workflow import exchange, loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, stored, two_in_a_row
from tests.e2e.hands import goes_on, paste, types

WAYS = [
    ("Request", "Manager review"),
    ("Request", "HR review"),
    ("Manager review", "Decide"),
    ("HR review", "Decide"),
    ("Decide", "Report"),
]

PARALLEL = {
    "format": "goflow-process",
    "format_version": 1,
    "code": "drawn",
    "title": "Drawn",
    "begin": "start",
    "end": "end",
    "activities": [
        {"key": "activity", "title": "Decide", "join_mode": "and"},
        {"key": "end", "title": "Report"},
        {"key": "review", "title": "Manager review", "node_type": "review"},
        {"key": "review-2", "title": "HR review", "node_type": "review"},
        {"key": "start", "title": "Request"},
    ],
    "transitions": [
        {"key": "activity-end", "source": "activity", "target": "end", "ordering": 10},
        {"key": "review-2-activity", "source": "review-2", "target": "activity", "ordering": 10},
        {"key": "review-activity", "source": "review", "target": "activity", "ordering": 10},
        {"key": "start-review", "source": "start", "target": "review", "ordering": 10},
        {"key": "start-review-2", "source": "start", "target": "review-2", "ordering": 20},
    ],
}
"""What the server has after each way of drawing it; only places differ, and the order of being drawn."""


def graph_json(process: Process) -> dict[str, object]:
    data: dict[str, Any] = exchange.dump(Process.objects.get(pk=process.pk))
    assert all("position" in activity for activity in data["activities"])
    unplaced = [{k: v for k, v in a.items() if k != "position"} for a in data["activities"]]
    return {
        **data,
        "activities": sorted(unplaced, key=itemgetter("key")),
        "transitions": sorted(data["transitions"], key=itemgetter("key")),
    }


def test_parallel_process_drawn_by_mouse(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw()
    drawer.open(process)
    drawer.look("empty")
    drawer.place("start", 320, 400, "Request")
    drawer.place("review", 560, 280, "Manager review")
    drawer.place("review", 560, 520, "HR review")
    drawer.place("standard", 780, 400, "Decide")
    drawer.place("end", 980, 400, "Report")
    for way in WAYS:
        drawer.connect(*way)
    drawer.node("Decide").click()
    drawer.page.locator("[name=join_mode]").select_option("and")
    drawer.saved()
    drawer.look("drawn")
    assert graph_json(process) == PARALLEL


def test_parallel_process_drawn_by_keyboard_alone(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.locator(".ds-canvas").focus()

    def named(title: str) -> None:
        expect(page.locator(".ds-rename")).to_be_focused()
        page.keyboard.press("Control+a")
        goes_on(page, title)
        page.keyboard.press("Enter")
        expect(drawer.node(title)).to_be_focused()

    def added(key: str, sort: str, title: str) -> None:
        page.keyboard.press(key)
        expect(page.locator(".ds-popup input")).to_be_focused()
        goes_on(page, sort)
        page.keyboard.press("Enter")
        named(title)

    added("n", "Start", "Request")
    added("a", "Review", "Manager review")
    added("a", "Activity", "Decide")
    added("a", "End", "Report")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(drawer.node("Request")).to_be_focused()
    added("a", "Review", "HR review")
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    expect(drawer.node("Decide")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[name=title]")).to_be_focused()
    page.locator("[name=join_mode]").focus()
    goes_on(page, "all of")
    drawer.saved()
    assert graph_json(process) == PARALLEL


def test_parallel_process_drawn_in_the_outline_of_a_phone(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw(viewport={"width": 390, "height": 844})
    drawer.open(process)
    page = drawer.page
    outline = page.locator("#designer-outline")
    expect(outline).to_be_visible()

    def added(control: str, sort: str, title: str) -> None:
        outline.locator(f"[name={control}]").select_option(sort)
        box = outline.locator("input:focus")
        types(box, title)
        box.press("Enter")
        expect(outline.locator(f"[data-step] input[value='{title}'], [data-step]").first).to_be_visible()

    def step(title: str) -> str:
        return str(
            page.evaluate(
                "title => [...document.querySelectorAll('[data-step]')]"
                ".find(s => s.querySelector('input').value === title).dataset.step",
                title,
            )
        )

    added("add", "start", "Request")
    added(f"after-{step('Request')}", "review", "Manager review")
    added(f"after-{step('Request')}", "review", "HR review")
    added(f"after-{step('Manager review')}", "standard", "Decide")
    added(f"after-{step('Decide')}", "end", "Report")
    target = outline.locator(f"[name=connect-{step('HR review')}]")
    target.click()
    types(target, "Dec")
    target.press("Enter")
    outline.locator(f"[name=join_mode-{step('Decide')}]").select_option("and")
    drawer.saved()
    drawer.look("outline-phone")
    assert graph_json(process) == PARALLEL
    wider = (
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
    )
    assert page.evaluate(f"{wider}.map(e => e.outerHTML.slice(0, 150))") == []


def test_illegal_connection_is_refused_with_its_reason(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    drawer.connect("First", "Second")
    expect(drawer.page.locator(".ds-tip")).to_have_text("Already connected to “Second”.")
    assert len(stored(process)["ways"]) == 1


def test_undo_takes_back_a_deletion_with_its_transitions(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    before = stored(process)
    drawer.node("First").click()
    drawer.page.keyboard.press("Delete")
    expect(drawer.node("First")).to_have_count(0)
    drawer.saved()
    drawer.page.keyboard.press("Control+z")
    expect(drawer.node("First")).to_have_count(1)
    drawer.saved()
    assert stored(process) == before


def test_dragging_moves_by_the_grid_and_is_one_step(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    box = drawer.node("First").bounding_box()
    assert box
    drawer.drag(drawer.node("First"), box["x"] + 100, box["y"] + 190)
    drawer.saved()
    place = loader.read(Process.objects.get(pk=process.pk)).graph.activity("first").position
    assert place is not None
    assert place != (80, 80)
    drawer.page.locator("[data-tool=undo]").click()
    drawer.saved()
    assert loader.read(Process.objects.get(pk=process.pk)).graph.activity("first").position == (80, 80)


EVIL = "<img src=x onerror=alert(1)>"
TEXTS = "input[type=text]:enabled, textarea:enabled"


def filled(drawer: Drawer, place: str) -> set[str]:
    """Type markup into every text field there is at that place, and tell their names."""
    page = drawer.page
    for part in page.locator(f"{place} details").all():
        part.evaluate("part => { part.open = true; }")
    found = page.locator(place).locator(TEXTS)
    names = [str(name) for name in found.evaluate_all("all => all.map(each => each.name)")]
    for name in names:
        box = page.locator(f"{place} [name='{name}']")
        paste(box, f"{EVIL} {name}")
        box.press("Tab")
    return set(names)


def test_script_in_every_text_field_stays_text(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    page = drawer.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.accept()))
    drawer.open(process)
    panel = "[data-panel=properties]"
    seen = filled(drawer, panel)
    drawer.node("First").click()
    page.locator("[name=kind]").select_option("subflow")
    paste(page.locator(f"{panel} [name=push_application]"), EVIL)
    seen |= filled(drawer, panel)
    page.locator(f"{panel} .ds-way").first.click()
    expect(page.locator(f"{panel} [name=condition]")).to_be_visible()
    seen |= filled(drawer, panel)
    page.locator("[data-name=build]").click()
    paste(page.locator("dialog [name=condition-text]"), f"outcome == '{EVIL}'")
    expect(page.locator("dialog [data-branch]")).to_contain_text(EVIL)
    seen |= filled(drawer, "dialog")
    page.locator("dialog").get_by_role("button", name="Use this condition").click()
    page.locator("[data-tool=outline]").click()
    seen |= filled(drawer, "#designer-outline")
    page.locator("[data-tab=problems]").click()
    expect(page.locator(".ds-findings li").first).to_be_visible()
    page.locator("[data-tool=outline]").click()
    page.locator("[data-tool=find]").click()
    paste(page.locator(".ds-popup input"), EVIL)
    expect(page.locator(".ds-popup")).to_contain_text("title")
    page.keyboard.press("Escape")
    paste(page.locator("#designer-palette input"), EVIL)
    assert seen >= TYPED
    assert page.locator("img").count() == 0
    assert dialogs == []
    assert json.loads(page.evaluate("JSON.stringify(document.body.designer.editor.graph.toJSON())"))


TYPED = {
    *("title", "description", "subflow", "roles", "allowed_groups", "allowed_users", "push_application"),
    *("push_params", "application", "app_params", "form_class", "form_template", "compensation_handler"),
    *("sla_duration", "sla_warn", "sla_roles", "name", "condition", "pre_hook", "post_hook"),
    *("condition-text", "test-outcome", "test-data", "title-first", "condition-first-second"),
}
"""Fields that have to be among those that were found."""


def test_stored_script_stays_text_wherever_it_is_shown(draw: Callable[..., Drawer]) -> None:
    evil = f"{EVIL}</script>"
    first, second = two_in_a_row()["activities"]
    way = {
        "key": "way",
        "source": "first",
        "target": "second",
        "ordering": 10,
        "condition": evil,
        "name": evil,
    }
    process = draft(
        title=evil,
        description=evil,
        begin="first",
        end="second",
        activities=[{**first, "title": evil, "description": evil, "split_mode": "xor"}, second],
        transitions=[way, {**way, "key": "other", "condition": "", "description": evil, "ordering": 20}],
    )
    drawer = draw()
    page = drawer.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    drawer.open(process)
    expect(page.locator("#designer-title")).to_have_text(evil)
    drawer.node(evil).hover()
    drawer.node(evil).click()
    for tab in ("problems", "history"):
        page.locator(f"[data-tab={tab}]").click()
        page.wait_for_load_state("networkidle")
    page.locator("[data-tool=publish]").click()
    expect(page.get_by_role("dialog")).to_contain_text(evil)
    page.keyboard.press("Escape")
    page.locator("[data-tool=outline]").click()
    assert page.locator("img").count() == 0
    assert dialogs == []
