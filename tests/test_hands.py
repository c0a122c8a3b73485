"""
Browser tests type as people do: key by key, while the server answers in between.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HANDS = ROOT / "e2e" / "hands.py"
AT_ONCE = {"fill", "insert_text", "set_input_value"}
PACED = {"press_sequentially", "type"}
SLOWEST, FASTEST = 120, 60


def typing(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that put text into a page."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        on_keyboard = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "keyboard"
        if name in AT_ONCE or name == "press_sequentially" or (name == "type" and on_keyboard):
            yield node


def is_paced(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    given = next((word.value for word in call.keywords if word.arg == "delay"), None)
    if call.func.attr not in PACED or given is None:
        return False
    return not isinstance(given, ast.Constant) or FASTEST <= given.value <= SLOWEST


def hasty(source: str) -> list[int]:
    return sorted(call.lineno for call in typing(ast.parse(source)) if not is_paced(call))


def test_browser_tests_type_through_hands() -> None:
    files = [path for path in ROOT.rglob("*.py") if path != HANDS and "playwright" in path.read_text()]
    assert files
    found = {str(path.relative_to(ROOT)): hasty(path.read_text()) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_is_typed_at_once_is_found() -> None:
    assert hasty("field.fill('x')\nfield.press_sequentially('x')\npage.keyboard.type('x', delay=5)") == [
        1,
        2,
        3,
    ]
    assert hasty("field.press_sequentially('x', delay=80)\npage.keyboard.type('x', delay=PACE)") == []
