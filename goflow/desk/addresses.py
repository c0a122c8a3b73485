"""
How addresses name rows: importing this module makes ``<key:pk>`` known to URL patterns.
"""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class PrimaryKeyConverter(IntConverter):
    """
    A number that fits the primary keys of every database; drivers choke on longer ones.
    """

    regex = "[0-9]{1,18}"


register_converter(PrimaryKeyConverter, "key")
