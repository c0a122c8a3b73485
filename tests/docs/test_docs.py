"""
What the documentation must mention is read from the code.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from goflow.conf import Settings
from goflow.core.problem_texts import TEXTS
from goflow.journal.events import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "source" / "reference"
PAGES = sorted((ROOT / "docs" / "source").rglob("*.md"))


def text_of(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", text_of(name), re.MULTILINE))


def first_cells(name: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", text_of(name), re.MULTILINE))


def settings() -> set[str]:
    names = {name for name in vars(Settings) if name.isupper()}
    return {name if name.startswith(("WF_", "TEST_")) else f"GOFLOW_{name}" for name in names}


def sources() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "goflow").rglob("*.py")))


def codes() -> set[str]:
    return set(re.findall(r'^    code(?:: ClassVar\[str\])? = "([^"]+)"$', sources(), re.MULTILINE))


def commands() -> set[str]:
    folder = ROOT / "goflow" / "management" / "commands"
    return {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}


def checks() -> set[str]:
    return set(re.findall(r'id="(goflow\.[EW]\d+)"', sources()))


def python_blocks(path: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_every_setting_has_a_heading_and_no_other_has() -> None:
    named = {name for name in headings("settings.md") if name.isupper()}
    assert named == settings()


def test_every_error_code_is_explained() -> None:
    assert codes() - first_cells("errors.md") == set()


def test_every_system_check_is_explained() -> None:
    assert checks() - first_cells("errors.md") == set()


def test_every_audit_action_is_explained_and_no_other_is() -> None:
    named = {cell for cell in first_cells("audit.md") if "." in cell}
    assert named == ACTIONS


def test_every_command_is_explained_and_no_other_is() -> None:
    assert {name for name in headings("commands.md") if name.startswith("goflow_")} == commands()


def test_every_problem_is_explained_with_its_severity_and_no_other_is() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (error|warning) \|", text_of("problems.md"), re.MULTILINE)
    assert sorted(rows) == sorted((code, text.severity) for code, text in TEXTS.items())


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_examples_are_python(path: Path) -> None:
    for block in python_blocks(path):
        ast.parse(block)
