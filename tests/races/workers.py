"""
Real processes that work for a test: asked over a pipe, let go at the same moment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import connection

from tests.races.jobs import Answer, Job

PATIENCE_SECONDS = 120
ROOT = Path(__file__).resolve().parent.parent.parent


class Worker:
    """One process with a database connection of its own."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.retries = 0

    def prepare(self, job: Job, halt: tuple[str, int, str] | None = None) -> None:
        self.line.send((job, halt))
        assert self.receive() == "ready"

    def go(self) -> None:
        self.line.send("go")

    def receive(self) -> Any:
        if not self.line.poll(PATIENCE_SECONDS):
            raise TimeoutError("the worker does not answer")
        return self.line.recv()

    def answer(self) -> Answer:
        """The answer of a worker that was let go. EOFError when the process died."""
        return self.close(self.receive())

    def close(self, answer: Answer) -> Answer:
        self.retries = self.receive()
        return answer

    def do(self, job: Job, halt: tuple[str, int, str] | None = None) -> Answer:
        self.prepare(job, halt)
        self.go()
        return self.answer()


class Workers:
    """Makes workers; those it made end with it."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="goflow-races-")
        address = str(Path(self.folder.name, "line"))
        self.listener = Listener(address, "AF_UNIX", backlog=8)
        self.zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.races.zygote", address],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "GOFLOW_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            },
            stdin=subprocess.PIPE,
            text=True,
        )
        self.made: list[Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()
        assert self.zygote.stdin is not None
        self.zygote.stdin.close()
        self.zygote.wait(PATIENCE_SECONDS)
        self.listener.close()
        self.folder.cleanup()

    def hire(self) -> Worker:
        assert self.zygote.stdin is not None
        self.zygote.stdin.write("\n")
        self.zygote.stdin.flush()
        worker = Worker(self.listener.accept())
        self.made.append(worker)
        return worker

    def dismiss(self) -> None:
        """Hang up: the workers made so far end and their connections with them."""
        while self.made:
            self.made.pop().line.close()


def race(workers: Sequence[Worker], jobs: Sequence[Job]) -> list[Answer]:
    """Let every worker do its job, all at the same moment; the answers in the order of the jobs."""
    for worker, job in zip(workers, jobs, strict=True):
        worker.prepare(job)
    for worker in workers:
        worker.go()
    return [worker.answer() for worker in workers]
