"""
Light or dark: what the visitor chose, kept in a cookie so that a page is right before any script runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

COOKIE = "goflow_theme"
SYSTEM, LIGHT, DARK = "system", "light", "dark"
YEAR = 365 * 24 * 3600

CHOICES = (
    (SYSTEM, _("As the device")),
    (LIGHT, pgettext_lazy("appearance", "Light")),
    (DARK, pgettext_lazy("appearance", "Dark")),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """
    One entry of the switch.
    """

    value: str
    label: str
    is_current: bool


def offered(request: HttpRequest) -> list[Theme]:
    """
    What the switch offers.
    """
    current = chosen(request)
    return [Theme(value, str(label), value == current) for value, label in CHOICES]


def chosen(request: HttpRequest) -> str:
    """
    ``light``, ``dark``, or ``system`` when nothing (or nonsense) was chosen.
    """
    found = request.COOKIES.get(COOKIE, SYSTEM)
    return found if found in {LIGHT, DARK} else SYSTEM
