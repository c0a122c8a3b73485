"""
The designer and the server: problems, saving, two editors, a lost network, publishing, versions, files.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from goflow.workflow import publishing as verbs
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, admin, bea, draft, stored, titles, two_in_a_row, typed
from tests.e2e.hands import types

STUCK = {
    "begin": "ask",
    "end": "meet",
    "activities": [
        {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [40, 120]},
        {"key": "left", "title": "Left", "position": [280, 40]},
        {"key": "right", "title": "Right", "position": [280, 200]},
        {"key": "meet", "title": "Meet", "join_mode": "and", "position": [520, 120]},
    ],
    "transitions": [
        {"key": "ask-left", "source": "ask", "target": "left", "condition": "eq:L", "ordering": 10},
        {"key": "ask-right", "source": "ask", "target": "right", "ordering": 20},
        {"key": "left-meet", "source": "left", "target": "meet", "ordering": 30},
        {"key": "right-meet", "source": "right", "target": "meet", "ordering": 40},
    ],
}


def test_deadlock_is_shown_played_and_fixed(draw: Callable[..., Drawer]) -> None:
    process = draft(**STUCK)
    drawer = draw(reduced_motion="reduce")
    drawer.open(process)
    page = drawer.page
    page.locator("[data-tab=problems]").click()
    finding = page.locator(".ds-error").filter(has_text="wait for ever")
    expect(finding).to_be_visible()
    drawer.look("problems")
    finding.get_by_role("button", name="Play it").click()
    expect(drawer.node("Meet")).to_have_attribute("data-run", "stuck")
    expect(page.locator("[data-stuck]")).to_have_text("Meet waits for ever.")
    drawer.look("deadlock-played")
    page.locator("[data-bar=run]").get_by_role("button", name="Stop").click()
    page.locator("[data-tab=problems]").click()
    finding.get_by_role("button", name="Wait only for what can still come").click()
    expect(finding).to_have_count(0)
    drawer.saved()
    assert ("Meet", "standard", "or", "and") in stored(process)["activities"]


def test_changes_of_two_people_are_brought_together_in_silence(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    one, other = draw(), draw(*bea())
    one.open(process)
    other.open(process)
    typed(other, "Second", "Check by HR")
    other.saved()
    typed(one, "First", "Ask for leave")
    one.saved()
    expect(one.page.locator(".toast")).to_contain_text("Bea Berg renamed “Second” to “Check by HR”")
    expect(one.page.locator("[data-bar=conflict]")).to_have_count(0)
    expect(one.node("Check by HR")).to_be_visible()
    one.look("merged")
    assert titles(process) == ["Ask for leave", "Check by HR"]


def test_undo_takes_back_own_steps_and_keeps_those_of_others(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    one, other = draw(), draw(*bea())
    one.open(process)
    other.open(process)
    typed(one, "First", "Mine")
    typed(other, "Second", "Theirs")
    other.saved()
    one.saved()
    one.page.locator("[data-tool=undo]").click()
    expect(one.node("First")).to_be_visible()
    expect(one.node("Theirs")).to_be_visible()
    one.page.locator("[data-tool=redo]").click()
    expect(one.node("Mine")).to_be_visible()
    one.saved()
    assert titles(process) == ["Mine", "Theirs"]


def test_what_others_save_comes_while_one_types(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    one, other = draw(), draw(*bea())
    one.open(process)
    other.open(process)
    typed(other, "Second", "Theirs")
    other.saved()
    one.node("First").dblclick()
    box = one.page.locator(".ds-rename")
    box.press("Control+a")
    for count, letters in enumerate(("Check the ", "holiday ", "calendar")):
        box.press_sequentially(letters, delay=80)
        if count == 0:
            one.page.evaluate("revision => document.body.designer.autosave.catchUp(revision)", -1)
            expect(one.node("Theirs")).to_be_visible()
    box.press("Enter")
    one.saved()
    assert titles(process) == ["Check the holiday calendar", "Theirs"]


def test_the_own_second_tab_is_called_so(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    one, other = draw(), draw()
    one.open(process)
    other.open(process)
    typed(other, "Second", "There")
    other.saved()
    typed(one, "First", "Here")
    one.saved()
    expect(one.page.locator(".toast")).to_contain_text("Your other tab renamed “Second”")
    assert titles(process) == ["Here", "There"]


def test_what_both_changed_is_asked_for(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    one, other = draw(), draw()
    one.open(process)
    other.open(process)
    one.rename("First", "Mine")
    other.rename("First", "Theirs")
    other.saved()
    one.page.keyboard.press("Control+s")
    one.page.locator("[data-bar=conflict]").get_by_role("button", name="Review and merge").click()
    one.page.get_by_role("button", name="Merge and save").click()
    expect(one.page.get_by_text("Choose one side for every line.")).to_be_visible()
    one.page.get_by_label("theirs: Theirs").check()
    one.page.get_by_role("button", name="Merge and save").click()
    expect(one.page.locator("#designer-save")).to_have_attribute("data-state", "saved")
    assert [activity[0] for activity in stored(process)["activities"]] == ["Second", "Theirs"]


def conflicting(draw: Callable[..., Drawer]) -> tuple[Process, Drawer]:
    """A drawer whose change was refused, because another one saved first."""
    process = draft(**two_in_a_row())
    one, other = draw(), draw(*bea())
    one.open(process)
    other.open(process)
    one.rename("First", "Mine")
    other.rename("First", "Theirs")
    other.saved()
    one.page.keyboard.press("Control+s")
    bar = one.page.locator("[data-bar=conflict]")
    expect(bar).to_contain_text("Bea Berg changed this draft meanwhile (1 change)")
    return process, one


def test_own_changes_become_a_new_draft_beside_theirs(draw: Callable[..., Drawer]) -> None:
    process, drawer = conflicting(draw)
    page = drawer.page
    page.locator("[data-bar=conflict]").get_by_role("button", name="Keep mine as a new draft").click()
    page.wait_for_url(lambda url: f"/{process.pk}/" not in url)
    page.wait_for_selector("body[data-ready]")
    expect(drawer.node("Mine")).to_be_visible()
    other = Process.objects.get(code=process.code, version=2)
    assert [activity[0] for activity in stored(other)["activities"]] == ["Mine", "Second"]
    assert [activity[0] for activity in stored(process)["activities"]] == ["Second", "Theirs"]


def test_own_changes_are_discarded_for_theirs(draw: Callable[..., Drawer]) -> None:
    process, drawer = conflicting(draw)
    page = drawer.page
    page.locator("[data-bar=conflict]").get_by_role("button", name="Discard mine").click()
    expect(drawer.node("Theirs")).to_be_visible()
    expect(page.locator("#designer-save")).to_have_attribute("data-state", "saved")
    drawer.rename("Second", "Later")
    drawer.saved()
    assert [activity[0] for activity in stored(process)["activities"]] == ["Later", "Theirs"]


def test_nothing_is_saved_while_a_review_is_put_off(draw: Callable[..., Drawer]) -> None:
    process, drawer = conflicting(draw)
    page = drawer.page
    page.locator("[data-bar=conflict]").get_by_role("button", name="Review and merge").click()
    page.get_by_role("dialog").get_by_role("button", name="Later").click()
    page.keyboard.press("Control+s")
    expect(page.locator("#designer-save")).to_have_attribute("data-state", "conflict")
    expect(page.locator("[data-bar=conflict]")).to_be_visible()
    assert [activity[0] for activity in stored(process)["activities"]] == ["Second", "Theirs"]


def test_lost_network_loses_nothing(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    drawer.context.set_offline(True)
    drawer.rename("First", "Offline")
    drawer.page.keyboard.press("Control+s")
    expect(drawer.page.locator("#designer-save")).to_have_attribute("data-state", "failed")
    drawer.context.set_offline(False)
    expect(drawer.page.locator("#designer-save")).to_have_attribute("data-state", "saved")
    assert [activity[0] for activity in stored(process)["activities"]] == ["Offline", "Second"]


def test_unsaved_changes_are_offered_after_a_reload(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    drawer.page.on("dialog", lambda dialog: dialog.accept())
    drawer.page.route("**/draft/", lambda route: route.abort("internetdisconnected"))
    drawer.rename("First", "Kept")
    expect(drawer.page.locator("#designer-save")).to_have_attribute("data-state", "failed")
    drawer.page.unroute("**/draft/")
    drawer.open(process)
    drawer.page.locator("[data-bar=copy]").get_by_role("button", name="Restore them").click()
    drawer.saved()
    assert [activity[0] for activity in stored(process)["activities"]] == ["Kept", "Second"]


FORBIDDEN = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); },
});"""


