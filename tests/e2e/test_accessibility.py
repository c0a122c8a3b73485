"""
Axe-core looks at every page in light, dark, German and Japanese.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e import screens
from tests.e2e.axe import Findings
from tests.e2e.screens import Draw, Screens

LOOKS: list[Any] = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"language": "/de", "color_scheme": "light"}, id="german"),
    pytest.param({"language": "/ja", "color_scheme": "dark"}, id="japanese"),
]


def found(tour: Screens, findings: Findings) -> dict[str, list[str]]:
    seen = {name: findings(page) for name, page in tour}
    return {name: lines for name, lines in seen.items() if lines}


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_everybody_break_no_rule(draw: Draw, findings: Findings, look: dict[str, Any]) -> None:
    assert found(screens.of_people(draw, **look), findings) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_those_who_keep_processes_break_no_rule(
    draw: Draw, findings: Findings, look: dict[str, Any]
) -> None:
    assert found(screens.of_keepers(draw, **look), findings) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_designer_breaks_no_rule(draw: Draw, findings: Findings, look: dict[str, Any]) -> None:
    assert found(screens.of_designer(draw, **look), findings) == {}


@pytest.mark.parametrize("look", LOOKS[:2])
def test_dialogs_of_the_designer_break_no_rule(draw: Draw, findings: Findings, look: dict[str, Any]) -> None:
    assert found(screens.of_dialogs(draw, **look), findings) == {}
