"""
Runs everything that is due: once, or again and again.
"""

from __future__ import annotations

import json
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from goflow.runtime.jobs import tick


class Command(BaseCommand):
    """
    ``goflow_cron`` for cron, ``goflow_cron --loop 30`` for a service. Several at once do no harm.
    """

    help = "Fire due timers and do the housekeeping: one pass, or every --loop seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        Options of the command.
        """
        parser.add_argument("--loop", type=float, metavar="SECONDS", help="run again after so many seconds")
        parser.add_argument("--json", action="store_true", help="print one JSON object per pass")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Exit code 1 when something failed in a single pass; a loop goes on and reports each pass.
        """
        failed = self._pass(as_json=options["json"])
        pause = threading.Event()
        while options["loop"]:
            try:
                pause.wait(options["loop"])
            except KeyboardInterrupt:
                return
            close_old_connections()
            self._pass(as_json=options["json"])
        if failed:
            raise SystemExit(1)

    def _pass(self, *, as_json: bool) -> int:
        done = tick()
        if as_json:
            self.stdout.write(json.dumps(done, sort_keys=True))
            return done["timeouts"]["failed"]
        for job, counts in done.items():
            told = ", ".join(f"{name} {count}" for name, count in counts.items())
            self.stdout.write(f"{job}: {told}")
        return done["timeouts"]["failed"]
