"""
``manage.py goflow_validate``: what is wrong with the definitions of this project?
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from goflow.conf import conf
from goflow.core import lint, soundness
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.core.lint import Known, Problem, Severity
from goflow.management import stories
from goflow.workflow import exchange
from goflow.workflow.models import Process
from goflow.workflow.publishing import known, problems


@dataclass(frozen=True, slots=True)
class _Checked:
    name: str
    told: dict[str, object]
    problems: tuple[Problem, ...]


class Command(BaseCommand):
    """
    Exit code 1 when a draft, a published version or a file has errors; with ``--strict`` for warnings too.
    """

    help = "Check every draft and every published version of the processes, or definitions in files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        What to check, and how strictly.
        """
        parser.add_argument("--process", metavar="CODE", help="only the versions of this process")
        parser.add_argument(
            "--file",
            action="append",
            default=[],
            metavar="PATH",
            help="a definition in a JSON file instead of the stored ones; can be repeated",
        )
        parser.add_argument("--json", action="store_true", help="print the problems as JSON")
        parser.add_argument("--strict", action="store_true", help="fail on warnings, too")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Check and print. Raises CommandError for a code or a file that cannot be found or read.
        """
        if options["file"] and options["process"]:
            raise CommandError(_("Give --process or --file, not both."))
        if options["file"]:
            found = [_checked_file(path) for path in options["file"]]
        else:
            found = [_checked(process) for process in _versions(options["process"])]
        if options["json"]:
            self.stdout.write(json.dumps([_as_dict(checked) for checked in found], indent=2))
        else:
            self._print(found)
        if any(_fails(p, strict=options["strict"]) for checked in found for p in checked.problems):
            raise SystemExit(1)

    def _print(self, found: Iterable[_Checked]) -> None:
        for checked in found:
            self.stdout.write(checked.name)
            for problem in checked.problems:
                style = self.style.ERROR if problem.severity is Severity.ERROR else self.style.WARNING
                self.stdout.write(style(f"  {problem.code}: {problem.message} {problem.fix}"))
                for line in stories.lines(problem.trace, indent="    "):
                    self.stdout.write(line)
            if not checked.problems:
                self.stdout.write(self.style.SUCCESS("  " + _("No problems.")))


def _checked(process: Process) -> _Checked:
    told = {"process": process.code, "version": process.version, "status": process.status}
    return _Checked(f"{process} ({process.get_status_display()})", told, problems(process))


def _checked_file(path: str) -> _Checked:
    try:
        definition = exchange.read(Path(path))
    except DefinitionError as exc:
        raise CommandError(str(exc)) from exc
    found = (*lint.problems(definition, _known(definition)), *soundness.check(definition).problems)
    return _Checked(path, {"process": definition.code, "file": path}, found)


def _known(definition: ProcessDef) -> Known:
    """
    What this project has. Roles are not asked for: they may come with the file.
    """
    outside = known()
    pages = {a.application for a in definition.activities if a.is_human and _is_page(a.application)}
    return replace(
        outside, roles=None, empty_groups=None, applications=(outside.applications or frozenset()) | pages
    )


def _is_page(application: str) -> bool:
    return bool(conf.WF_APPS_PREFIX) or "/" in application


def _versions(code: str | None) -> Iterator[Process]:
    versions = Process.objects.exclude(status=Process.Status.RETIRED).order_by("code", "version")
    if code is None:
        return versions.iterator()
    chosen = list(versions.filter(code=code))
    if not chosen:
        raise CommandError(
            _("There is no draft and no published version of “%(code)s”. Check the code.") % {"code": code}
        )
    return iter(chosen)


def _fails(problem: Problem, *, strict: bool) -> bool:
    return strict or problem.severity is Severity.ERROR


def _as_dict(checked: _Checked) -> dict[str, object]:
    return checked.told | {"problems": [problem.as_dict() for problem in checked.problems]}
