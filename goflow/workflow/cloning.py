"""
A new draft with everything of a version, under the same stable keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from goflow import clock
from goflow.journal.rows import insert
from goflow.workflow.models import Activity, Process, Transition, WorkflowLayout
from goflow.workflow.recording import Note, record
from goflow.workflow.unresolved import PEOPLE
from goflow.workflow.versions import database, lock_versions, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

NOT_COPIED = frozenset({"id", "process_id", "queue_id"})


def clone(
    process: Process, *, by: AbstractBaseUser | None, note: str = "", title: str | None = None
) -> Process:
    """
    The next version of the code, as a draft with the same content; a constant number of queries.
    """
    using = database(process)
    with transaction.atomic(using=using):
        lock_versions(process.code, using)
        copy = _head(process, note=note, title=title or process.title, using=using)
        activities = _activities(process, copy, using)
        _transitions(process, copy, activities, using)
        for name in PEOPLE:
            _people(getattr(Activity, name).through, process, activities, using)
        _finish(process, copy, activities, using)
        _record(process, copy, by)
    return copy


def _head(process: Process, *, note: str, title: str, using: str) -> Process:
    versions = Process.objects.using(using).filter(tenant_id=process.tenant_id, code=process.code)
    newest = versions.aggregate(newest=models.Max("version"))["newest"]
    copy = Process(
        title=title,
        code=process.code,
        tenant_id=process.tenant_id,
        org_id=process.org_id,
        version=(newest or 0) + 1,
        version_note=note,
        enabled=process.enabled,
        description=process.description,
        priority=process.priority,
        content_type_id=process.content_type_id,
        unresolved=process.unresolved,
    )
    copy.save(using=using)
    return copy


def _activities(process: Process, copy: Process, using: str) -> dict[int, int]:
    rows = list(Activity.objects.using(using).filter(process_id=process.pk).order_by("pk"))
    made = [Activity(process_id=copy.pk, **_values(row)) for row in rows]
    insert(made, using=using)
    return {row.pk: new.pk for row, new in zip(rows, made, strict=True)}


def _transitions(process: Process, copy: Process, activities: Mapping[int, int], using: str) -> None:
    rows = Transition.objects.using(using).filter(process_id=process.pk).order_by("pk")
    made = [
        Transition(
            process_id=copy.pk,
            **_values(row) | {"input_id": activities[row.input_id], "output_id": activities[row.output_id]},
        )
        for row in rows
    ]
    insert(made, using=using)


def _values(row: models.Model) -> dict[str, Any]:  # values of any column
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names if name not in NOT_COPIED}


def _people(through: Any, process: Process, activities: Mapping[int, int], using: str) -> None:
    other = next(
        field.attname
        for field in through._meta.concrete_fields
        if field.is_relation and field.name != "activity"
    )
    rows = through._default_manager.using(using).filter(activity__process_id=process.pk).order_by("pk")
    named = rows.values_list("activity_id", other)
    insert([through(activity_id=activities[row], **{other: pk}) for row, pk in named], using=using)


def _finish(process: Process, copy: Process, activities: Mapping[int, int], using: str) -> None:
    copy.begin_id = activities.get(process.begin_id or 0)
    copy.end_id = activities.get(process.end_id or 0)
    plain(Process, using).filter(pk=copy.pk).update(begin_id=copy.begin_id, end_id=copy.end_id)
    layout = WorkflowLayout.objects.using(using).filter(process_id=process.pk).first()
    if layout is not None:
        insert(
            [WorkflowLayout(process_id=copy.pk, layout=layout.layout, updated_at=clock.now())], using=using
        )


def _record(process: Process, copy: Process, by: AbstractBaseUser | None) -> None:
    record([Note(copy, "process.cloned", {"of": process.version})], by)
