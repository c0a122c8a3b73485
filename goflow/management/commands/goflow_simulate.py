"""
``manage.py goflow_simulate``: walk a process without touching the database.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.core.simulation import Result, Simulation, simulate
from goflow.desk.addresses import whole_number
from goflow.management import stories
from goflow.workflow import exchange, loader
from goflow.workflow.models import Process

TOLD_EVERY = 50


class Command(BaseCommand):
    """
    Exit code 1 when a run got stuck.
    """

    help = "Walk a process with scripted or random outcomes and tell where it gets; nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        What to walk, how often, and what is decided on the way.
        """
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--process",
            metavar="CODE[@VERSION]",
            help="the process; without a version the published one, else the newest",
        )
        source.add_argument("--file", metavar="PATH", help="a definition in a JSON file")
        parser.add_argument("--runs", type=int, default=100, metavar="N", help="how many instances (100)")
        parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random choices (0)")
        parser.add_argument(
            "--script",
            action="append",
            default=[],
            metavar="ACTIVITY=OUTCOME,...",
            help="outcomes of the first completions; blank is none, @KEY takes the timeout transition",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Walk and print. Raises CommandError for what cannot be walked.
        """
        definition = _from_file(options["file"]) if options["file"] else _stored(options["process"])
        runs, script = options["runs"], _script(options["script"])
        try:
            found = simulate(
                definition, runs=runs, seed=options["seed"], script=script, told=self._progress(runs)
            )
        except DefinitionError as exc:
            raise CommandError(str(exc)) from exc
        if options["json"]:
            head = {"process": definition.code, "version": definition.version}
            self.stdout.write(json.dumps(head | found.as_dict(), indent=2, ensure_ascii=False))
        else:
            for line in _report(definition, found):
                self.stdout.write(line)
        if found.stuck:
            raise SystemExit(1)

    def _progress(self, runs: int) -> Callable[[int], None] | None:
        if not self.stderr.isatty():
            return None

        def tell(number: int) -> None:
            if number % TOLD_EVERY == 0 or number == runs:
                self.stderr.write(f"\r{number}/{runs}", ending="\n" if number == runs else "")
                self.stderr.flush()

        return tell


def _from_file(path: str) -> ProcessDef:
    try:
        return exchange.read(Path(path))
    except DefinitionError as exc:
        raise CommandError(str(exc)) from exc


def _stored(name: str) -> ProcessDef:
    code, _at, version = name.partition("@")
    versions: QuerySet[Process] = Process.objects.filter(code=code).order_by("-version")
    if version:
        found = versions.filter(version=whole_number(version) or 0).first()
    else:
        found = versions.filter(published_code__isnull=False).first() or versions.first()
    if found is None:
        raise CommandError(_("There is no process “%(name)s”. Check code and version.") % {"name": name})
    return loader.read(found).graph


def _script(texts: Iterable[str]) -> dict[str, list[str | None]]:
    script: dict[str, list[str | None]] = {}
    for text in texts:
        key, equals, outcomes = text.partition("=")
        if not equals:
            raise CommandError(_("“%(text)s” is no script. Write ACTIVITY=OUTCOME.") % {"text": text})
        script.setdefault(key, []).extend(outcome.strip() or None for outcome in outcomes.split(","))
    return script


def _report(definition: ProcessDef, found: Simulation) -> Iterator[str]:
    yield _("First run:")
    yield from stories.lines(found.first.steps)
    runs = ngettext("%(runs)s run with seed %(seed)s:", "%(runs)s runs with seed %(seed)s:", found.runs)
    yield runs % {"runs": found.runs, "seed": found.seed}
    for where, count in found.ends.items():
        text = ngettext("  %(count)s completed at %(where)s", "  %(count)s completed at %(where)s", count)
        yield text % {"count": count, "where": ", ".join(where)}
    for (result, places), count in found.stuck.items():
        told = {"count": count, "where": ", ".join(places), "why": _reason(result)}
        text = ngettext(
            "  %(count)s got stuck at %(where)s: %(why)s",
            "  %(count)s got stuck at %(where)s: %(why)s",
            count,
        )
        yield text % told
    share = f"{found.coverage:.0%}"
    yield _("Walked %(share)s of %(title)s.") % {"share": share, "title": definition.title}
    if found.missed:
        yield _("Never reached: %(keys)s") % {"keys": ", ".join(found.missed)}
    for run in found.examples:
        yield _("How a run got stuck (%(why)s):") % {"why": _reason(run.result)}
        yield from stories.lines(run.steps)


def _reason(result: Result) -> str:
    return {
        Result.COMPLETE: _("it completed"),
        Result.STARVED: _("a join waits for branches that cannot come any more"),
        Result.OR_JOIN_CYCLE: _("joins wait for each other"),
        Result.REFUSED: _("no transition takes the scripted outcome"),
        Result.NO_WAY: _("no transition out of it can be taken"),
        Result.TOO_LONG: _("it was still running after very many steps"),
    }[result]
