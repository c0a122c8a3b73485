"""
Text in a drawing without a font at hand: how wide it is about, and how it is cut into lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import reduce
from operator import add

ELLIPSIS = "…"
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PIECES = re.compile(r"\s+|[^\s]+")


def clean(text: str) -> str:
    """
    The text without characters that XML cannot hold.
    """
    return NOT_IN_XML.sub("", text)


def width(text: str, size: float) -> float:
    """
    About how wide the text is, in the unit of the font size.
    """
    # One by one, as the browser adds: sum() is more exact from Python 3.12 on.
    return size * reduce(add, (_share(char) for char in text), 0.0)


def wrap(text: str, room: float, size: float, lines: int) -> list[str]:
    """
    The text in at most so many lines of that width; the last one ends in an ellipsis when text is left out.
    """
    found: list[str] = []
    line = ""
    for piece in _pieces(clean(text), room, size):
        if width((line + piece).rstrip(), size) <= room:
            line = (line + piece).lstrip()
            continue
        found.append(line.rstrip())
        line = piece.lstrip()
    found.append(line.rstrip())
    found = [kept for kept in found if kept]
    return found if len(found) <= lines else [*found[: lines - 1], _cut(found[lines - 1], room, size)]


def whole(text: str, room: float, size: float, lines: int, widest: float) -> list[str]:
    """
    As ``wrap``, but no word is broken: a word wider than the room widens it, up to ``widest``.

    Only a single word wider than that is cut; else an ellipsis stands for words that are left out.
    """
    words = [_shortened(word, widest, size) for word in clean(text).split()]
    room = max(room, *(width(word, size) for word in words if not _is_breakable(word)), 0.0)
    found = wrap(" ".join(words), room, size, len(text) + 1)
    return found if len(found) <= lines else [*found[: lines - 1], _fewer(found[lines - 1], room, size)]


def _shortened(word: str, widest: float, size: float) -> str:
    return word if _is_breakable(word) or width(word, size) <= widest else _cut(word, widest, size)


def _fewer(text: str, room: float, size: float) -> str:
    """
    The text without the words that leave no room for an ellipsis; a single one makes room itself.
    """
    words = text.split()
    while len(words) > 1 and width(" ".join(words) + ELLIPSIS, size) > room:
        words.pop()
    line = " ".join(words)
    return _cut(line, room, size) if _is_breakable(line) else line.rstrip(ELLIPSIS) + ELLIPSIS


def _is_breakable(text: str) -> bool:
    """
    Scripts with wide characters break between any two of them.
    """
    return any(_is_wide(char) for char in text)


def _cut(text: str, room: float, size: float) -> str:
    while text and width(text + ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _pieces(text: str, room: float, size: float) -> Iterator[str]:
    for piece in PIECES.findall(text):
        if width(piece, size) > room or _is_breakable(piece):
            yield from piece
        else:
            yield piece


def _share(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if _is_wide(char):
        return 1.0
    if char in " .,:;'|!()[]/ilIjtfr":
        return 0.34
    return 0.72 if char.isupper() or char in "mwMW%@—…" else 0.57


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
