"""
What hands do in a browser: keys come one after another, while the server answers in between.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

PACE = 70
"""Between two keys, in ms: as people type, and slow enough that answers come in between."""

SLOW = 110
"""For what must outlast an answer that comes late."""


def types(field: Locator, text: str, *, pace: int = PACE) -> None:
    """Click into a field and type in the place of what it holds."""
    field.click()
    field.press("ControlOrMeta+a")
    if text:
        field.press_sequentially(text, delay=pace)
    else:
        field.press("Delete")


def goes_on(page: Page, text: str, *, pace: int = PACE) -> None:
    """Type wherever the keyboard is."""
    page.keyboard.type(text, delay=pace)


def paste(field: Locator, text: str) -> None:
    """Put in a whole text at once, as from the clipboard."""
    field.fill(text)


def picks(field: Locator, value: str) -> None:
    """Choose a day or a time in the browser's own calendar, which no page can see."""
    field.fill(value)
