"""
How Sphinx builds the documentation: ``make docs``.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

project = "goflow"
author = "goflow contributors"
release = re.search(r'__version__ = "(.+)"', (ROOT / "goflow" / "__init__.py").read_text())[1]
version = release

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"goflow {release}"
