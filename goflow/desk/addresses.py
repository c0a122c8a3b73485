"""
How addresses and forms name rows by number: importing this module makes ``<key:pk>`` known to URL patterns.
"""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter

LONGEST = 18
"""Digits that fit the primary keys of every database; drivers choke on longer numbers."""

LARGEST = 10**LONGEST - 1


def whole_number(text: str) -> int | None:
    """
    The number that somebody sent as text; None when it is none, the largest of all when it is too long.

    Every number read from outside comes through here: no row has the largest, and databases can compare it.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= LONGEST else LARGEST


class PrimaryKeyConverter(IntConverter):
    """
    A number that fits the primary keys of every database.
    """

    regex = f"[0-9]{{1,{LONGEST}}}"


register_converter(PrimaryKeyConverter, "key")
