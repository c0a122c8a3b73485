"""
The eight catalogues are complete, fit their texts, and leave nothing out.
"""

from __future__ import annotations

import re

import polib
import pytest

from tests.messages import ROOT, marked

LANGUAGES = ("en", "fr", "zh_Hans", "zh_Hant", "ja", "de", "es", "it")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    missing = [entry.msgid for entry in catalogue(language) if not all(texts(entry)) and not entry.obsolete]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [entry.msgid for entry in catalogue(language) if entry.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_tags(language: str) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(language)
        for text in texts(entry)
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_marked_text_is_missing(language: str) -> None:
    known = {(entry.msgctxt, entry.msgid.strip()) for entry in catalogue(language)}
    missing = sorted(text for context, text in marked() if (context, text.strip()) not in known)
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_hold_no_dead_text(language: str) -> None:
    assert [entry.msgid for entry in catalogue(language).obsolete_entries()] == []
