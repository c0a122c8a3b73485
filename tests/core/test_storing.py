from __future__ import annotations

from typing import Any

import pytest

from goflow.core.storing import is_storable, require_storable, storable


@pytest.mark.parametrize("text", ["", "plain", "\u00e9\u6f22\U0001f600", "\\u0000", "\\\\u0000", "\n\t\x01"])
def test_what_can_be_stored_stays(text: str) -> None:
    assert is_storable(text)
    assert storable(text) == text
    require_storable({text: [text]})


@pytest.mark.parametrize(
    ("text", "kept"), [("a\0b", "a\ufffdb"), ("a\ud800b", "a?b"), ("\udfff", "?"), ("\\\0", "\\\ufffd")]
)
def test_what_cannot_be_stored_is_marked(text: str, kept: str) -> None:
    assert not is_storable(text)
    assert storable(text) == kept
    assert is_storable(kept)


@pytest.mark.parametrize(
    "values",
    [
        {"a": "\0"},
        {"a": "\\\0"},
        {"a": "\\\\\0"},
        {"a": ["x", {"b": "\ud800"}]},
        {"\0": 1},
        {"a": float("nan")},
        {"a": float("-inf")},
        {"a": {1, 2}},
    ],
)
def test_data_that_cannot_be_stored_is_refused(values: Any) -> None:
    with pytest.raises(TypeError, match=r"is not JSON|must be JSON|cannot be stored"):
        require_storable(values)
