"""
What people are called.
"""

from __future__ import annotations

from typing import Any


def person(user: Any) -> str:
    """
    What a person is called: the full name if known.
    """
    return str(user.get_full_name() or user.get_username())
