"""
How background work is asked for: one contract, one class per carrier; it knows job names only.

The database is the truth: whatever is due is found by the next pass of ``goflow_cron``, asked for or not.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import router, transaction
from django.utils.module_loading import import_string

from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime.hints import Hints

logger = logging.getLogger("goflow.hints")

Answer = dict[str, Any]  # what the documented functions return

USE = (
    "use goflow.runtime.scheduler.CronSchedulerBackend, goflow.runtime.scheduler.CelerySchedulerBackend "
    "or a subclass of BaseSchedulerBackend"
)

LANE_OF = {outbox.NOTIFICATION: outbox.MAIL, outbox.DIGEST: outbox.MAIL}
"""The lane of the kinds that share one; every other kind has the lane of its name."""

EAGER = checks.Warning(
    "Celery runs its tasks eagerly: requests wait for mails and webhooks.",
    hint="Set task_always_eager in tests only.",
    id="goflow.W004",
)
NO_BROKER = checks.Warning(
    "Celery knows no broker, so no worker hears of new work before its next pass.",
    hint="Import your Celery app in the __init__.py of your project, and set its broker_url.",
    id="goflow.W005",
)
NO_PASSES = checks.Warning(
    "Nothing makes passes: timeouts would not fire, and work whose hint is lost would wait.",
    hint="Add goflow.tasks.beat_schedule to app.conf.beat_schedule and run celery beat; or run goflow_cron "
    "and silence this check.",
    id="goflow.W006",
)


class BaseSchedulerBackend(ABC):
    """
    A carrier of jobs. A project's own one is named by ``GOFLOW_SCHEDULER_BACKEND``.

    What is asked for is done at least once, whatever the carrier: it either does it before it returns, or
    keeps it in the database first.
    """

    name = ""
    supports_background = False
    """Whether a job asked for now starts soon by itself, outside the caller's process."""

    supports_hints = False
    """Whether ``wake`` makes new messages leave the outbox before the next pass."""

    supports_periodic = False
    """Whether the carrier can run the passes by a clock of its own; else ``goflow_cron`` has to."""

    def connect(self) -> None:  # noqa: B027 - most carriers have nothing to prepare
        """
        Called once in each process, while the project starts. Must not use the network or the database.
        """

    def wake(self, ids: Mapping[str, Sequence[int]]) -> None:  # noqa: B027 - a carrier without hints is complete
        """
        Hint that messages of these kinds wait in the outbox; no ids means whatever is due.

        Called after commit. Must never raise and never wait for a broker. May do nothing: the next pass finds
        them.
        """

    def check(self) -> list[checks.CheckMessage]:
        """
        What the system checks say about this carrier in this project.
        """
        return []

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


class CelerySchedulerBackend(BaseSchedulerBackend):
    """
    Workers of Celery do the jobs. What is asked for waits in the database; messages only say "look now".

    With ``task_always_eager`` the jobs run in the caller's process, after commit.
    """

    name = "celery"
    supports_background = True
    supports_hints = True
    supports_periodic = True

    def connect(self) -> None:
        """
        Remember the Celery app that the project has made by now.
        """
        with suppress(ImportError):  # the system check tells how to install it
            import_module("goflow.tasks").connect()

    def wake(self, ids: Mapping[str, Sequence[int]]) -> None:
        """
        One hint per lane, sent from a thread of its own, so that nobody waits for the broker.
        """
        for kind, messages in ids.items():
            self._hint("deliver_outbox", LANE_OF.get(kind, kind), messages)

    def schedule_timeout_scan(self) -> Answer:
        """
        Ask a worker for it; without a broker the next pass does it.
        """
        return self._after_commit("timeout_scan")

    def schedule_sla_scan(self) -> Answer:
        """
        Ask a worker for it; without a broker the next pass does it.
        """
        return self._after_commit("sla_scan")

    def schedule_workitem_action(self, workitem_id: int, action: str, **kwargs: object) -> Answer:
        """
        Keep the action in the outbox; a worker performs it after commit, once.

        Raises TypeError when a value is no JSON. A refusal of the engine's verb is found in the outbox.
        """
        return self._kept(run("keep_action", workitem_id=workitem_id, action=action, **kwargs))

    def schedule_notification(self, user_id: object, workitem_ids: list[int]) -> Answer:
        """
        Keep the notification in the outbox; a worker sends it after commit.
        """
        return self._kept(run("notify", user_id=user_id, workitem_ids=workitem_ids))

    def check(self) -> list[checks.CheckMessage]:
        """
        Whether Celery is there, has a broker, does not run eagerly, and knows when to make its passes.
        """
        try:
            tasks = import_module("goflow.tasks")
        except ImportError as exc:
            return [checks.Error(str(exc), id="goflow.E004")]
        found: list[checks.CheckMessage] = []
        if tasks.is_eager():
            found.append(EAGER)
        elif not tasks.has_broker():
            found.append(NO_BROKER)
        if not tasks.has_periodic_passes():
            found.append(NO_PASSES)
        return found

    def _kept(self, message: OutboxMessage) -> Answer:
        wake_after_commit(outbox.wake_ids([message]), _alias())
        return {"scheduled": True, "backend": self.name}

    def _after_commit(self, job: str) -> Answer:
        transaction.on_commit(lambda: self._hint(job), using=_alias(), robust=True)
        return {"scheduled": True, "backend": self.name}

    def _hint(self, job: str, lane: str = "", ids: Sequence[int] = ()) -> None:
        try:
            tasks = import_module("goflow.tasks")
            if tasks.is_eager():
                tasks.send(job, lane, ids)
            else:
                hints.offer(job, lane, ids)
        except Exception:  # the work is safe in the database, and whoever caused it has committed
            logger.exception("no hint at %s; the next pass does it", job)


def _send(job: str, lane: str, ids: Sequence[int]) -> None:
    import_module("goflow.tasks").send(job, lane, ids)


hints = Hints(_send)


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


def _alias() -> str:
    return router.db_for_write(OutboxMessage)


@lru_cache(maxsize=4)
def loaded(path: str) -> BaseSchedulerBackend:
    """
    The carrier of that dotted path, one per process.

    Raises ImproperlyConfigured when there is no such class, or it is no carrier.
    """
    try:
        found = import_string(path)
    except ImportError as exc:
        raise ImproperlyConfigured(f"GOFLOW_SCHEDULER_BACKEND names {path!r}: {exc}; {USE}") from exc
    if not (isinstance(found, type) and issubclass(found, BaseSchedulerBackend)):
        raise ImproperlyConfigured(f"GOFLOW_SCHEDULER_BACKEND names {path!r}, which is no scheduler; {USE}")
    return found()


def backend() -> BaseSchedulerBackend:
    """
    The carrier that ``GOFLOW_SCHEDULER_BACKEND`` names.
    """
    return loaded(conf.SCHEDULER_BACKEND)


def connect() -> None:
    """
    Let the carrier prepare itself. What is wrong with the setting is told by the system checks.
    """
    with suppress(ImproperlyConfigured):
        backend().connect()


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
