"""
``manage.py goflow_import``: processes from files.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import router, transaction
from django.utils.translation import gettext as _

from goflow.core.errors import DefinitionError
from goflow.core.lint import Problem, Severity
from goflow.errors import PublishRefused
from goflow.tenancy import Tenant
from goflow.workflow import exchange
from goflow.workflow.missing import Missing, missing
from goflow.workflow.models import Process
from goflow.workflow.publishing import problems

REFUSED = 1
INCOMPLETE = 3
NOTHING = Missing()


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one file.

    Attributes:
        result: draft, published, unchanged or refused.
        process: the version that holds the file's content; None when it was refused.
        missing: names that do not exist here.
        problems: what lint and soundness find.
        error: why it was refused.
    """

    file: str
    result: str
    process: Process | None = None
    missing: Missing = NOTHING
    problems: tuple[Problem, ...] = ()
    error: dict[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """
        The outcome as JSON-serialisable data.
        """
        told: dict[str, object] = {"file": self.file, "result": self.result}
        if self.process is not None:
            told |= {"process": self.process.code, "version": self.process.version}
        if self.error:
            told["error"] = self.error
        named = {kind: names for kind, names in self.missing.as_dict().items() if names}
        return told | {"missing": named, "problems": [problem.as_dict() for problem in self.problems]}


class Command(BaseCommand):
    """
    Exit code 1 when a file was refused, 3 when a draft was made although names in it do not exist here.
    """

    help = "Read processes from JSON files, each into a new draft, or published with --publish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        The files, and what is done with them.
        """
        parser.add_argument("files", nargs="+", metavar="FILE", help="files that goflow_export wrote")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish each one; a file that says what is published already changes nothing",
        )
        parser.add_argument(
            "--create-roles", action="store_true", help="make groups that do not exist, without members"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--tenant", default="", metavar="ID", help="whose processes they become")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Import file by file; one that is refused changes nothing and does not stop the others.
        """
        outcomes = _rehearsed(options) if options["dry_run"] else _done(options)
        if options["json"]:
            self.stdout.write(json.dumps([outcome.as_dict() for outcome in outcomes], indent=2))
        else:
            for outcome in outcomes:
                self._print(outcome)
        if any(outcome.result == "refused" for outcome in outcomes):
            raise SystemExit(REFUSED)
        if any(outcome.missing for outcome in outcomes):
            raise SystemExit(INCOMPLETE)

    def _print(self, outcome: Outcome) -> None:
        style = self.style.ERROR if outcome.result == "refused" else self.style.SUCCESS
        self.stdout.write(style(f"{outcome.file}: {_sentence(outcome)}"))
        for kind, names in outcome.missing.as_dict().items():
            if names:
                text = _("missing here (%(kind)s): %(names)s") % {"kind": kind, "names": ", ".join(names)}
                self.stdout.write(self.style.WARNING(f"  {text}"))
        for problem in outcome.problems:
            style = self.style.ERROR if problem.severity is Severity.ERROR else self.style.WARNING
            self.stdout.write(style(f"  {problem.code}: {problem.message} {problem.fix}"))


def _done(options: dict[str, Any]) -> list[Outcome]:
    return [_outcome(name, options) for name in options["files"]]


def _rehearsed(options: dict[str, Any]) -> list[Outcome]:
    using = router.db_for_write(Process)
    with transaction.atomic(using=using):
        outcomes = _done(options)
        transaction.set_rollback(True, using=using)
    return outcomes


def _sentence(outcome: Outcome) -> str:
    if outcome.process is None:
        return str(outcome.error["message"])
    texts = {
        "draft": _("new draft, version %(version)s of “%(process)s”"),
        "published": _("published as version %(version)s of “%(process)s”"),
        "unchanged": _("version %(version)s of “%(process)s” says this already"),
    }
    told = {"version": outcome.process.version, "process": outcome.process.title}
    return texts[outcome.result] % told


def _outcome(name: str, options: dict[str, Any]) -> Outcome:
    tenant, found = Tenant(options["tenant"]), NOTHING
    try:
        definition = exchange.read(Path(name))
        found = missing(definition, tenant_id=tenant.tenant_id)
        if options["publish"]:
            return _published(name, options, tenant)
        done = exchange.import_draft(definition, create_roles=options["create_roles"], tenant=tenant)
    except DefinitionError as exc:
        return _refused(name, exc, replace(found, roles=()) if options["create_roles"] else found)
    return Outcome(name, "draft", done.process, done.missing, problems(done.process))


def _refused(name: str, exc: DefinitionError, found: Missing) -> Outcome:
    told = exc.problems if isinstance(exc, PublishRefused) else ()
    bad = tuple(problem for problem in told if isinstance(problem, Problem))
    return Outcome(name, "refused", None, found, bad, {"code": exc.code, "message": str(exc)})


def _published(name: str, options: dict[str, Any], tenant: Tenant) -> Outcome:
    before = set(Process.objects.published().values_list("pk", flat=True))
    process = exchange.load(Path(name), create_roles=options["create_roles"], tenant=tenant)
    result = "unchanged" if process.pk in before else "published"
    return Outcome(name, result, process, problems=problems(process))
