from __future__ import annotations

import re
from pathlib import Path

import pytest

from goflow.models import Process

README = Path(__file__).resolve().parents[2] / "README.md"


def example(name: str) -> str:
    found = re.search(rf"(?ms)<!-- tested: {name} -->\n```python\n(.*?)^```$", README.read_text("utf-8"))
    assert found, f"README.md has no example {name!r}"
    return found[1]


@pytest.mark.django_db
def test_the_example_runs_as_the_readme_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(example("process"), names)
    assert Process.objects.get(title="Purchase").status == "published"
    exec(example("people"), names)
    exec(example("run"), names)
    assert capsys.readouterr().out == "['Order']\n"


def test_the_picture_is_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\((\S+)\)", README.read_text("utf-8"))
    sizes = [(README.parent / picture).stat().st_size for picture in pictures]
    assert sizes
    assert max(sizes) < 200_000
