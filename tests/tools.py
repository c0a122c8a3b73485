"""
The programs that some tests need. A test asks for one by a fixture of ``tests/conftest.py``, and is left out
where the program is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / ".cache" / "js" / "node_modules"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program or file: the variable that says where it is, and where it is without that."""

    variable: str
    usual: str
    mode: int = os.F_OK | os.X_OK

    def place(self) -> str | None:
        """Where it is, or None."""
        return shutil.which(os.environ.get(self.variable, self.usual), self.mode)


# Each name is that of a fixture.
TOOLS = {
    "chromium": Tool("GOFLOW_CHROMIUM", "/usr/bin/chromium"),
    "node": Tool("GOFLOW_NODE", "node"),
    "tsc": Tool("GOFLOW_TSC", str(MODULES / ".bin" / "tsc")),
    "axe": Tool("GOFLOW_AXE", str(MODULES / "axe-core" / "axe.min.js"), os.F_OK),
    "systemd_analyze": Tool("GOFLOW_SYSTEMD_ANALYZE", "systemd-analyze"),
}


def place(name: str) -> str:
    """Where a tool is. Raises LookupError where it is missing."""
    found = TOOLS[name].place()
    if found is None:
        raise LookupError(f"{name}: not found; set {TOOLS[name].variable} to say where it is")
    return found


def missing() -> set[str]:
    """The names of the tools that this machine lacks."""
    return {name for name, tool in TOOLS.items() if tool.place() is None}


def asked(fixtures: Iterable[str]) -> set[str]:
    """The tools among the fixtures of a test, direct ones and those they ask for in turn."""
    return TOOLS.keys() & set(fixtures)
