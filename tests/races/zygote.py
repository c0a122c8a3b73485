"""
Run as a program: has Django ready and no database connection, and forks a worker for each line it reads.

A worker calls back at the socket that the only argument names and does what it is asked there, until hung up.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Client, Connection
from typing import Any

import django

django.setup()

# Django must be ready before anything that imports models.
from goflow.runtime import unit  # noqa: E402
from tests.races.jobs import Answer, Memory, Point, prepared, watched  # noqa: E402


class Retries:
    """Counts how often units of this process ran again."""

    def __init__(self) -> None:
        self.count = 0
        self.plain = unit.is_retryable
        unit.is_retryable = self.counted

    def counted(self, exc: Any) -> bool:
        retryable = self.plain(exc)
        self.count += retryable
        return retryable


def main(address: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        if os.fork() == 0:
            code = 1
            try:
                serve(Client(address, "AF_UNIX"))
                code = 0
            except EOFError:
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)


def serve(line: Connection) -> None:
    retries = Retries()
    memory: list[Memory] = []
    while True:
        job, halt = line.recv()
        memory = memory or [Memory()]
        perform(line, prepared(job, memory[0]), halt)
        line.send(retries.count)


def perform(line: Connection, run: Callable[[], Answer], halt: tuple[str, int, str] | None) -> None:
    line.send("ready")
    line.recv()

    def point(number: int, side: str, _text: str) -> None:
        if halt is None or (number, side) != halt[1:]:
            return
        if halt[0] == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        line.send("paused")
        line.recv()

    line.send(watched_run(run, point))


def watched_run(run: Callable[[], Answer], point: Point) -> Answer:
    try:
        with watched(point):
            return run()
    except Exception:  # noqa: BLE001 - whatever it is, the test that waits for the answer has to show it
        return Answer(refused=traceback.format_exc())


if __name__ == "__main__":
    main(sys.argv[1])
