"""
People who draw in the designer, and processes for them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polib
from django.contrib.auth.models import User
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from goflow.core import exchange as core_exchange
from goflow.workflow import exchange, loader
from goflow.workflow.models import Process
from tests.e2e.hands import paste, types
from tests.messages import ROOT, marked_in_scripts

PATIENCE_MS = 60_000
"""How long a test waits for what a page shows in the end: a loaded machine takes its time."""

CATALOGUES = ROOT / "locale"
QUIET = ("debug", "info", "log")
MISSED = "No translation: "

LISTEN = f"""
document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective));
for (const name of ['gettext', 'ngettext', 'pgettext']) {{
  let translate;
  const ask = (...texts) => {{
    const key = name === 'pgettext' ? texts.slice(0, 2).join('\u0004') : texts[0];
    const isEnglish = document.documentElement.lang === 'en';
    if (!isEnglish && !(key in window.django.catalog)) console.warn({MISSED!r} + key);
    return translate(...texts);
  }};
  const set = (given) => {{ translate = given; }};
  Object.defineProperty(window, name, {{get: () => translate && ask, set}});
}}
document.addEventListener('DOMContentLoaded', () => {{
  const isDrawing = document.querySelector('script[src$="jsi18n/"]');
  if (isDrawing && !window.gettext) console.warn({MISSED!r} + 'there is no catalogue');
}});
"""
"""Complains of what the policy forbids, and of texts that the catalogue of the page's language lacks."""

EXPECTED_REFUSALS = frozenset({400, 409, 412})

BLANK: dict[str, Any] = {"format": "goflow-process", "format_version": 1, "code": "drawn", "title": "Drawn"}


@cache
def unfinished() -> frozenset[str]:
    """Texts of the scripts that are marked for translation but not translated into every language yet."""
    files = [polib.pofile(str(path)) for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/djangojs.po"))]
    done = set.intersection(*({(e.msgctxt, e.msgid) for e in file if e.translated()} for file in files))
    return frozenset(text for context, text in marked_in_scripts() if (context, text) not in done)


class Drawer:
    """One person who draws."""

    def __init__(self, browser: Browser, home: str, pictures: Path, **context: Any) -> None:
        wanted = {"locale": "en", "viewport": {"width": 1440, "height": 900}, **context}
        self.context = browser.new_context(**wanted)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.home, self.pictures = home, pictures
        self.complaints: list[str] = []
        self.expected = set(EXPECTED_REFUSALS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.add_init_script(LISTEN)

    def _hear(self, message: ConsoleMessage) -> None:
        is_refusal = message.text.startswith("Failed to load resource") and any(
            str(status) in message.text for status in self.expected
        )
        is_offline = "ERR_INTERNET_DISCONNECTED" in message.text
        # Texts that are not translated yet are for tests/test_messages.py to tell.
        is_new = message.text.startswith(MISSED) and message.text.removeprefix(MISSED) in unfinished()
        if message.type not in QUIET and not (is_refusal or is_offline or is_new):
            self.complaints.append(message.text)

    def sign_in(self, name: str, password: str) -> None:
        """As with a password manager."""
        self.page.goto(f"{self.home}/leave/accounts/login/?next=/leave/mywork/")
        paste(self.page.get_by_label("Username"), name)
        paste(self.page.get_by_label("Password"), password)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, process: Process, language: str = "") -> None:
        self.page.goto(f"{self.home}{language}/leave/designer/{process.pk}/")
        self.page.wait_for_selector("body[data-ready]")

    def look(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def node(self, title: str) -> Locator:
        return self.page.locator(".ds-node").filter(has=self.page.get_by_text(title, exact=True))

    def key(self, title: str) -> str:
        return str(self.node(title).get_attribute("data-key"))

    def drag(self, start: Locator, x: float, y: float) -> None:
        box = start.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(x - 20, y - 5, steps=4)
        self.page.mouse.move(x, y, steps=4)
        self.page.mouse.up()

    def connect(self, source: str, target: str) -> None:
        box = self.node(target).bounding_box()
        assert box
        self.drag(self.node(source).locator(".ds-port"), box["x"] + 60, box["y"] + 20)

    def place(self, sort: str, x: float, y: float, title: str) -> None:
        self.drag(self.page.locator(f"[data-sort={sort}]"), x, y)
        types(self.page.locator(".ds-rename"), title)
        self.page.keyboard.press("Enter")

    def saved(self) -> None:
        """Wait until the server has everything."""
        self.page.keyboard.press("Control+s")
        expect(self.page.locator("#designer-save")).to_have_attribute("data-state", "saved")

    def close(self) -> None:
        self.context.close()

    def rename(self, title: str, wanted: str) -> None:
        self.node(title).dblclick()
        types(self.page.locator(".ds-rename"), wanted)
        self.page.keyboard.press("Enter")


def admin() -> User:
    return User.objects.get(username="admin")


def bea() -> tuple[str, str]:
    """Name and password of a second person who may draw everything."""
    if not User.objects.filter(username="bea").exists():
        User.objects.create_superuser("bea", password="open", first_name="Bea", last_name="Berg")
    return "bea", "open"


def typed(drawer: Drawer, title: str, wanted: str) -> None:
    """Rename an activity on the canvas as a person types."""
    drawer.node(title).dblclick()
    box = drawer.page.locator(".ds-rename")
    box.press("Control+a")
    box.press_sequentially(wanted, delay=80)
    box.press("Enter")


def titles(process: Process) -> list[str]:
    """What the activities are called that the server has."""
    return [activity[0] for activity in stored(process)["activities"]]


def draft(**changes: Any) -> Process:
    """A draft with that content."""
    return exchange.import_draft(core_exchange.from_dict({**BLANK, **changes}), by=admin()).process


def stored(process: Process) -> dict[str, Any]:
    """What the server has: titles, modes and ways, whatever the keys are."""
    graph = loader.read(Process.objects.get(pk=process.pk)).graph
    titles = {activity.key: activity.title for activity in graph.activities}
    return {
        "begin": titles.get(graph.begin),
        "end": titles.get(graph.end),
        "activities": sorted(
            (a.title, a.kind.value, a.join_mode.value, a.split_mode.value) for a in graph.activities
        ),
        "ways": sorted((titles[t.source], titles[t.target], t.condition) for t in graph.transitions),
    }


def two_in_a_row() -> dict[str, Any]:
    return {
        "begin": "first",
        "end": "second",
        "activities": [
            {"key": "first", "title": "First", "position": [80, 80]},
            {"key": "second", "title": "Second", "position": [400, 80]},
        ],
        "transitions": [{"key": "first-second", "source": "first", "target": "second", "ordering": 10}],
    }
