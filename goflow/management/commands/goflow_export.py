"""
``manage.py goflow_export``: processes as files.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from goflow.desk.addresses import whole_number
from goflow.workflow import exchange
from goflow.workflow.models import Process

STDOUT = "-"


class Command(BaseCommand):
    """
    Exit code 1 when there is no such process or a file cannot be written.
    """

    help = "Write processes as JSON files that goflow_import and data migrations read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        What to export, and where to.
        """
        parser.add_argument(
            "code",
            nargs="?",
            metavar="CODE[@VERSION]",
            help="the process; without a version the published one, else the newest",
        )
        parser.add_argument("--all", action="store_true", help="every process, one file each")
        parser.add_argument(
            "--output",
            default=STDOUT,
            metavar="DIR",
            help="folder for <code>.json; - (the default) prints the file",
        )
        parser.add_argument("--tenant", default="", metavar="ID", help="whose processes")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Raises CommandError for what cannot be exported.
        """
        if bool(options["code"]) == options["all"]:
            raise CommandError(_("Name one process, or give --all."))
        versions = Process.objects.filter(tenant_id=options["tenant"])
        found = _every(versions) if options["all"] else [_one(versions, options["code"])]
        if options["output"] == STDOUT:
            if options["all"]:
                raise CommandError(_("--all writes one file per process; give --output a folder."))
            self.stdout.write(exchange.text(found[0]), ending="")
            return
        for process in found:
            path = _write(process, Path(options["output"]))
            self.stdout.write(f"{process}: {path}")


def _every(versions: Any) -> list[Process]:  # a queryset
    codes = versions.order_by("code").values_list("code", flat=True).distinct()
    return [_one(versions, code) for code in codes]


def _one(versions: Any, name: str) -> Process:  # a queryset
    code, _at, version = name.partition("@")
    rows = versions.filter(code=code).order_by("-version")
    if version:
        found = rows.filter(version=whole_number(version) or 0).first()
    else:
        found = rows.filter(published_code__isnull=False).first() or rows.first()
    if found is None:
        raise CommandError(_("There is no process “%(name)s”. Check code and version.") % {"name": name})
    process: Process = found
    return process


def _write(process: Process, folder: Path) -> Path:
    path = folder / f"{process.code}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(exchange.text(process), encoding="utf-8")
    except OSError as exc:
        told = {"path": path, "problem": exc.strerror}
        raise CommandError(_("%(path)s cannot be written (%(problem)s). Check the folder.") % told) from exc
    return path
