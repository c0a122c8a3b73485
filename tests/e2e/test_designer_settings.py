"""
What is chosen in the designer: keys, the otherwise of a split, an example to begin with. Who may only look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Request, expect

from goflow.core.problem import Severity
from goflow.workflow import exchange, findings, loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, stored, two_in_a_row
from tests.e2e.hands import types

FORK: dict[str, Any] = {
    "begin": "ask",
    "end": "done",
    "activities": [
        {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [40, 160]},
        {"key": "left", "title": "Left", "position": [360, 40]},
        {"key": "right", "title": "Right", "position": [360, 280]},
        {"key": "done", "title": "Done", "position": [680, 160]},
    ],
    "transitions": [
        {"key": "ask-left", "source": "ask", "target": "left", "condition": "eq:LEFT", "ordering": 10},
        {"key": "ask-right", "source": "ask", "target": "right", "ordering": 20},
        {"key": "left-done", "source": "left", "target": "done", "ordering": 10},
        {"key": "right-done", "source": "right", "target": "done", "ordering": 10},
    ],
}
SWITCH = "[name=single-keys]"


def keys_switched_off(drawer: Drawer) -> None:
    drawer.page.locator("[data-tool=help]").click()
    drawer.page.locator(SWITCH).uncheck()
    drawer.page.get_by_role("dialog").get_by_role("button", name="Close").click()


def test_single_keys_can_be_switched_off(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    keys_switched_off(drawer)
    drawer.node("First").click()
    for key in ("n", "a", "c", "e", "l", "t", "/", "?", "0"):
        page.keyboard.press(key)
    expect(page.locator(".ds-popup, .ds-rename, dialog, [data-bar=run]")).to_have_count(0)
    page.keyboard.press("F2")
    expect(page.locator(".ds-rename")).to_be_focused()


def test_the_switch_of_the_keys_is_remembered_by_the_browser(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer, other = draw(), draw()
    drawer.open(process)
    keys_switched_off(drawer)
    drawer.open(process)
    drawer.page.locator("[data-tool=help]").click()
    expect(drawer.page.locator(SWITCH)).not_to_be_checked()
    drawer.page.locator(SWITCH).check()
    drawer.page.keyboard.press("Escape")
    drawer.node("First").click()
    drawer.page.keyboard.press("n")
    expect(drawer.page.locator(".ds-popup input")).to_be_focused()
    other.open(process)
    other.page.locator("[data-tool=help]").click()
    expect(other.page.locator(SWITCH)).to_be_checked()


def otherwise_of(drawer: Drawer, source: str, target: str) -> Any:
    drawer.node(source).click()
    drawer.page.locator(".ds-ways .ds-way").filter(has_text=target).click()
    box = drawer.page.locator("[name=otherwise]")
    expect(box).to_be_visible()
    return box


def test_otherwise_moves_from_one_transition_to_another(draw: Callable[..., Drawer]) -> None:
    process = draft(**FORK)
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    label = page.locator(".ds-label-otherwise")
    expect(label).to_have_count(1)
    expect(label).to_have_attribute("data-edge", "ask-right")
    expect(label).to_have_text("otherwise")
    otherwise_of(drawer, "Ask", "Left").check()
    expect(label).to_have_count(1)
    expect(label).to_have_attribute("data-edge", "ask-left")
    drawer.saved()
    assert {way[1:] for way in stored(process)["ways"] if way[0] == "Ask"} == {("Left", ""), ("Right", "")}
    expect(otherwise_of(drawer, "Ask", "Right")).not_to_be_checked()
    page.locator("[data-tab=problems]").click()
    expect(page.locator(".ds-error").first).to_be_visible()
    drawer.look("otherwise-moved")
    page.locator("[data-tool=undo]").click()
    expect(label).to_have_attribute("data-edge", "ask-right")
    expect(page.locator("[data-tool=undo]")).to_be_disabled()
    drawer.saved()
    assert ("Ask", "Left", "eq:LEFT") in stored(process)["ways"]


def test_otherwise_is_switched_off_by_a_condition(draw: Callable[..., Drawer]) -> None:
    process = draft(**FORK)
    drawer = draw()
    drawer.open(process)
    otherwise_of(drawer, "Ask", "Right").click()
    dialog = drawer.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(drawer.page.locator("[name=otherwise]")).to_be_checked()
    drawer.page.locator("[name=otherwise]").click()
    types(dialog.locator("[name=condition-text]"), "eq:RIGHT")
    dialog.get_by_role("button", name="Use this condition").click()
    expect(drawer.page.locator("[name=otherwise]")).not_to_be_checked()
    drawer.saved()
    assert ("Ask", "Right", "eq:RIGHT") in stored(process)["ways"]


@pytest.mark.parametrize("name", ["Blank", "Leave request", "Parallel review", "Escalation"])
def test_an_example_fills_this_draft_and_can_be_published(draw: Callable[..., Drawer], name: str) -> None:
    process = draft()
    before = Process.objects.count()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.locator(".ds-cards").get_by_role("button", name=name).click()
    expect(page.locator(".ds-node").first).to_be_visible()
    drawer.saved()
    drawer.look(f"example-{name}")
    process.refresh_from_db()
    assert (process.title, process.code, Process.objects.count()) == ("Drawn", "drawn", before)
    graph = loader.read(process).graph
    assert [p for p in findings.problems_in(graph, process) if p.severity is Severity.ERROR] == []
    page.locator("[data-tool=publish]").click()
    dialog = page.get_by_role("dialog")
    types(dialog.locator("[name=note]"), "As it comes")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Version 1 of “Drawn” is published")
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("[data-bar=readonly]")).to_be_visible()
    process.refresh_from_db()
    assert process.status == "published"


def test_an_example_is_taken_back_in_one_step(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw()
    drawer.open(process)
    drawer.page.locator("[data-template=leave]").click()
    expect(drawer.page.locator(".ds-empty")).to_be_hidden()
    drawer.page.locator("[data-tool=undo]").click()
    expect(drawer.page.locator(".ds-empty")).to_be_visible()
    drawer.saved()
    assert stored(process)["activities"] == []


def test_steps_of_an_escalation_are_chosen(draw: Callable[..., Drawer]) -> None:
    process = draft(**FORK)
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    drawer.node("Left").click()
    page.locator("[data-section='Time allowed']").evaluate("part => { part.open = true; }")
    page.locator("[data-name=escalation-add]").click()
    page.locator("[data-name=escalation-add]").click()
    types(page.locator("[name=escalation-after-1]"), "12h")
    page.locator("[name=escalation-after-1]").press("Tab")
    page.locator("[name=escalation-action-1]").select_option("reassign")
    types(page.locator("[name=escalation-roles-1]"), "manager")
    page.locator("[name=escalation-roles-1]").press("Enter")
    expect(page.get_by_text("comes due before the step above it").first).to_be_visible()
    types(page.locator("[name=escalation-after-1]"), "3d")
    page.locator("[name=escalation-after-1]").press("Tab")
    page.locator("[data-name=escalation-add]").click()
    page.locator("[name=escalation-action-2]").select_option("priority")
    types(page.locator("[name=escalation-priority-2]"), "5")
    page.locator("[name=escalation-priority-2]").press("Tab")
    page.locator("[data-name=escalation-remove-0]").click()
    drawer.look("escalation")
    drawer.saved()
    [activity] = [a for a in exchange.dump(process)["activities"] if a["key"] == "left"]  # type: ignore[attr-defined]
    assert activity["escalations"] == [
        {"after": "3d", "action": "reassign", "roles": ["manager"]},
        {"after": "4d", "action": "priority", "priority": 5},
    ]


def looker(*rights: str) -> None:
    user = User.objects.create_user("lou", password="open")
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))


def changes_of(drawer: Drawer) -> list[str]:
    """Requests of the designer that could change something."""
    seen: list[str] = []
    harmless = ("/presence/", "/validate/", "/simulate/")

    def hear(request: Request) -> None:
        if request.method != "GET" and not request.url.endswith(harmless):
            seen.append(f"{request.method} {request.url}")

    drawer.page.on("request", hear)
    return seen


def test_who_may_browse_sees_and_changes_nothing(draw: Callable[..., Drawer]) -> None:
    looker("can_browse")
    process = draft(**FORK)
    before = stored(process)
    drawer = draw("lou", "open")
    seen = changes_of(drawer)
    drawer.open(process)
    page = drawer.page
    expect(page.locator("[data-bar=readonly]")).to_have_text("You may look at this process, not change it.")
    expect(page.locator(".ds-node")).to_have_count(4)
    hidden = "#designer-palette, .ds-port, .ds-pad, [data-tool=undo], [data-tool=tidy], [data-tool=publish]"
    assert [e for e in page.locator(hidden).all() if e.is_visible()] == []
    box = drawer.node("Left").bounding_box()
    assert box
    drawer.drag(drawer.node("Left"), box["x"] + 200, box["y"] + 200)
    drawer.node("Left").dblclick()
    expect(page.locator(".ds-rename")).to_have_count(0)
    page.locator(".ds-canvas").focus()
    for key in ("Control+a", "Delete", "Control+d", "Control+v", "n", "a", "c", "F2", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator(".ds-popup, .ds-rename")).to_have_count(0)
    page.keyboard.press("Control+s")
    for title in ("Ask", "Left"):
        drawer.node(title).click()
        assert page.locator("[data-panel=properties]").evaluate(OPEN) == []
    page.locator("[data-panel=properties] .ds-way, .ds-label").first.click()
    assert page.locator("[data-panel=properties]").evaluate(OPEN) == []
    page.locator("[data-tool=outline]").click()
    assert page.locator("#designer-outline").evaluate(OPEN) == []
    page.locator("[data-tab=problems]").click()
    page.locator("[data-tab=history]").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name="Restore").count() == 0
    assert seen == []
    assert page.evaluate("document.body.designer.editor.stack.isDirty") is False
    assert stored(process) == before


OPEN = """place => [...place.querySelectorAll('input, select, textarea')]
  .filter(e => !e.disabled && !e.readOnly).map(e => e.name)"""


def test_who_may_not_even_browse_finds_nothing(draw: Callable[..., Drawer]) -> None:
    looker()
    process = draft(**FORK)
    drawer = draw("lou", "open")
    drawer.expected.add(404)
    answer = drawer.page.goto(f"{drawer.home}/leave/designer/{process.pk}/")
    assert answer
    assert answer.status == 404
    expect(drawer.page.get_by_text("Ask")).to_have_count(0)


def test_who_may_only_browse_is_not_offered_a_draft_of_a_published_version(
    draw: Callable[..., Drawer],
) -> None:
    looker("can_browse")
    drawer = draw("lou", "open")
    drawer.open(Process.objects.get(code="leave"))
    expect(drawer.page.locator("[data-bar=readonly]")).to_be_visible()
    expect(drawer.page.get_by_role("button", name="Edit as new draft")).to_have_count(0)


def test_an_example_fills_an_empty_outline(draw: Callable[..., Drawer]) -> None:
    process = draft()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.locator("[data-tool=outline]").click()
    expect(page.locator(".ds-empty")).to_be_hidden()
    page.locator("#designer-outline [data-template=blank]").click()
    expect(page.locator("[data-step]")).to_have_count(2)
    expect(page.locator("#designer-outline [data-template]")).to_have_count(0)
    drawer.saved()
    assert len(stored(process)["activities"]) == 2


# Light and dark


def test_the_menu_switches_to_dark_and_loses_no_change(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    drawer.rename("First", "Begun")
    page.locator("[data-tool=more]").click()
    expect(page.get_by_role("menuitemradio", name="As the device")).to_have_attribute("aria-checked", "true")
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(drawer.node("Begun")).to_be_visible()
    drawer.saved()
    assert stored(process)["begin"] == "Begun"
    drawer.open(process)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("[data-tool=more]").click()
    page.get_by_role("menuitemradio", name="As the device").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_an_appearance_that_cannot_be_kept_is_told(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()))
    page = drawer.page
    drawer.context.set_offline(True)
    page.locator("[data-tool=more]").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator(".ds-toasts")).to_contain_text("The appearance could not be changed.")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
