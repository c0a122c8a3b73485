"""
What a checkout promises beside the code: which Python it takes, which ones it is tried with, what is packed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / ".ci" / "python"
TOX = (ROOT / "tox.ini").read_text("utf-8")
SETUP = (ROOT / "pyproject.toml").read_text("utf-8")

# What a Python may be: it works, it is a shim of a version that is not switched on, or lacks a package.
WORKS = "exit 0"
SHIM = "echo 'command not found' >&2; exit 127"
NO_VENV = 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'


def put(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def chosen(path: list[Path], home: Path, *versions: str) -> str:
    """What the script prints on a machine that has only these folders; "" when it finds none."""
    environment = {"PATH": os.pathsep.join([*map(str, path), "/usr/bin", "/bin"]), "HOME": str(home)}
    done = subprocess.run(
        ["/bin/sh", SCRIPT, *versions], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == bool(done.stdout), done.stderr
    return done.stdout.strip()


def test_the_newest_that_works_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "bin", "python3.13", SHIM)
    put(tmp_path / "bin", "python3.12", NO_VENV)
    put(tmp_path / "bin", "python3.10", WORKS)
    wanted = put(tmp_path / "bin", "python3.11", WORKS)
    assert chosen([tmp_path / "bin"], tmp_path) == str(wanted)


def test_a_python_behind_a_shim_that_does_not_answer_is_found(tmp_path: Path) -> None:
    put(tmp_path / "shims", "python3.13", SHIM)
    wanted = put(tmp_path / "bin", "python3.13", WORKS)
    assert chosen([tmp_path / "shims", tmp_path / "bin"], tmp_path) == str(wanted)


@pytest.mark.parametrize("root", ["home/.pyenv", "elsewhere"])
def test_versions_that_pyenv_keeps_are_found(tmp_path: Path, root: str) -> None:
    shims = tmp_path / root / "shims"
    put(shims, "python3.13", SHIM)
    put(shims, "python3.12", WORKS)
    wanted = put(tmp_path / root / "versions" / "3.13.0" / "bin", "python3.13", WORKS)
    assert chosen([shims], tmp_path / "home") == str(wanted)


def test_a_version_that_is_asked_for_is_taken_or_none(tmp_path: Path) -> None:
    put(tmp_path / "bin", "python3.13", WORKS)
    wanted = put(tmp_path / "bin", "python3.10", WORKS)
    assert chosen([tmp_path / "bin"], tmp_path, "3.10") == str(wanted)
    assert chosen([tmp_path / "bin"], tmp_path, "3.9") == ""


def test_what_tox_copies_is_in_the_source_distribution() -> None:
    copied = re.search(r"(?m)^    python -c .*? \{tox_root\} (.*)$", TOX)
    listed = re.search(r"(?m)^\[tool\.hatch\.build\.targets\.sdist\]\ninclude = (\[.*\])$", SETUP)
    assert copied is not None
    assert listed is not None
    assert {f"/{name}" for name in copied[1].split()} <= set(json.loads(listed[1]))


def test_tox_runs_the_combinations_of_the_readme_and_no_others() -> None:
    rows = re.findall(r"^\| Python (.*?) \| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    marks = {python: columns.split("|") for names, columns in rows for python in names.split(", ")}
    told = {
        f"py{python.replace('.', '')}-django{django}"
        for python, columns in marks.items()
        for django, mark in zip(("42", "52", "60", "61"), columns, strict=True)
        if mark.strip() == "yes"
    }
    lines = re.search(r"(?m)^env_list =\n((?:    .*\n)+)", TOX)
    assert lines
    assert told == {name for line in lines[1].split() for name in spread(line)}


def spread(text: str) -> list[str]:
    """``py{312,313}-django{52,60}`` as tox reads it."""
    found = re.search(r"\{(.*?)\}", text)
    if found is None:
        return [text]
    return [name for part in found[1].split(",") for name in spread(text.replace(found[0], part, 1))]
