"""
Run by ``celery -A tests.workers.app worker``: a worker that dies at statements, and hints through a storm.

``GOFLOW_TEST_KILLS`` names a file with one line per death, ``GOFLOW_TEST_KILLS_MOST`` how many there may be.
"""

from __future__ import annotations

import os
import random
import signal
from contextlib import ExitStack
from pathlib import Path

import django
from celery.signals import worker_process_init

django.setup()

# Django must be ready before anything that imports models.
from goflow import tasks  # noqa: E402
from goflow.runtime import scheduler  # noqa: E402
from tests.races.jobs import watched  # noqa: E402
from tests.workers.making import made  # noqa: E402
from tests.workers.storm import Storm  # noqa: E402
from tests.workers.work import mark  # noqa: E402, F401 - importing registers it

app = made(os.environ["GOFLOW_TEST_BROKER"], os.environ["GOFLOW_TEST_QUEUE"])
tasks.connect()
EARLIEST, LATEST = 1, 45


class Fate:
    """Lets this process die at a statement, before it or after it, as long as there are deaths left."""

    def __init__(self, file: Path, most: int) -> None:
        self.file = file
        self.most = most
        self.left = random.Random(os.getpid()).randint(EARLIEST, LATEST)
        self.side = "before" if os.getpid() % 2 else "after"

    def __call__(self, _number: int, side: str, _text: str) -> None:
        if side != self.side:
            return
        self.left -= 1
        if self.left == 0 and len(self.file.read_text().splitlines()) < self.most:
            with self.file.open("a") as deaths:
                deaths.write(f"{os.getpid()}\n")
            os.kill(os.getpid(), signal.SIGKILL)


kept = ExitStack()
"""Held as long as the process lives."""


@worker_process_init.connect
def begin(**_kwargs: object) -> None:
    most = int(os.environ.get("GOFLOW_TEST_KILLS_MOST", "0"))
    if most:
        kept.enter_context(watched(Fate(Path(os.environ["GOFLOW_TEST_KILLS"]), most)))
        scheduler.hints = Storm(os.getpid(), tasks.send)
