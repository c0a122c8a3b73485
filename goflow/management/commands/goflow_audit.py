"""
``manage.py goflow_audit verify``: is the audit trail what was written?
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from goflow.journal.verify import Finding, Gap, Report, verify


class Command(BaseCommand):
    """
    Exit code 1 when a stream was tampered with.
    """

    help = "Verify the audit trail: every stream is a chain of hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        The one action there is, and what to verify.
        """
        parser.add_argument("action", choices=["verify"], help="what to do")
        parser.add_argument(
            "--stream", action="append", help="only this stream, such as i:42 or p:leave; can be repeated"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Walk the chains and print what was found.
        """
        report = verify(options["stream"], progress=self._progress if self.stderr.isatty() else None)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2))
        else:
            self._print(report)
        if not report.is_sound:
            raise SystemExit(1)

    def _progress(self, rows: int) -> None:
        self.stderr.write(_("%(rows)s rows …") % {"rows": f"{rows:,}"}, ending="\r")

    def _print(self, report: Report) -> None:
        for finding in report.findings:
            self.stdout.write(self.style.ERROR(_sentence(finding)))
        for gap in report.not_recorded:
            self.stdout.write(self.style.WARNING(_gap(gap)))
        told = {"rows": report.rows, "streams": report.streams, "findings": len(report.findings)}
        self.stdout.write(
            _("Rows verified: %(rows)s. Streams: %(streams)s. Streams tampered with: %(findings)s.") % told
        )


def _sentence(finding: Finding) -> str:
    told = {"stream": finding.stream, "seq": finding.seq, "id": finding.event_id}
    texts = {
        "altered": _("%(stream)s: row %(seq)s (id %(id)s) or the row before it was altered."),
        "deleted": _("%(stream)s: rows before row %(seq)s (id %(id)s) were deleted."),
        "inserted": _("%(stream)s: row %(seq)s (id %(id)s) was inserted."),
        "reordered": _("%(stream)s: row %(seq)s (id %(id)s) was moved from another place."),
    }
    return texts[finding.kind] % told


def _gap(gap: Gap) -> str:
    told = {"stream": gap.stream, "first": gap.first_version, "last": gap.last_version}
    return _("%(stream)s: versions %(first)s to %(last)s were not recorded (auditing was off).") % told
