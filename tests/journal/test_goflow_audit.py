from __future__ import annotations

import json
from datetime import datetime, timezone
from io import StringIO

import pytest
from django.core.management import call_command

from goflow.journal import recorder
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 1, tzinfo=timezone.utc)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _chain() -> None:
    events = [
        Event(stream="i:1", action="workitem.completed", created_at=WHEN, instance_version=version)
        for version in (1, 2, 5)
    ]
    recorder.record(events)


def test_a_sound_trail_is_said() -> None:
    out = StringIO()
    call_command("goflow_audit", "verify", stdout=out)
    assert "Rows verified: 3. Streams: 1. Streams tampered with: 0." in out.getvalue()
    assert "i:1: versions 3 to 4 were not recorded (auditing was off)." in out.getvalue()


def test_tampering_fails() -> None:
    out = StringIO()
    AuditEvent.objects.filter(seq=1).delete()
    with pytest.raises(SystemExit) as left:
        call_command("goflow_audit", "verify", stdout=out)
    assert left.value.code == 1
    assert "i:1: rows before row 2 " in out.getvalue()


def test_the_report_can_be_json() -> None:
    out = StringIO()
    call_command("goflow_audit", "verify", "--json", "--stream", "i:1", stdout=out)
    assert json.loads(out.getvalue())["rows"] == 3


def test_streams_can_be_chosen() -> None:
    out = StringIO()
    call_command("goflow_audit", "verify", "--stream", "p:leave", stdout=out)
    assert out.getvalue().startswith("Rows verified: 0. Streams: 0.")


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goflow.journal.verify.CHUNK", 1)
    screen = Terminal()
    call_command("goflow_audit", "verify", stdout=StringIO(), stderr=screen)
    assert "3 rows …" in screen.getvalue()
