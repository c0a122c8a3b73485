"""
What registered code sees: the item it is called for, its instance and the object the instance is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from goflow.core.graph import ActivityDef
from goflow.errors import ContentObjectMissing
from goflow.runtime.models import ProcessInstance, WorkItem


@dataclass(slots=True)
class Task:
    """
    The argument of applications, push functions and hooks.

    ``workitem`` may be unsaved (an automatic item of the same step); ``instance`` is locked by the engine.
    Change ``data`` and save ``wfobject``; leave instance and work item to the engine.

    An external application runs after commit, with nothing locked: it may run more than once, always with the
    same ``key``, and the keys it has changed in ``data`` are stored when its result is taken.
    """

    instance: ProcessInstance
    workitem: WorkItem
    activity: ActivityDef
    actor: Any | None = None  # the host's user model; None when a timer or the engine acts
    params: dict[str, Any] = field(default_factory=dict)  # JSON parameters of the activity
    key: str = ""  # of the job, the same for every attempt; blank where code runs inside the step
    attempt: int = 1
    beat: Callable[[float | None], datetime] | None = None

    def heartbeat(self, seconds: float | None = None) -> None:
        """
        Say that the work goes on: nobody else takes it over for ``GOFLOW_JOB_LEASE`` more seconds, or these.

        Call it from the loop of an external application that may run for longer than its lease. Raises
        LeaseLost when another worker has taken over, JobGone or JobDone when nobody needs the work any more:
        let the error end the application. Inside a step it does nothing.
        """
        if self.beat is not None:
            self.beat(seconds)

    @property
    def requester(self) -> Any:
        """
        Who started the instance.
        """
        return self.instance.user

    @property
    def data(self) -> dict[str, Any]:
        """
        The instance's own JSON data; changes are stored with the step.
        """
        found: dict[str, Any] = self.instance.data
        return found

    @property
    def wfobject(self) -> models.Model:
        """
        The object the instance is about, loaded once per step.

        Raises ContentObjectMissing when it was deleted, or when the instance has none.
        """
        found = self.instance.wfobject()
        if found is None:
            raise ContentObjectMissing(instance=self.instance.pk)
        return found
