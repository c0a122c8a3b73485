from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command

SOURCES = Path(__file__).resolve().parents[2] / "goflow" / "static" / "goflow" / "js"
FILES = sorted(SOURCES.rglob("*.js"))
IMPORT = re.compile(r"""^(?:import|export|\})\s[^;"'`(=]*["']([^"']+)["'];""", re.MULTILINE)
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:|@ts-ignore"
)
LONGEST_MODULE = 400

modules = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


class AggregatingStorage(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    # One pass for every level of imports.
    max_post_process_passes = 20


@modules
def test_imports_are_relative_and_exist(path: Path) -> None:
    names = IMPORT.findall(path.read_text())
    assert [name for name in names if not name.startswith(("./", "../"))] == []
    assert [name for name in names if not (path.parent / name).is_file()] == []


@modules
def test_no_markup_or_code_is_made_from_text(path: Path) -> None:
    assert FORBIDDEN.findall(path.read_text()) == []


@modules
def test_module_is_not_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@modules
def test_the_vendored_library_has_one_door(path: Path) -> None:
    assert ("vendor/" in "".join(IMPORT.findall(path.read_text()))) == (path.name == "view-jsplumb.js")


def test_modules_work_with_hashed_file_names(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    hashed = {"BACKEND": f"{__name__}.AggregatingStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)
    [commands] = (tmp_path / "goflow" / "js" / "designer").glob("commands.*.js")
    assert re.search(r'from "\./edits\.[0-9a-f]{12}\.js"', commands.read_text())
