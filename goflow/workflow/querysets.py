"""
Every query over definitions that a list or a verb needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from goflow import tenancy
from goflow.workflow.frozen import refuse_frozen

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class ProcessQuerySet(models.QuerySet[Any]):
    """
    Processes, one row per version.
    """

    def delete(self) -> tuple[int, dict[str, int]]:
        """
        Raises DefinitionFrozen, deleting nothing, when one of the versions is no draft.
        """
        refuse_frozen(models.QuerySet(self.model, using=self.db).filter(pk__in=self.order_by().values("pk")))
        return super().delete()

    # As Django marks its own: not to be called on the manager, nor from templates.
    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]

    def named(self, name: str) -> ProcessQuerySet:
        """
        The versions whose code or title is ``name``.
        """
        return self.filter(models.Q(code=name) | models.Q(title=name))

    def published(self) -> ProcessQuerySet:
        """
        The one version per code that new instances start from.
        """
        return self.filter(published_code__isnull=False)

    def startable(self) -> ProcessQuerySet:
        """
        Published and enabled.
        """
        return self.published().filter(enabled=True)

    def for_user(self, user: AbstractBaseUser | None) -> ProcessQuerySet:
        """
        The processes of the user's tenant.
        """
        return tenancy.scope(self, user=user)

    def is_enabled(self, title: str) -> bool:
        """
        Whether the published version of that title or code may be started.
        """
        return self.startable().named(title).exists()
