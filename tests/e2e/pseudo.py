"""
A language that nobody speaks: every text of the catalogues in brackets, and longer by two fifths.

What a page shows without brackets did not come through a catalogue, or is data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import django
import polib
from django.apps import apps
from django.conf import locale
from django.db.models import CharField, TextField
from playwright.sync_api import Page

from goflow.workflow import registry
from tests.messages import marked, marked_in_scripts

CODE = "xx"
DOMAINS = ("django", "djangojs")
CATALOGUES = Path(__file__).resolve().parent.parent.parent / "locale" / "en" / "LC_MESSAGES"
DJANGO = Path(django.__file__).parent
DJANGOS = [
    DJANGO / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po",
    DJANGO / "contrib" / "auth" / "locale" / "en" / "LC_MESSAGES" / "django.po",
]
LONGER = 0.4
WORD = re.compile(r"[^\W\d_]{2,}")
PARTS = re.compile("[:,]")
"""Between the values of a condition, which are shown one by one."""
MOMENT = re.compile(r"\b[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}\s[AP]M\b")
"""How a browser writes date and time for a language that it does not know."""
BRACKETED = re.compile("⟦[^⟦⟧]*⟧")

FIXED = ("goflow", "outcome = null")
"""What is written the same in every language."""


def bracketed(text: str) -> str:
    return f"⟦{text}{'·' * ceil(LONGER * len(text))}⟧"


def speak(settings: Any, monkeypatch: Any, folder: Path) -> None:
    """Write the catalogues and make the language one of the project's."""
    target = folder / CODE / "LC_MESSAGES"
    target.mkdir(parents=True)
    for domain in DOMAINS:
        _catalogue(domain).save_as_mofile(str(target / f"{domain}.mo"))
    info = {"bidi": False, "code": CODE, "name": bracketed("Pseudo"), "name_local": bracketed("Pseudo")}
    monkeypatch.setitem(locale.LANG_INFO, CODE, info)
    settings.LOCALE_PATHS = [folder, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (CODE, bracketed("Pseudo"))]


@cache
def _catalogue(domain: str) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    files = [CATALOGUES / f"{domain}.po", *(DJANGOS if domain == "django" else ())]
    known: set[tuple[str | None, str]] = set()
    for entry in (entry for file in files for entry in polib.pofile(str(file)) if not entry.obsolete):
        if (entry.msgctxt, entry.msgid) not in known:
            known.add((entry.msgctxt, entry.msgid))
            catalogue.append(_entry(entry.msgctxt, entry.msgid, entry.msgid_plural))
    # Texts that nobody gathered yet; tests/test_messages.py asks for their translations.
    for context, text in (marked() if domain == "django" else marked_in_scripts()) - known:
        # Whether one asks for it with a number is not known here, so both answers are there.
        catalogue.extend([_entry(context, text, ""), _entry(context, text, text)])
    return catalogue


def _entry(context: str | None, text: str, plural: str) -> polib.POEntry:
    if not plural:
        return polib.POEntry(msgctxt=context, msgid=text, msgstr=bracketed(text))
    forms = {0: bracketed(text), 1: bracketed(plural)}
    return polib.POEntry(msgctxt=context, msgid=text, msgid_plural=plural, msgstr_plural=forms)


TEXTS = """() => {
  const mute = 'script, style, noscript, textarea, datalist *, [lang]:not(html)';
  const isShown = (e) => e.checkVisibility({visibilityProperty: true}) || e.closest('select');
  const isSeen = (e) => !e.closest(mute) && isShown(e);
  const found = [document.title];
  for (const e of document.querySelectorAll('body, body *')) {
    if (!isSeen(e)) continue;
    for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
      found.push(e.getAttribute(name) ?? '');
    for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
  }
  return [...new Set(found.map((text) => text.replace(/\\s+/g, ' ').trim()))];
}"""


def plain_texts(page: Page, data: Iterable[str]) -> list[str]:
    """What is shown or read aloud on the page, is no data, and has words outside of brackets."""
    return [text for text in page.evaluate(TEXTS) if WORD.search(_without(text, data))]


def _without(text: str, data: Iterable[str]) -> str:
    while text != (text := BRACKETED.sub(" ", text)):
        pass
    text = MOMENT.sub(" ", text)
    # Hardly any of thousands is in the text: a pattern for each would take minutes.
    for known in (known for known in data if known in text):
        text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", text)
    return text


def stored_texts() -> list[str]:
    """What the database and the registry say, the longest first."""
    found = {*FIXED, *(model._meta.label_lower for model in apps.get_models())}
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields if isinstance(f, (CharField, TextField))]
        for row in model._default_manager.values_list(*fields) if fields else ():
            found.update(part for text in row if isinstance(text, str) for part in (text, *PARTS.split(text)))
    for kind in (registry.APPLICATION, registry.PUSH_APPLICATION, registry.FORM, registry.HOOK):
        found.update(registry.names(kind))
    return sorted((text for text in found if WORD.search(text)), key=len, reverse=True)
