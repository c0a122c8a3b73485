"""
goflow: a database-driven workflow engine for Django.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goflow.workflow.registry import application, form, hook, push_application, topic

__all__ = ["application", "form", "hook", "push_application", "topic"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # one of the registering decorators
    """
    ``goflow.application`` and its siblings, loaded on first use: ``goflow.core`` must not load Django.
    """
    if name in __all__:
        return getattr(import_module("goflow.workflow.registry"), name)
    raise AttributeError(f"module 'goflow' has no attribute {name!r}")
