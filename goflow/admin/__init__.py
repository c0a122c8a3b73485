"""
Plain Django admin for definitions and operations.
"""

from __future__ import annotations

from goflow.admin import (  # noqa: F401 - importing registers
    catalogue,
    journal,
    notifications,
    operations,
    parts,
    processes,
    webhooks,
)
