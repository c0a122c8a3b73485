"""
``manage.py goflow_doctor``: do the tables still say what they must?
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from goflow.runtime.doctor import CHECKS, Finding, examine


class Command(BaseCommand):
    """
    Exit code 1 when something was found that is not repaired.
    """

    help = "Check the invariants of the engine's tables; --repair mends what follows from other rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        What to ask, and how to answer.
        """
        parser.add_argument("--check", action="append", choices=sorted(CHECKS), help="only this invariant")
        parser.add_argument("--repair", action="store_true", help="repair what is safe to repair")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Ask every invariant and print the rows that break one.
        """
        found = examine(repair=options["repair"], names=options["check"] or ())
        if options["json"]:
            self.stdout.write(json.dumps([finding.as_dict() for finding in found], indent=2))
        else:
            self._print(found)
        if any(not finding.repaired for finding in found):
            raise SystemExit(1)

    def _print(self, found: list[Finding]) -> None:
        for finding in found:
            style = self.style.WARNING if finding.repaired else self.style.ERROR
            state = "repaired" if finding.repaired else f"must hold: {CHECKS[finding.check].says}"
            self.stdout.write(style(f"{finding.check}: {finding.kind} {finding.id} ({state})"))
        self.stdout.write(f"Invariants checked: {len(CHECKS)}. Rows that break one: {len(found)}.")
