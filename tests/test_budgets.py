from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 60
LONG_FUNCTION = 40
LONG_SHARE = 0.03
LONGEST_MODULE = 400

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    found = [path for top in ("goflow", "leavedemo", "sampleproject") for path in (ROOT / top).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def functions() -> Iterator[tuple[str, int]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, FUNCTION):
                yield f"{path.relative_to(ROOT)}:{node.name}", code_lines(node)


def code_lines(node: FUNCTION) -> int:
    docstring = ast.get_docstring(node, clean=False)
    return node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)


def swallows(node: ast.ExceptHandler) -> bool:
    broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "BaseException")
    return broad or all(isinstance(line, ast.Pass) for line in node.body)


def test_no_function_over_the_hard_limit() -> None:
    assert [(name, lines) for name, lines in functions() if lines > LONGEST_FUNCTION] == []


def test_few_functions_are_long() -> None:
    sizes = list(functions())
    long = [name for name, lines in sizes if lines > LONG_FUNCTION]
    assert len(long) <= LONG_SHARE * len(sizes), long


def test_no_module_is_too_long() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_MODULE} == {}


def test_no_except_is_bare_or_empty() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and swallows(node)
    ]
    assert found == []
