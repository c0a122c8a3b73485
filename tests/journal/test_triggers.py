from __future__ import annotations

from datetime import datetime, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from goflow.journal import recorder, triggers
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> AuditEvent:
    when = datetime(2026, 3, 1, tzinfo=timezone.utc)
    return recorder.record([Event(stream="i:1", action="workitem.completed", created_at=when)])[0]


def test_migrating_installs_the_trigger() -> None:
    assert triggers.is_installed()


def test_the_database_refuses_updates(row: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(actor="9")
    assert AuditEvent.objects.get().actor == ""


def test_old_rows_can_be_purged(row: AuditEvent) -> None:
    AuditEvent.objects.all().delete()
    assert not AuditEvent.objects.exists()


def test_installing_again_changes_nothing() -> None:
    triggers.install(sender=None, using="default")
    assert triggers.is_installed()


def test_a_database_that_forbids_triggers_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(triggers, "NAME", "goflow_other")
    monkeypatch.setitem(triggers.CREATE, connection.vendor, ("CREATE NOTHING",))
    triggers.install(sender=None, using="default")
    assert "does not let goflow protect its audit rows" in caplog.text
    assert AuditEvent.objects.count() == 0


def test_without_the_table_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "NAME", "goflow_other")
    monkeypatch.setattr(AuditEvent._meta, "db_table", "goflow_no_such_table")
    triggers.install(sender=None, using="default")
    assert not triggers.is_installed()
