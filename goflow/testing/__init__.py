"""
What users of goflow test with: a clock that moves, counted statements, ready-made processes and people.
"""

from __future__ import annotations

from goflow.clock import moved
from goflow.testing.factories import group, person, process
from goflow.testing.statements import Statements, count_statements

__all__ = ["Statements", "count_statements", "group", "moved", "person", "process"]
