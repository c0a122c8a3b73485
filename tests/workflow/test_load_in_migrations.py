"""
``load`` from a data migration: before Django has made content types and permissions, and twice.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from goflow.workflow.exchange import load
from goflow.workflow.models import Process

pytestmark = pytest.mark.django_db(transaction=True)

LEAVE = {
    "format": "goflow-process",
    "format_version": 1,
    "title": "Leave",
    "begin": "request",
    "content_type": "leave.leaverequest",
    "activities": [{"title": "Request"}, {"title": "Approve", "roles": ["managers"]}],
    "transitions": [{"source": "request", "target": "approve"}],
}


def load_processes(apps: Any, schema_editor: Any) -> None:
    load(LEAVE, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("goflow", "0001_initial")]
    operations = [migrations.RunPython(load_processes, migrations.RunPython.noop)]


@pytest.fixture
def fresh(transactional_db: None) -> None:
    """The state between the migrations and post_migrate."""
    Permission.objects.filter(content_type__app_label__in=["goflow", "leave"]).delete()
    ContentType.objects.filter(app_label__in=["goflow", "leave"]).delete()
    ContentType.objects.clear_cache()


def migrate() -> None:
    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor(atomic=True) as schema_editor:
        Migration("0002_processes", "sampleapp").apply(state, schema_editor)


def test_a_migration_publishes_a_file(fresh: None) -> None:
    migrate()
    process = Process.objects.get()
    assert (process.code, process.status, process.content_type.model) == (
        "leave",
        "published",
        "leaverequest",
    )


def test_a_second_migration_changes_nothing(fresh: None) -> None:
    migrate()
    with CaptureQueriesContext(connection) as queries:
        migrate()
    assert Process.objects.count() == 1
    assert not [query["sql"] for query in queries if query["sql"].startswith("INSERT")]
