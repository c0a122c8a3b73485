"""
Nothing that a German reader sees, or hears read aloud, is still in English.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from tests.e2e import screens
from tests.e2e.screens import Draw, Screens

CATALOGUES = Path(__file__).resolve().parent.parent.parent / "locale" / "de" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")

DATA = frozenset({"Begin", "End", "Approval", "Refinement"})
"""Titles of the activities in the example processes, which are nobody's to translate."""

TEXTS = """() => {
  const isSeen = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest('[lang]:not(html)');
  const found = [document.title];
  for (const e of document.querySelectorAll('body, body *')) {
    if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(e.tagName) || !(isSeen(e) || e.closest('select'))) continue;
    for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
      found.push(e.getAttribute(name) ?? '');
    for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
  }
  return found.map((text) => text.replace(/\\s+/g, ' ').trim());
}"""


def english() -> set[str]:
    """The texts that read differently in German."""
    found = set()
    for domain in DOMAINS:
        with (CATALOGUES / f"{domain}.po").open("rb") as file:
            pairs = [(message.id, message.string) for message in read_po(file)]
        found |= {text for text, german in pairs if isinstance(text, str) and german not in ("", text)}
    return found - DATA - {""}


def untranslated(page: Page, texts: set[str]) -> list[str]:
    return sorted(texts & set(page.evaluate(TEXTS)))


def left_in_english(tour: Screens) -> dict[str, list[str]]:
    texts = english()
    seen = {name: untranslated(page, texts) for name, page in tour}
    return {name: left for name, left in seen.items() if left}


def test_pages_for_everybody_are_german(draw: Draw) -> None:
    assert left_in_english(screens.of_people(draw, "/de")) == {}


def test_pages_for_those_who_keep_processes_are_german(draw: Draw) -> None:
    assert left_in_english(screens.of_keepers(draw, "/de")) == {}


def test_designer_is_german(draw: Draw) -> None:
    assert left_in_english(screens.of_designer(draw, "/de")) == {}
