"""
Nothing that the server answers touches the element one is in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, two_in_a_row
from tests.e2e.hands import SLOW, goes_on, types

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "holiday plan"
"""Long enough that the answers to its first letters arrive before the last ones are typed."""

PANEL = "#designer-properties"

WATCH = """(box) => {
  window.mine = box;
  window.losses = [];
  box.addEventListener('blur', () => window.losses.push('blur'));
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(() => box.isConnected || window.losses.push('replaced'));
  window.watcher.observe(document.body, {childList: true, subtree: true});
}"""

ANSWERS = ("/validate/", "/draft/", "/presence/", "/condition/")


def graph_of(process: Process) -> Any:
    return loader.read(Process.objects.get(pk=process.pk)).graph


def hurried(page: Page) -> None:
    """Let the draft save itself while one types, not only after a pause."""
    page.evaluate(
        "() => { const {autosave} = document.body.designer;"
        " window.setInterval(() => { if (autosave.isPending) void autosave.save(); }, 150); }"
    )


def heard(page: Page) -> list[str]:
    """What the server was asked from now on and has answered."""
    found: list[str] = []
    page.on("response", lambda answer: found.append(answer.url))
    return found


def typed(page: Page, field: Locator, text: str = WORDS) -> None:
    """Type into a field; the same element keeps the keyboard and has the whole text."""
    types(field, text[:1])
    field.evaluate(WATCH)
    goes_on(page, text[1:], pace=SLOW)
    assert page.evaluate("window.losses") == []
    assert page.evaluate("document.activeElement === window.mine")
    assert page.evaluate("window.mine.value") == text


def at_work(draw: Callable[..., Drawer], **changes: Any) -> tuple[Drawer, Process]:
    process = draft(**{**two_in_a_row(), **changes})
    drawer = draw()
    drawer.open(process)
    hurried(drawer.page)
    return drawer, process


def touch(drawer: Drawer) -> None:
    """An edit, so that answers are on their way."""
    drawer.page.evaluate("document.body.designer.editor.nudge(8, 0)")


def test_the_title_of_a_new_step_is_typed_to_its_end(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    answers = heard(page)
    drawer.node("First").click()
    page.keyboard.press("a")
    goes_on(page, "review")
    page.keyboard.press("Enter")
    page.locator(".ds-rename").evaluate(WATCH)
    goes_on(page, "Check the holiday calendar", pace=SLOW)
    assert page.evaluate("window.losses") == []
    page.keyboard.press("Enter")
    drawer.saved()
    assert "Check the holiday calendar" in [a.title for a in graph_of(process).activities]
    assert any("/validate/" in url for url in answers)


FIELDS = ["title", "application", "form_class", "form_template", "sla_duration", "sla_warn", "description"]


@pytest.mark.parametrize("section", ["General", "Form and application", "Time allowed", "Notes"])
def test_fields_of_a_step_keep_the_keyboard(draw: Callable[..., Drawer], section: str) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    part = page.locator(f"{PANEL} [data-section='{section}']")
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()
    names = [name for name in FIELDS if part.locator(f"[name={name}]").count()]
    assert names
    for name in names:
        touch(drawer)
        typed(page, page.locator(f"{PANEL} [name={name}]"))
    page.keyboard.press("Tab")
    drawer.saved()
    [second] = [a for a in graph_of(process).activities if a.key == "second"]
    assert {name: getattr(second, name) for name in names} == dict.fromkeys(names, WORDS)


def test_fields_of_a_transition_keep_the_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    page.evaluate("document.body.designer.editor.select(['first-second'])")
    page.locator(f"{PANEL} [data-section='Hooks and notes'] summary").click()
    names = ["condition", "name", "pre_hook", "post_hook", "description"]
    for name in names:
        typed(page, page.locator(f"{PANEL} [name={name}]"))
    drawer.saved()
    [way] = graph_of(process).transitions
    wanted = {**dict.fromkeys(names, WORDS), "condition": f"eq:{WORDS}"}
    assert {name: getattr(way, name) for name in names} == wanted


def test_fields_of_the_process_and_the_outline_keep_the_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    for name in ("title", "description"):
        typed(page, page.locator(f"{PANEL} [name={name}]"), f"{name} {WORDS}")
    page.locator("[data-tool=outline]").click()
    for name in ("title-first", "condition-first-second"):
        touch(drawer)
        typed(page, page.locator(f"[name={name}]"), f"{name} {WORDS}")
    page.keyboard.press("Tab")
    drawer.saved()
    graph = graph_of(process)
    assert (graph.title, graph.description) == (f"title {WORDS}", f"description {WORDS}")
    assert graph.activities[0].title == f"title-first {WORDS}"
    assert graph.transitions[0].condition == f"eq:condition-first-second {WORDS}"


def test_parameters_keep_the_keyboard_until_they_can_be_read(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    page.locator(f"{PANEL} [data-section='Form and application'] summary").click()
    field = page.locator(f"{PANEL} [name=app_params]")
    touch(drawer)
    typed(page, field, '{"days": ')
    page.keyboard.press("Tab")
    expect(page.get_by_text("This is no JSON object; it is not stored yet.")).to_be_visible()
    drawer.saved()
    expect(field).to_have_value('{"days": ')
    field.click()
    page.keyboard.press("Control+End")
    goes_on(page, "3}")
    page.keyboard.press("Tab")
    expect(page.get_by_text("This is no JSON object; it is not stored yet.")).to_be_hidden()
    drawer.saved()
    [second] = [a for a in graph_of(process).activities if a.key == "second"]
    assert second.app_params == {"days": 3}


def test_steps_of_an_escalation_keep_the_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    page.locator(f"{PANEL} [data-section='Time allowed'] summary").click()
    page.locator("[data-name=escalation-add]").click()
    typed(page, page.locator("[name=escalation-after-0]"), "12h 30m")
    typed(page, page.locator("[name=escalation-roles-0]"), "managers")
    page.keyboard.press("Enter")
    drawer.saved()
    [second] = [a for a in graph_of(process).activities if a.key == "second"]
    [step] = second.escalations
    assert (step.after, list(step.roles)) == ("12h 30m", ["managers"])


def test_dialogs_keep_the_keyboard(draw: Callable[..., Drawer]) -> None:
    drawer, _ = at_work(draw)
    page = drawer.page
    page.evaluate("document.body.designer.editor.select(['first-second'])")
    page.locator("[data-name=build]").click()
    dialog = page.get_by_role("dialog")
    answers = heard(page)
    for name in ("condition-text", "test-outcome", "test-data"):
        typed(page, dialog.locator(f"[name={name}]"))
    dialog.locator("[name=condition-form]").select_option("outcome")
    typed(page, dialog.locator("[name=outcome-value]"))
    dialog.locator("[name=condition-form]").select_option("rows")
    for name in ("row-field-0", "row-value-0"):
        typed(page, dialog.locator(f"[name={name}]"))
    assert any("/condition/" in url for url in answers)
    dialog.get_by_role("button", name="Cancel").click()


def test_names_are_added_by_enter_comma_or_the_button_only(draw: Callable[..., Drawer]) -> None:
    drawer, process = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    page.locator(f"{PANEL} [name=node_type]").select_option("review")
    roles = page.locator(f"{PANEL} [data-part=roles]")
    box = page.locator(f"{PANEL} [name=roles]")
    typed(page, box, "secretary")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator(f"{PANEL} [name=allowed_groups]").click()
    expect(roles.locator(".ds-chip")).to_have_count(0)
    expect(roles.get_by_text("Not added yet.")).to_be_visible()
    drawer.saved()
    expect(box).to_have_value("secretary")
    roles.get_by_role("button", name="Add").click()
    expect(roles.locator(".ds-chip")).to_have_text(["secretary"])
    expect(box).to_be_focused()
    typed(page, box, "boss")
    page.keyboard.press("Enter")
    goes_on(page, "clerk, rest", pace=SLOW)
    expect(roles.locator(".ds-chip")).to_have_text(["secretary", "boss", "clerk"])
    expect(box).to_have_value("rest")
    drawer.node("First").click()
    drawer.node("Second").click()
    drawer.saved()
    [second] = [a for a in graph_of(process).activities if a.key == "second"]
    assert sorted(second.roles) == ["boss", "clerk", "secretary"]


def test_a_heading_opens_with_the_first_click_after_typing(draw: Callable[..., Drawer]) -> None:
    drawer, _ = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    types(page.locator(f"{PANEL} [name=title]"), "Later")
    part = page.locator(f"{PANEL} [data-section='Time allowed']")
    part.locator("summary").click()
    expect(page.locator("[name=sla_duration]")).to_be_visible()
    drawer.saved()
    expect(page.locator("[name=sla_duration]")).to_be_visible()
    expect(drawer.node("Later")).to_be_visible()


def test_what_another_act_changes_shows_once_one_leaves_the_field(draw: Callable[..., Drawer]) -> None:
    drawer, _ = at_work(draw)
    page = drawer.page
    drawer.node("Second").click()
    title = page.locator(f"{PANEL} [name=title]")
    title.click()
    title.evaluate(WATCH)
    page.evaluate("document.body.designer.editor.rename('second', 'Elsewhere')")
    expect(drawer.node("Elsewhere")).to_be_visible()
    expect(title).to_have_value("Second")
    page.keyboard.press("Tab")
    expect(title).to_have_value("Elsewhere")
    mode = page.locator(f"{PANEL} [name=join_mode]")
    mode.select_option("and")
    mode.focus()
    page.evaluate("document.body.designer.editor.undo()")
    expect(mode).to_have_value("xor")
