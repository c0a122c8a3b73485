"""
The designer in a browser: one process drawn by mouse, by keyboard and in the outline; what may not be drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import expect

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, stored, two_in_a_row

WAYS = [
    ("Request", "Manager review"),
    ("Request", "HR review"),
    ("Manager review", "Decide"),
    ("HR review", "Decide"),
    ("Decide", "Report"),
]

PARALLEL = {
    "begin": "Request",
    "end": "Report",
    "activities": [
        ("Decide", "standard", "and", "and"),
        ("HR review", "standard", "xor", "and"),
        ("Manager review", "standard", "xor", "and"),
        ("Report", "standard", "xor", "and"),
        ("Request", "standard", "xor", "and"),
    ],
    "ways": sorted((*way, "") for way in WAYS),
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
    assert stored(process) == PARALLEL


def test_parallel_process_drawn_by_keyboard_alone(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.locator(".ds-canvas").focus()

    def named(title: str) -> None:
        expect(page.locator(".ds-rename")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(drawer.node(title)).to_be_focused()

    def added(key: str, sort: str, title: str) -> None:
        page.keyboard.press(key)
        expect(page.locator(".ds-popup input")).to_be_focused()
        page.keyboard.type(sort)
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
    page.keyboard.type("all of")
    drawer.saved()
    assert stored(process) == PARALLEL


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
        box.fill(title)
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
    outline.locator(f"[name=connect-{step('HR review')}]").select_option(step("Decide"))
    outline.locator(f"[name=join_mode-{step('Decide')}]").select_option("and")
    drawer.saved()
    drawer.look("outline-phone")
    assert stored(process) == PARALLEL
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


def test_script_in_texts_stays_text(draw: Callable[..., Drawer]) -> None:
    evil = "<img src=x onerror=alert(1)>"
    process = draft(**two_in_a_row())
    drawer = draw()
    page = drawer.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    drawer.open(process)
    drawer.node("First").click()
    panel = page.locator("[data-panel=properties]")
    panel.locator("[name=title]").fill(evil)
    panel.locator("[name=title]").press("Enter")
    for part in panel.locator("details").all():
        part.evaluate("part => { part.open = true; }")
    for name in ("description", "application", "form_class", "push_application", "sla_duration"):
        panel.locator(f"[name={name}]").fill(evil)
    panel.locator("[name=roles]").fill(evil)
    panel.locator("[name=roles]").press("Enter")
    page.locator(".ds-way").click()
    expect(panel.locator("[name=condition]")).to_be_visible()
    panel.locator("details").last.evaluate("part => { part.open = true; }")
    for name in ("name", "condition", "pre_hook", "post_hook"):
        panel.locator(f"[name={name}]").fill(evil)
    page.locator("[data-tool=outline]").click()
    page.locator("[data-tab=problems]").click()
    expect(page.locator(".ds-findings li").first).to_be_visible()
    assert page.locator("img").count() == 0
    assert dialogs == []
    assert json.loads(page.evaluate("JSON.stringify(document.body.designer.editor.graph.toJSON())"))