def test_a_browser_that_remembers_nothing_still_saves(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.page.add_init_script(FORBIDDEN)
    drawer.open(process)
    drawer.rename("First", "Saved")
    drawer.saved()
    drawer.page.locator("[data-tool=help]").click()
    drawer.page.locator("[name=single-keys]").uncheck()
    drawer.page.keyboard.press("Escape")
    drawer.node("Saved").click()
    drawer.page.keyboard.press("n")
    expect(drawer.page.locator(".ds-popup")).to_have_count(0)
    assert [activity[0] for activity in stored(process)["activities"]] == ["Saved", "Second"]


def test_draft_is_published_with_a_note(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    page.locator("[data-tool=publish]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Changed by")
    drawer.look("publish")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Say in a note what has changed.")).to_be_visible()
    types(dialog.locator("[name=note]"), "The first version")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Version 1 of “Drawn” is published")
    drawer.look("published")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Edit as new draft")).to_be_visible()
    expect(page.locator("[data-bar=readonly]")).to_have_text(re.compile("published, so it never changes"))
    assert Process.objects.get(pk=process.pk).status == "published"


def test_versions_are_compared_on_the_canvas_and_restored(draw: Callable[..., Drawer]) -> None:
    first = draft(**two_in_a_row())
    verbs.publish(first, by=admin(), note="one")
    second = verbs.clone(first, by=admin())
    drawer = draw()
    drawer.open(second)
    page = drawer.page
    drawer.rename("First", "Changed")
    drawer.node("Second").click()
    page.keyboard.press("Delete")
    drawer.saved()
    page.locator("[data-tab=history]").click()
    version = page.locator(f"[data-version='{first.pk}']")
    version.get_by_role("button", name="Compare").click()
    expect(drawer.node("Changed")).to_have_attribute("data-diff", "changed")
    expect(drawer.node("Second")).to_have_attribute("data-diff", "removed")
    drawer.look("diff")
    page.get_by_role("button", name="Back to drawing").click()
    expect(drawer.node("Second")).to_have_count(0)
    version.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(drawer.node("Second")).to_have_count(1)
    drawer.saved()
    assert stored(second) == stored(first)


def test_condition_is_built_and_tried(draw: Callable[..., Drawer]) -> None:
    process = draft(**STUCK)
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    drawer.node("Ask").click()
    page.get_by_role("button", name="Condition to Left").click()
    dialog = page.get_by_role("dialog")
    types(dialog.locator("[name=outcome-value]"), "GO LEFT")
    types(dialog.locator("[name=test-outcome]"), "GO LEFT")
    expect(dialog.locator("[data-branch=ask-left]")).to_contain_text("yes, taken")
    drawer.look("condition")
    dialog.locator("[name=condition-form]").select_option("rows")
    types(dialog.locator("[name=row-field-0]"), "instance.priority")
    dialog.locator("[name=row-operator-0]").select_option(">")
    types(dialog.locator("[name=row-value-0]"), "3")
    dialog.locator("[name=row-value-0]").press("Tab")
    expect(dialog.locator("[name=condition-text]")).to_have_value("instance.priority > 3")
    dialog.get_by_role("button", name="Use this condition").click()
    drawer.saved()
    assert ("Ask", "Left", "instance.priority > 3") in stored(process)["ways"]


def test_copy_is_pasted_into_another_process(draw: Callable[..., Drawer]) -> None:
    source, target = draft(**two_in_a_row()), draft(code="other", **two_in_a_row())
    drawer = draw(permissions=["clipboard-read", "clipboard-write"])
    drawer.open(source)
    drawer.page.locator(".ds-canvas").focus()
    drawer.page.keyboard.press("Control+a")
    drawer.page.keyboard.press("Control+c")
    drawer.open(target)
    drawer.page.locator(".ds-canvas").focus()
    drawer.page.keyboard.press("Control+v")
    expect(drawer.page.locator(".ds-node")).to_have_count(4)
    drawer.saved()
    assert len(stored(target)["ways"]) == 2
