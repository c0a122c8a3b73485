"""
Keeps the people named by frozen activities as they were: many-to-many changes pass no model's save.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models.signals import m2m_changed

from goflow.workflow.frozen import DRAFT, refuse_frozen
from goflow.workflow.models import Activity, Process
from goflow.workflow.unresolved import PEOPLE
from goflow.workflow.versions import plain

BEFORE = frozenset({"pre_add", "pre_remove", "pre_clear"})


def connect() -> None:
    """
    Refuse changes of roles, allowed groups, allowed users and SLA roles of versions that are no drafts.
    """
    for name in PEOPLE:
        through = getattr(Activity, name).through
        m2m_changed.connect(_refuse, sender=through, dispatch_uid=f"goflow.freezing.{name}")


def _refuse(  # the signature of m2m_changed
    sender: type[models.Model],
    instance: models.Model,
    action: str,
    reverse: bool,
    pk_set: set[Any] | None,
    using: str,
    **kwargs: Any,
) -> None:
    if action not in BEFORE:
        return
    with transaction.atomic(using=using):
        versions = plain(Process, using).filter(
            pk__in=_process_ids(sender, instance, pk_set, reverse=reverse, using=using)
        )
        # The lock keeps a publisher out until the change is written, when the caller has a transaction.
        versions.filter(status=DRAFT).update(revision=models.F("revision") + 1)
        refuse_frozen(versions)


def _process_ids(
    through: type[models.Model], instance: models.Model, pk_set: set[Any] | None, *, reverse: bool, using: str
) -> set[int]:
    if not reverse:
        return {instance.process_id}  # type: ignore[attr-defined] # the instance is an activity
    activities = plain(Activity, using)
    if pk_set is not None:
        return set(activities.filter(pk__in=pk_set).values_list("process_id", flat=True))
    other = next(field for field in through._meta.concrete_fields if field.related_model is type(instance))
    named = through._default_manager.using(using).filter(**{other.name: instance.pk})
    return set(named.values_list("activity__process_id", flat=True))
