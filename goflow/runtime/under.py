"""
What a unit holds while it works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goflow.core.marking import Marking
from goflow.journal.recorder import Head
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded


@dataclass(slots=True)
class Under:
    """
    What a unit holds: the locked instance, its definition, and where its tokens are.
    """

    using: str
    loaded: Loaded
    instance: ProcessInstance
    marking: Marking
    head: Head
    actor: Any | None  # the host's user model; None when the engine itself acts
    now: datetime
    item: WorkItem | None = None
    groups: frozenset[Any] = frozenset()
