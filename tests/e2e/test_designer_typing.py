"""
Nothing that the server answers touches the element one is in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

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
  new MutationObserver(() => box.isConnected || window.losses.push('replaced'))
    .observe(document.body, {childList: true, subtree: true});
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
