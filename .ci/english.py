"""
Fill the English catalogue from its own message ids, and keep dates and names out of all headers.
"""

from __future__ import annotations

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
VOLATILE = (
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Report-Msgid-Bugs-To",
)


def tidy(path: Path) -> None:
    """Save a catalogue without what differs from one run to the next."""
    found = polib.pofile(str(path), wrapwidth=0)
    for name in VOLATILE:
        found.metadata.pop(name, None)
    found.metadata["Project-Id-Version"] = "goflow"
    found.header, found.metadata_is_fuzzy = "", 0
    if path.parts[-3] == "en":
        _fill(found)
    for dead in found.obsolete_entries():
        found.remove(dead)
    found.save()


def _fill(found: polib.POFile) -> None:
    found.metadata["Language"] = "en"
    found.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    for entry in found:
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid


if __name__ == "__main__":
    for catalogue in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        tidy(catalogue)
