"""
Axe-core in a page: what its rules for WCAG 2.2 AA and good practice find there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

Findings = Callable[[Page], list[str]]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page, axe: Path) -> list[str]:
    """What breaks a rule, one line for each element: impact, rule, selector and why."""
    # Evaluated rather than added as a script, which the page's policy forbids.
    page.evaluate(axe.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [line for violation in result["violations"] for line in lines(violation)]


def lines(violation: dict[str, Any]) -> list[str]:
    return [
        f"{violation['impact']} {violation['id']} {node['target']}: {node['failureSummary']}"
        for node in violation["nodes"]
    ]
