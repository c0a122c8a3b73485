"""
No page shows, or reads aloud, a text that did not come through a catalogue.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e import pseudo, screens
from tests.e2e.designer import draft, two_in_a_row
from tests.e2e.screens import Draw, Screens

WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def pseudo_language(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pseudo.speak(settings, monkeypatch, tmp_path / "locale")


pytestmark = pytest.mark.usefixtures("pseudo_language")


def plain(tour: Screens) -> dict[str, list[str]]:
    """By page, the texts that are not translated, and a line if they make it wider than the window."""
    seen = {}
    for name, page in tour:
        too_wide = ["(too wide)"] if page.evaluate(WIDER) else []
        seen[name] = pseudo.plain_texts(page, pseudo.stored_texts()) + too_wide
    return {name: left for name, left in seen.items() if left}


def test_pages_for_everybody_show_only_translated_texts(draw: Draw) -> None:
    assert plain(screens.of_people(draw, "/xx")) == {}


def test_pages_for_those_who_keep_processes_show_only_translated_texts(draw: Draw) -> None:
    assert plain(screens.of_keepers(draw, "/xx")) == {}


def test_designer_shows_only_translated_texts(draw: Draw) -> None:
    assert plain(screens.of_designer(draw, "/xx")) == {}


def test_dialogs_of_the_designer_show_only_translated_texts(draw: Draw) -> None:
    assert plain(screens.of_dialogs(draw, "/xx")) == {}


def test_a_text_past_the_catalogue_is_noticed(draw: Draw) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()), "/xx")
    assert pseudo.plain_texts(drawer.page, pseudo.stored_texts()) == []
    drawer.page.evaluate("document.querySelector('main').append('Nobody translates this')")
    drawer.page.evaluate("document.querySelector('main').title = 'Nor this'")
    found = pseudo.plain_texts(drawer.page, pseudo.stored_texts())
    assert sorted(found) == ["Nobody translates this", "Nor this"]


def test_a_text_that_the_catalogue_lacks_is_a_complaint(draw: Draw) -> None:
    drawer = draw()
    drawer.open(draft(**two_in_a_row()), "/de")
    assert drawer.complaints == []
    drawer.page.evaluate("gettext('Made up ' + 'at run time')")
    assert drawer.complaints == ["No translation: Made up at run time"]
    drawer.complaints.clear()
