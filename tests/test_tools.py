"""
Tests that need a program ask for it, and are left out and named where it is missing.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import run, tools

ROOT = Path(__file__).resolve().parent.parent
SOME = (
    "tests/e2e/test_bell.py",
    "tests/e2e/test_limits.py",
    "tests/js",
    "tests/docs/test_operations.py",
    "tests/docs/test_webhooks.py",
)
STATES = {
    "python alone": set(),
    "chromium": {"chromium"},
    "node": {"node", "tsc"},
    "everything": set(tools.TOOLS),
}
NEEDS = {
    "test_bell.py": {"chromium"},
    "test_limits.py": {"chromium", "axe"},
    "test_js.py": {"node"},
    "test_types.py": {"node", "tsc"},
    "::test_the_function_for_node": {"node"},
    "::test_systemd_finds_nothing_wrong": {"systemd_analyze"},
}
NEEDS_NOTHING = "::test_the_table_of_waits_is_true"


def places(present: set[str]) -> dict[str, str]:
    """Variables for a machine that has these tools only; this Python stands in for all of them."""
    return {
        tool.variable: sys.executable if name in present else "/none" for name, tool in tools.TOOLS.items()
    }


@pytest.mark.parametrize("state", STATES)
def test_what_a_machine_lacks_is_left_out_and_named(state: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *SOME]
    environment = os.environ | places(STATES[state])
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    there = {part: part in done.stdout for part in (*NEEDS, NEEDS_NOTHING)}
    assert there == {part: needs <= STATES[state] for part, needs in NEEDS.items()} | {NEEDS_NOTHING: True}
    named = {name for name in tools.TOOLS if f"without {name}: " in done.stdout}
    assert named == set(tools.TOOLS) - STATES[state]


@pytest.mark.parametrize("state", STATES)
def test_the_report_says_which_tools_took_part(
    state: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, place in places(STATES[state]).items():
        monkeypatch.setenv(variable, place)
    run.report({name: "here" for name, tool in tools.TOOLS.items() if tool.place()}, [])
    told = capsys.readouterr().out
    for name, tool in tools.TOOLS.items():
        line = f"{name}: not found, its tests did not run (set {tool.variable} to say where it is)\n"
        assert (f"{name}: found\n" in told, line in told) == (
            name in STATES[state],
            name not in STATES[state],
        )


def test_a_missing_tool_is_an_error_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOFLOW_REQUIRE", "chromium,axe,python3.10")
    monkeypatch.setattr(run, "find_services", lambda _stack: {"chromium": "/usr/bin/chromium"})
    assert run.main([]) == 1
    assert "not there: axe" in capsys.readouterr().err


def texts(tree: ast.AST) -> Iterator[str]:
    """Texts that can name a tool: variables and paths anywhere, programs where a command begins."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > len("node"):
            yield node.value
        elif isinstance(node, ast.List) and node.elts and isinstance(node.elts[0], ast.Constant):
            yield str(node.elts[0].value)


def test_only_the_fixtures_know_where_a_tool_is() -> None:
    known = [text for tool in tools.TOOLS.values() for text in (tool.variable, tool.usual)]
    own = {"tools.py", "test_tools.py", "run.py"}
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / "tests").rglob("*.py")
        if path.name not in own
        for text in texts(ast.parse(path.read_text("utf-8")))
        if any(text == name or text.endswith(f"/{name}") for name in known) or "node_modules" in text
    }
    assert found == set()
