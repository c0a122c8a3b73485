"""
Runs everything that is due: once, or again and again.
"""

from __future__ import annotations

import json
import logging
import math
import select
import signal
import socket
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from goflow.runtime.jobs import tick

logger = logging.getLogger("goflow.cron")

LONGEST_WAIT = 60.0
"""Seconds between two tries while the database is away, where the loop does not wait longer anyway."""

Report = Mapping[str, Mapping[str, int]]


def seconds(text: str) -> float:
    """
    A pause as text. Raises ArgumentTypeError unless it is a positive number.
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return found


class Stopping:
    """
    What a signal sets and a pause ends by. No event of ``threading``, whose lock may be held by the
    very code that the signal interrupts.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._listening, self._telling = socket.socketpair()

    def set(self) -> None:
        """
        End the present pause and every later one.
        """
        self._is_set = True
        self._telling.send(b"!")

    def is_set(self) -> bool:
        """
        Whether somebody asked for the end.
        """
        return self._is_set

    def wait(self, seconds: float) -> None:
        """
        Pause, until somebody asks for the end.
        """
        select.select([self._listening], [], [], seconds)

    def close(self) -> None:
        """
        Nobody asks any more.
        """
        self._listening.close()
        self._telling.close()


class Command(BaseCommand):
    """
    ``goflow_cron`` for cron, ``goflow_cron --loop 30`` for a service. Several at once do no harm.
    """

    help = "Fire due timers, work on the outbox and do the housekeeping: one pass, or every --loop seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        Options of the command.
        """
        parser.add_argument("--loop", type=seconds, metavar="SECONDS", help="again after so many seconds")
        parser.add_argument("--json", action="store_true", help="print one JSON object per pass")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Exit code 1 when something failed or was given up in a single pass; a loop goes on and reports each.

        SIGTERM and SIGINT end it after the work in hand; the same signal again ends it at once.
        """
        self.is_json = options["json"]
        with closing(Stopping()) as self.stopping, self._signals():
            if options["loop"]:
                self._loop(options["loop"])
            elif self._failed_once():
                raise SystemExit(1)

    def _failed_once(self) -> bool:
        try:
            return self._pass()
        except (OperationalError, InterfaceError) as exc:
            raise CommandError(
                f"the database does not answer ({_line(exc)}); nothing was lost, try again"
            ) from exc

    def _loop(self, pause: float) -> None:
        failures = 0
        while not self.stopping.is_set():
            close_old_connections()
            try:
                self._pass()
                failures = 0
            except (OperationalError, InterfaceError) as exc:
                failures += 1
                logger.warning("the database does not answer (%s); the next pass tries again", _line(exc))
            wait = min(pause * 2 ** min(failures, 10), max(pause, LONGEST_WAIT))
            self.stopping.wait(wait)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """
        Only the main thread may handle signals; elsewhere, whoever calls ends the process.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, _frame: object) -> None:
        self.stopping.set()
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)

    def _pass(self) -> bool:
        done = tick(self._watch)
        self._clear()
        told = {**done, **reference_names(done)}
        self.stdout.write(json.dumps(told, sort_keys=True) if self.is_json else as_text(told))
        self.stdout.flush()
        return any(counts.get("failed") or counts.get("dead") for counts in done.values())

    def _watch(self, job: str, counts: Mapping[str, int]) -> bool:
        if self.stderr.isatty():
            line = f"{job}: {_counted(counts)}"[:78]
            self.stderr.write(f"\r{line:<78}", ending="")
            self.stderr.flush()
        return not self.stopping.is_set()

    def _clear(self) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{'':<78}\r", ending="")
            self.stderr.flush()


def _line(exc: Exception) -> str:
    return " ".join(str(exc).split())


def reference_names(done: Report) -> dict[str, int]:
    """
    What the pass did, under the names that scripts may know from older versions.
    """
    timeouts, sla = done.get("timeouts", {}), done.get("sla", {})
    return {
        "timeout_transitions": timeouts.get("fired", 0),
        "checked_workitems": timeouts.get("checked", 0),
        "triggered_workitems": timeouts.get("fired", 0),
        "sla_checked": sla.get("checked", 0),
        "sla_warned": sla.get("warned", 0),
        "sla_breached": sla.get("breached", 0),
    }


def as_text(told: Mapping[str, Any]) -> str:
    """
    A line per job, and one with the names of the reference.
    """
    jobs = [f"{job}: {_counted(counts)}" for job, counts in told.items() if isinstance(counts, Mapping)]
    plain = " ".join(f"{name}={count}" for name, count in told.items() if not isinstance(count, Mapping))
    return "\n".join([*jobs, plain])


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
