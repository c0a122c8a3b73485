"""
What keeps the parts of published and retired versions as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import models, router, transaction
from django.db.models import F

from goflow.core.errors import DefinitionError
from goflow.errors import DefinitionFrozen

DRAFT = "draft"


def hold_draft(versions: models.QuerySet[Any]) -> None:
    """
    Lock the one version in ``versions`` until the transaction ends and count its revision up.

    Raises DefinitionFrozen when it is no draft (any more). Call it within a transaction, before the change.
    """
    if versions.filter(status=DRAFT).update(revision=F("revision") + 1):
        return
    stored = versions.first()
    if stored is not None:
        raise DefinitionFrozen(
            process=stored.title, version=stored.version, status=stored.get_status_display()
        )


def refuse_frozen(versions: models.QuerySet[Any]) -> None:
    """
    Raises DefinitionFrozen when any of the versions is no draft; one query.
    """
    stored = versions.exclude(status=DRAFT).first()
    if stored is not None:
        raise DefinitionFrozen(
            process=stored.title, version=stored.version, status=stored.get_status_display()
        )


class PartQuerySet(models.QuerySet[Any]):
    """
    Parts of definitions: changed in bulk only while their processes are drafts.
    """

    def update(self, **values: Any) -> int:
        """
        Raises DefinitionFrozen, changing nothing, when a row belongs to a version that is no draft.
        """
        self._refuse_frozen_rows()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """
        Raises DefinitionFrozen, deleting nothing, when a row belongs to a version that is no draft.
        """
        self._refuse_frozen_rows()
        return super().delete()

    # As Django marks its own: not to be called on the manager, nor from templates.
    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """
        Raises DefinitionFrozen when a new row would belong to a version that is no draft.
        """
        made: Sequence[Any] = list(objs)
        refuse_frozen(_versions(self.model, self.db).filter(pk__in={part.process_id for part in made}))
        return super().bulk_create(made, *args, **kwargs)

    def _refuse_frozen_rows(self) -> None:
        owners = self.order_by().values("process_id")
        refuse_frozen(_versions(self.model, self.db).filter(pk__in=owners))


class FrozenWithProcess(models.Model):
    """
    A part of a definition: saved and deleted only while its process is a draft.
    """

    process_id: Any  # the foreign key of the subclass

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        """
        Raises DefinitionFrozen when the process version is published or retired.
        """
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            hold_draft(_versions(type(self), using).filter(pk=self.process_id))
            self._refuse_move(using)
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # Django's own signature
        """
        Raises DefinitionFrozen when the process version is published or retired.
        """
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            hold_draft(_versions(type(self), using).filter(pk=self.process_id))
            return super().delete(*args, **kwargs)

    def _refuse_move(self, using: str) -> None:
        if self._state.adding:
            return
        stored: models.QuerySet[Any] = models.QuerySet(type(self), using=using).filter(pk=self.pk)
        if stored.exclude(process_id=self.process_id).exists():
            raise DefinitionError("a part of a definition stays in its process; make a new one in the other")


def changed_fields(
    row: models.Model, stored: Mapping[str, object], names: Collection[str] | None
) -> set[str]:
    """
    The fields that saving ``row`` (only ``names``, or all) would change, compared with its stored values.
    """
    deferred = row.get_deferred_fields()
    return {
        field.name
        for field in row._meta.concrete_fields
        if field.attname not in deferred
        and (names is None or field.name in names or field.attname in names)
        and getattr(row, field.attname) != stored[field.attname]
    }


def _versions(model: type[models.Model], using: str) -> models.QuerySet[Any]:
    process: Any = model._meta.get_field("process").related_model  # a class, once the apps are loaded
    return models.QuerySet(process, using=using)
