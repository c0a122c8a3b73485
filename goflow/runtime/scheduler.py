"""
How background work is asked for: one contract, one class per carrier; it knows job names only.

The database is the truth: whatever is due is found by the next pass of ``goflow_cron``, asked for or not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from goflow.conf import conf

Answer = dict[str, Any]  # what the documented functions return


class BaseSchedulerBackend(ABC):
    """
    A carrier of jobs.
    """

    name = ""
    supports_background = False
    """Whether a job asked for now starts soon by itself, outside the caller's process."""

    def wake(self, ids: Mapping[str, Sequence[int]]) -> None:  # noqa: B027 - a carrier without hints is complete
        """
        Hint that messages of these kinds wait in the outbox. May do nothing: the next poll finds them.

        Called after commit. Must never raise and never block on a broker that does not answer.
        """

    @abstractmethod
    def schedule_timeout_scan(self) -> Answer:
        """
        Ask for a pass over due timers.
        """

    @abstractmethod
    def schedule_sla_scan(self) -> Answer:
        """
        Ask for a pass over items that are late.
        """

    @abstractmethod
    def schedule_workitem_action(self, workitem_id: int, action: str, **kwargs: object) -> Answer:
        """
        Ask for ``forward``, ``activate`` or ``complete`` of one item.
        """

    @abstractmethod
    def schedule_notification(self, user_id: object, workitem_ids: list[int]) -> Answer:
        """
        Ask for telling a person about work items.
        """


class CronSchedulerBackend(BaseSchedulerBackend):
    """
    Scans belong to ``goflow_cron``; single jobs run at once, in the caller's process.
    """

    name = "cron"

    def schedule_timeout_scan(self) -> Answer:
        """
        Nothing to do: the next ``goflow_cron`` fires what is due.
        """
        return self._by_cron()

    def schedule_sla_scan(self) -> Answer:
        """
        Nothing to do: the next ``goflow_cron`` finds what is late.
        """
        return self._by_cron()

    def schedule_workitem_action(self, workitem_id: int, action: str, **kwargs: object) -> Answer:
        """
        Run the action now. Raises what the engine's verb raises.
        """
        return self._inline("workitem_action", workitem_id=workitem_id, action=action, **kwargs)

    def schedule_notification(self, user_id: object, workitem_ids: list[int]) -> Answer:
        """
        Write the notification into the outbox now.
        """
        return self._inline("notify", user_id=user_id, workitem_ids=workitem_ids)

    def _by_cron(self) -> Answer:
        return {"scheduled": False, "backend": self.name, "message": "goflow_cron runs this scan"}

    def _inline(self, job: str, **kwargs: object) -> Answer:
        run(job, **kwargs)
        return {"scheduled": True, "backend": self.name, "inline": True}


def run(job: str, **kwargs: object) -> Any:  # what the job returns
    """
    Run a job of ``goflow.runtime.jobs`` by its name, here and now.
    """
    return import_module("goflow.runtime.jobs").JOBS[job](**kwargs)


def wake_after_commit(ids: Mapping[str, Sequence[int]], using: str) -> None:
    """
    Hint at new outbox messages once the transaction has committed.
    """
    transaction.on_commit(lambda: backend().wake(ids), using=using, robust=True)


@lru_cache(maxsize=4)
def _loaded(path: str) -> BaseSchedulerBackend:
    found: BaseSchedulerBackend = import_string(path)()
    return found


def backend() -> BaseSchedulerBackend:
    """
    The carrier that ``GOFLOW_SCHEDULER_BACKEND`` names.
    """
    return _loaded(conf.SCHEDULER_BACKEND)


def schedule_timeout_scan() -> Answer:
    """
    Ask for a pass over due timers.
    """
    return backend().schedule_timeout_scan()


def schedule_sla_scan() -> Answer:
    """
    Ask for a pass over items that are late.
    """
    return backend().schedule_sla_scan()


def schedule_workitem_action(workitem_id: int, action: str = "forward", **kwargs: object) -> Answer:
    """
    Ask for ``forward``, ``activate`` or ``complete`` of one item, e.g. with ``actor_username``.
    """
    return backend().schedule_workitem_action(workitem_id, action, **kwargs)


def schedule_notification(user_id: object, workitem_ids: list[int]) -> Answer:
    """
    Ask for telling a person about work items.
    """
    return backend().schedule_notification(user_id, workitem_ids)
