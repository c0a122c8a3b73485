"""
The eight catalogues are complete, fit their texts, and leave nothing out.
"""

from __future__ import annotations

import re

import polib
import pytest

from tests.messages import ROOT, marked, marked_in_scripts

LANGUAGES = ("en", "fr", "zh_Hans", "zh_Hant", "ja", "de", "es", "it")
DOMAINS = ("django", "djangojs")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")


def catalogue(language: str, domain: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / f"{domain}.po"))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, domain: str) -> None:
    missing = [
        entry.msgid for entry in catalogue(language, domain) if not all(texts(entry)) and not entry.obsolete
    ]
    assert missing == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str, domain: str) -> None:
    assert [entry.msgid for entry in catalogue(language, domain) if entry.fuzzy] == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_tags(language: str, domain: str) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(language, domain)
        for text in texts(entry)
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    ]
    assert wrong == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_marked_text_is_missing(language: str, domain: str) -> None:
    known = {(entry.msgctxt, entry.msgid.strip()) for entry in catalogue(language, domain)}
    found = marked() if domain == "django" else marked_in_scripts()
    missing = sorted(text for context, text in found if (context, text.strip()) not in known)
    assert missing == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_hold_no_dead_text(language: str, domain: str) -> None:
    assert [entry.msgid for entry in catalogue(language, domain).obsolete_entries()] == []
