from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.db import connection

from goflow import tasks
from tests.workers.making import made

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 120
POLL_SECONDS = 0.1


def until(condition: Callable[[], object], why: str) -> None:
    """Look again and again until it holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(POLL_SECONDS)


class Worker:
    """A Celery worker: a process that has children of its own."""

    def __init__(self, broker: str, queue: str, folder: Path, kills: int = 0) -> None:
        self.deaths = folder / "deaths"
        self.deaths.touch()
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.workers.settings",
            "GOFLOW_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "GOFLOW_TEST_BROKER": broker,
            "GOFLOW_TEST_QUEUE": queue,
            "GOFLOW_TEST_KILLS": str(self.deaths),
            "GOFLOW_TEST_KILLS_MOST": str(kills),
        }
        command = "-m celery -A tests.workers.app worker --concurrency 2 --loglevel WARNING"
        options = "--without-gossip --without-mingle --without-heartbeat"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command.split(), *options.split()],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def kills(self) -> int:
        return len(self.deaths.read_text().splitlines())

    def stop(self) -> None:
        """As a service manager does: what it works on is finished first."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Parent and children, at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def hire(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start a worker: ``hire(broker, queue, kills=0)``. All are gone before the tables are emptied."""
    hired: list[Worker] = []

    def start(broker: str, queue: str, kills: int = 0) -> Worker:
        hired.append(Worker(broker, queue, tmp_path, kills))
        return hired[-1]

    yield start
    for worker in hired:
        worker.kill()


@pytest.fixture
def project(settings: object) -> Iterator[Callable[[str, str], Celery]]:
    """Make the Celery app of this process: ``project(broker, queue)``."""
    settings.GOFLOW_SCHEDULER_BACKEND = "goflow.runtime.scheduler.CelerySchedulerBackend"
    before = current_app._get_current_object()
    apps: list[Celery] = []

    def make(broker: str, queue: str) -> Celery:
        apps.append(made(broker, queue))
        tasks.connect()
        return apps[-1]

    yield make
    before.set_current()
    tasks.connect()
    for app in apps:
        app.close()
