"""
``manage.py goflow_validate``: what is wrong with the definitions of this project?
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from goflow.core.lint import Problem, Severity
from goflow.workflow.models import Process
from goflow.workflow.publishing import problems


class Command(BaseCommand):
    """
    Exit code 1 when a draft or published version has errors; with ``--strict`` for warnings too.
    """

    help = "Check every draft and every published version of the processes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        What to check, and how strictly.
        """
        parser.add_argument("--process", metavar="CODE", help="only the versions of this process")
        parser.add_argument("--json", action="store_true", help="print the problems as JSON")
        parser.add_argument("--strict", action="store_true", help="fail on warnings, too")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Check and print. Raises CommandError when no process goes by the given code.
        """
        found = [(process, problems(process)) for process in _versions(options["process"])]
        if options["json"]:
            self.stdout.write(json.dumps([_as_dict(process, bad) for process, bad in found], indent=2))
        else:
            self._print(found)
        if any(_fails(problem, strict=options["strict"]) for _process, bad in found for problem in bad):
            raise SystemExit(1)

    def _print(self, found: Iterable[tuple[Process, tuple[Problem, ...]]]) -> None:
        for process, bad in found:
            self.stdout.write(f"{process} ({process.get_status_display()})")
            for problem in bad:
                style = self.style.ERROR if problem.severity is Severity.ERROR else self.style.WARNING
                self.stdout.write(style(f"  {problem.code}: {problem.message} {problem.fix}"))
            if not bad:
                self.stdout.write(self.style.SUCCESS("  " + _("No problems.")))


def _versions(code: str | None) -> list[Process]:
    versions = Process.objects.exclude(status=Process.Status.RETIRED).order_by("code", "version")
    if code is None:
        return list(versions)
    chosen = list(versions.filter(code=code))
    if not chosen:
        raise CommandError(
            _("There is no draft and no published version of “%(code)s”. Check the code.") % {"code": code}
        )
    return chosen


def _fails(problem: Problem, *, strict: bool) -> bool:
    return strict or problem.severity is Severity.ERROR


def _as_dict(process: Process, bad: tuple[Problem, ...]) -> dict[str, object]:
    return {
        "process": process.code,
        "version": process.version,
        "status": process.status,
        "problems": [problem.as_dict() for problem in bad],
    }
