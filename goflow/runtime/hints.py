"""
Hints on their way to a broker, sent by a thread of their own: who gives one never waits for the broker.

A hint may be lost: when the process ends, when the broker does not answer. The next pass does its work.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable, Collection

logger = logging.getLogger("goflow.hints")

PAUSE_SECONDS = 5.0
"""How long a broker that failed is left alone."""

MOST_IDS = 500
"""A hint that would name more names none: then it means whatever is due."""

FAREWELL_SECONDS = 1.0
"""How long an ending process waits for hints that are still under way."""

Key = tuple[str, str]  # the job and its lane
Send = Callable[[str, str, tuple[int, ...]], None]


class Hints:
    """
    What is still to be said. Hints at the same job and lane become one.

    ``send(job, lane, ids)`` speaks to the broker; whatever it raises loses that one hint.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._reset()
        os.register_at_fork(after_in_child=self._reset)
        atexit.register(self.flush)

    def _reset(self) -> None:
        """
        Threads do not survive a fork, and a lock may have been held: a child begins anew.
        """
        self._pending: dict[Key, set[int] | None] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_failing = False
        self._is_sending = False

    def offer(self, job: str, lane: str = "", ids: Collection[int] = ()) -> None:
        """
        Say it soon. Returns at once; no ids means whatever is due.
        """
        with self._changed:
            known = self._pending.get((job, lane), set())
            merged = None if known is None or not ids else known | set(ids)
            self._pending[job, lane] = merged if merged and len(merged) <= MOST_IDS else None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="goflow-hints", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, seconds: float = FAREWELL_SECONDS) -> bool:
        """
        Wait until everything is said; false when it is not within that time, or the broker is failing.
        """
        with self._changed:
            return self._changed.wait_for(self._is_idle, 0 if self._is_failing else seconds)

    def _is_idle(self) -> bool:
        return not self._pending and not self._is_sending

    def _run(self) -> None:
        while True:
            job, lane, ids = self._next()
            try:
                self._send(job, lane, ids)
                self._is_failing = False
            except Exception as exc:  # noqa: BLE001 - every broker has errors of its own; a hint may be lost
                self._is_failing = True
                logger.warning("no hint at %s, the next pass does it: the broker says %s", job, exc)
            self._done()

    def _next(self) -> tuple[str, str, tuple[int, ...]]:
        with self._changed:
            self._changed.wait_for(lambda: self._pending)
            key = next(iter(self._pending))
            ids = self._pending.pop(key)
            self._is_sending = True
        return *key, tuple(sorted(ids or ()))

    def _done(self) -> None:
        with self._changed:
            self._is_sending = False
            self._changed.notify_all()
        if self._is_failing:
            threading.Event().wait(PAUSE_SECONDS)
