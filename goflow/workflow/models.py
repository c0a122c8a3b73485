"""
Definitions as rows: the tables of this room, by the one name that the rest of goflow imports them from.
"""

from __future__ import annotations

from goflow.workflow.parts import Activity, Transition, WorkflowLayout
from goflow.workflow.process import Process
from goflow.workflow.resources import Application, PushApplication, Queue

__all__ = [
    "Activity",
    "Application",
    "Process",
    "PushApplication",
    "Queue",
    "Transition",
    "WorkflowLayout",
]
