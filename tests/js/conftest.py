from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (Path("goflow", "static", "goflow", "js"), Path("tests", "js"))

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run_node(node: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run node beside a copy of the modules, where a package.json says to every version what they are."""
    folder = tmp_path_factory.mktemp("js")
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source)
    (folder / "package.json").write_text('{"type": "module"}')

    def run(*arguments: str, data: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [node, *arguments], cwd=folder, input=data, capture_output=True, text=True, check=False
        )

    return run
