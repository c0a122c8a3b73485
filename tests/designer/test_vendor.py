from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "goflow" / "static" / "goflow" / "vendor"

# As published; written down here too, so that a file and its SHA256 cannot be changed together unnoticed.
CHECKSUMS = {
    "jsplumb-6.2.10/jsplumb.browser-ui.es.js": (
        "18c630f85cec9edd231bae840f445a0014ad5a977e9a788fc61fa9981afdb184"
    ),
}

folders = pytest.mark.parametrize("folder", sorted(VENDOR.iterdir()), ids=lambda folder: folder.name)


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "expected"), CHECKSUMS.items())
def test_library_is_the_published_one(name: str, expected: str) -> None:
    assert checksum(VENDOR / name) == expected


@folders
def test_every_file_has_its_checksum(folder: Path) -> None:
    listed = dict(line.split()[::-1] for line in (folder / "SHA256").read_text().splitlines())
    scripts = {path.name: checksum(path) for path in folder.glob("*.js*")}
    assert scripts == listed


@folders
def test_version_is_that_of_the_folder(folder: Path) -> None:
    name, version = (folder / "VERSION").read_text().split()
    assert folder.name.endswith(f"-{version}")
    assert folder.name.split("-")[0] in name


@folders
def test_licence_lies_beside(folder: Path) -> None:
    assert "Permission is hereby granted, free of charge" in (folder / "LICENSE").read_text()
