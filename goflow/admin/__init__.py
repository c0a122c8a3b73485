"""
Plain Django admin for definitions and operations.
"""

from __future__ import annotations

from goflow.admin import catalogue, journal, operations, parts, processes  # noqa: F401 - importing registers
