"""
What every database takes: text without NUL and without halves of surrogate pairs, data that is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping


def is_storable(text: str) -> bool:
    """
    Whether every database takes a text as it is.
    """
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def storable(text: str) -> str:
    """
    The text with marks in place of what some database refuses: for texts that others have written, which
    must not stop whoever notes them.
    """
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def require_storable(values: Mapping[str, object]) -> None:
    """
    Raises TypeError for data that some database refuses to keep as JSON.
    """
    try:
        text = json.dumps(values, allow_nan=False, ensure_ascii=False)
    except ValueError as exc:
        raise TypeError(f"data must be JSON: {exc}") from exc
    if "\\u0000" in text.replace("\\\\", "") or not is_storable(text):
        raise TypeError("data holds characters that cannot be stored; leave out NUL and half characters")
