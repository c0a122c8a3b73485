"""
The demo's background work: timers and whatever else falls due, every few seconds in a thread of the server.
"""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections

from goflow.errors import GoflowError
from goflow.runtime import jobs

logger = logging.getLogger(__name__)

SECONDS = 10.0


class Ticker(threading.Thread):
    """
    Calls goflow's jobs until it is stopped. A failed pass is logged; the next one comes all the same.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__(name="goflow-ticker", daemon=True)
        self.seconds = seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(self.seconds):
            self.tick()

    def tick(self) -> None:
        """
        One pass.
        """
        close_old_connections()
        try:
            jobs.tick()
        except (DatabaseError, GoflowError):
            logger.exception("A pass of the background jobs failed; the next one tries again")
        finally:
            close_old_connections()

    def stop(self) -> None:
        """
        End after the present pass.
        """
        self._stopping.set()
