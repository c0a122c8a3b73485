"""
Axe-core in a page: what its rules for WCAG 2.2 AA and good practice find there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = Path(os.environ.get("GOFLOW_AXE", ROOT / ".cache" / "js" / "node_modules" / "axe-core" / "axe.min.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page) -> list[str]:
    """What breaks a rule, one line for each element: impact, rule, selector and why."""
    # Evaluated rather than added as a script, which the page's policy forbids.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [line for violation in result["violations"] for line in lines(violation)]


def lines(violation: dict[str, Any]) -> list[str]:
    return [
        f"{violation['impact']} {violation['id']} {node['target']}: {node['failureSummary']}"
        for node in violation["nodes"]
    ]
