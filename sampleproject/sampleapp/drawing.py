"""
The pictures of the processes in the documentation.
"""

from __future__ import annotations

import json
from pathlib import Path

from goflow.core.drawing import svg
from goflow.core.exchange import from_dict
from sampleproject.sampleapp.seed import files

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "source" / "images" / "processes"
PAPER = "<svg style='background: white; color: black; color-scheme: light'"


def pictures() -> dict[Path, str]:
    """
    The text of every picture, by its path: black on white, whatever the page around it looks like.
    """
    return {PICTURES / f"{path.stem}.svg": _drawn(path) for path in files()}


def _drawn(path: Path) -> str:
    text = svg(from_dict(json.loads(path.read_bytes())))
    return text.replace("<svg", PAPER, 1) + "\n"
