"""
The languages a visitor may choose, each in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import urls
from django.conf import settings
from django.utils.translation import get_language, get_language_info


@dataclass(frozen=True, slots=True)
class Language:
    """
    One entry of the language switch.
    """

    code: str
    name: str
    is_current: bool


def choices() -> list[Language]:
    """
    The project's languages, named as their speakers name them.
    """
    current = get_language()
    return [Language(code, _own_name(code, name), code == current) for code, name in settings.LANGUAGES]


def _own_name(code: str, name: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return str(name)


def action() -> str | None:
    """
    Where Django's ``set_language`` is mounted; None when the project has not mounted it.
    """
    try:
        return urls.reverse("set_language")
    except urls.NoReverseMatch:
        return None
