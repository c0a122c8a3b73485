"""
What workers of Celery run, and what beat asks them for. The only module that imports Celery.

Messages are hints: the work is in the database, so a message that comes twice, late or never does no harm.
A project's ``celery.py`` may import this module before Django is set up: models are met at call time only.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from django.db import close_old_connections

from goflow.errors import WrongState

try:
    from celery import current_app, shared_task
except ImportError as exc:
    raise ImportError(
        'goflow.tasks needs Celery, which is not installed: run pip install "django-goflow[celery]"'
    ) from exc

logger = logging.getLogger("goflow.tasks")

JOB = "job"
"""The lane of external applications."""

TIME_LIMIT = 900
"""Seconds after which a worker gives up on a task: longer than the slowest pass."""

EXPIRES = 30.0
"""Seconds after which nobody needs what the beat asked for: it has asked again."""

CONNECT_TIMEOUT = 2
"""Seconds until a hint gives up on a broker."""

beat_schedule: Mapping[str, Mapping[str, Any]] = {
    "goflow-tick": {"task": "goflow.tasks.tick_task", "schedule": EXPIRES, "options": {"expires": EXPIRES}},
}
"""For Celery beat: ``app.conf.beat_schedule = {**goflow.tasks.beat_schedule}``, and what else you need."""

Function = TypeVar("Function", bound=Callable[..., Any])  # what becomes a task


def _task(function: Function) -> Any:  # a task of Celery, which publishes no types
    """
    Acknowledged when done, so that the message of a worker that dies is delivered again.
    """
    return shared_task(
        bind=True,
        name=f"goflow.tasks.{function.__name__}",
        acks_late=True,
        reject_on_worker_lost=True,
        ignore_result=True,
        time_limit=TIME_LIMIT,
    )(function)


def _endless_task(function: Function) -> Any:  # as above
    """
    Acknowledged when it begins, since brokers do not wait for hours.
    """
    return shared_task(bind=True, name=f"goflow.tasks.{function.__name__}", ignore_result=True)(function)


@contextmanager
def _own_connections(task: Any) -> Iterator[None]:
    """
    A worker lives longer than a database connection; what runs here and now uses its caller's connection.
    """
    if task.request.is_eager or task.request.called_directly:
        yield
        return
    close_old_connections()
    try:
        yield
        _run("worker_heartbeat")
    finally:
        close_old_connections()


def _run(job: str, **kwargs: Any) -> None:
    import_module("goflow.runtime.scheduler").run(job, **kwargs)


@_task
def tick_task(self: Any) -> None:
    """
    One pass over everything that is due. External applications get a task of their own, without a time limit.
    """
    with _own_connections(self):
        _run("tick", without=(JOB,))
    if self.request.called_directly:
        external_jobs_task()
    else:
        external_jobs_task.apply_async(expires=EXPIRES)


@_task
def timeout_scan_task(self: Any) -> None:
    """
    Take the transitions of items whose time has run out.
    """
    with _own_connections(self):
        _run("timeout_scan")


@_task
def sla_scan_task(self: Any) -> None:
    """
    Warn of items that are late, report the breach, escalate.
    """
    with _own_connections(self):
        _run("sla_scan")


@_task
def deliver_outbox_task(
    self: Any, lanes: Collection[str] | None = None, ids: Collection[int] | None = None
) -> None:
    """
    Work on what is due in these lanes of the outbox, or in all; of these messages, or of all.
    """
    with _own_connections(self):
        _run("deliver_outbox", lanes=lanes, ids=ids)


@_endless_task
def external_jobs_task(self: Any, ids: Collection[int] | None = None) -> None:
    """
    Run the external applications that are due. They take as long as they say that they are alive.

    When the worker dies, the lease runs out, and the next pass asks again.
    """
    with _own_connections(self):
        _run("deliver_outbox", lanes=(JOB,), ids=ids)


@_task
def workitem_action_task(
    self: Any, workitem_id: int, action: str, kwargs: Mapping[str, Any] | None = None
) -> None:
    """
    ``forward``, ``activate`` or ``complete`` of one item. Delivered again, it finds the item done and stops.

    A message that is lost is not made up for: ``schedule_workitem_action`` keeps the action first.
    """
    with _own_connections(self):
        try:
            _run("workitem_action", workitem_id=workitem_id, action=action, **(kwargs or {}))
        except WrongState as exc:
            logger.info("work item %s: nothing left to %s (%s)", workitem_id, action, exc)


@_task
def notification_task(self: Any, user_id: object, workitem_ids: list[int]) -> None:
    """
    Tell a person about work items. Delivered again, the same message tells nothing more.
    """
    with _own_connections(self):
        _run("notify", user_id=user_id, workitem_ids=workitem_ids, key=self.request.id)


class _Project:
    """
    The Celery app of the project. Celery knows one per thread, and a server's threads begin without.
    """

    app: Any = None


def connect() -> None:
    """
    Remember the app of this thread for all others. Called while the project starts.
    """
    _Project.app = current_app._get_current_object()


def _app() -> Any:
    here = current_app._get_current_object()
    is_fallback = not here.set_as_current
    return _Project.app if is_fallback and _Project.app is not None else here


class _Line(threading.local):
    """
    The connection to the broker that a thread keeps for its hints.
    """

    app: Any = None
    connection: Any = None


_line = _Line()


def send(job: str, lane: str, ids: Sequence[int]) -> None:
    """
    Ask a worker for a job; in an eager app, do it. Tries once, and raises what the broker's library raises.
    """
    app = _app()
    task, kwargs = app.tasks[f"goflow.tasks.{job}_task"], dict[str, Any]()
    if lane == JOB:
        task, kwargs = app.tasks[external_jobs_task.name], {"ids": list(ids) or None}
    elif lane:
        kwargs = {"lanes": [lane], "ids": list(ids) or None}
    if is_eager():
        task.apply_async(kwargs=kwargs)
        return
    if _line.connection is None or _line.app is not app:
        _line.app, _line.connection = app, app.connection_for_write(connect_timeout=CONNECT_TIMEOUT)
    try:
        task.apply_async(kwargs=kwargs, connection=_line.connection, retry=False)
    except Exception:
        _line.connection.release()
        _line.connection = None
        raise


def is_eager() -> bool:
    """
    Whether the project's Celery app runs tasks in the process that asks for them.
    """
    return bool(_app().conf.task_always_eager)


def has_broker() -> bool:
    """
    Whether the project's Celery app is told where its broker is.
    """
    conf = _app().conf
    return bool(conf.broker_write_url or conf.broker_url)


def has_periodic_passes() -> bool:
    """
    Whether beat asks for passes; also when its schedule is kept where this cannot be seen.
    """
    conf = _app().conf
    if "PersistentScheduler" not in conf.beat_scheduler:
        return True
    asked = {entry["task"] for entry in conf.beat_schedule.values()}
    return tick_task.name in asked
