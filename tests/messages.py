"""
The texts that the sources mark for translation, found without gettext's own tools.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("goflow", "leavedemo", "sampleproject")
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
MARKED = re.compile(r"\b(n?p?gettext|_)\(((?:u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'),?\s*)+)")

QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")

Message = tuple[str | None, str]
"""Context (None without one) and text."""


def marked() -> set[Message]:
    """Every text of Python modules and templates that is marked for translation."""
    found: set[Message] = set()
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            found.update(_of_python(path))
        for path in sorted((ROOT / source).rglob("*")):
            if path.suffix in {".html", ".txt"} and "templates" in path.parts:
                found.update(_of_template(path))
    return found


def marked_in_scripts() -> set[Message]:
    """Every text of the browser's modules that is marked for translation."""
    found: set[Message] = set()
    for path in sorted((ROOT / "goflow" / "static" / "goflow" / "js").rglob("*.js")):
        for call, listed in MARKED.findall(path.read_text()):
            texts = [_unquoted(text) for text in QUOTED.findall(listed)]
            found.add((texts[0], texts[1]) if "p" in call else (None, texts[0]))
    return found


def _unquoted(text: str) -> str:
    return str(ast.literal_eval(text))


def _of_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if name in PLAIN and texts:
                yield None, texts[0]
            elif name in WITH_CONTEXT and len(texts) > 1:
                yield texts[0], texts[1]


def _of_template(path: Path) -> Iterator[Message]:
    for call, listed in MARKED.findall(templatize(path.read_text(), origin=str(path))):
        texts = [_unquoted(text) for text in QUOTED.findall(listed)]
        yield (texts[0], texts[1]) if "p" in call else (None, texts[0])
