"""
The REST door: ``from goflow.api import api``, then ``path("api/", api.urls)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["api"]


def __getattr__(name: str) -> Any:  # the API object, whose class needs the apps to be loaded
    if name == "api":
        return import_module("goflow.api.site").api
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
