"""
Every list over instances, work items and incidents, each scoped to who asks.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from goflow import tenancy

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

OPEN = ("inactive", "active")


class InstanceQuerySet(models.QuerySet[Any]):
    """
    Process instances.
    """

    def for_user(self, user: AbstractBaseUser) -> InstanceQuerySet:
        """
        The instances the user may see: requested by him, worked on by him, or all with the browse right.
        """
        scoped = tenancy.scope(self, user=user)
        if may_browse(user):
            return scoped
        items = self.model.workitems.rel.related_model.objects
        worked_on = models.Exists(items.filter(instance_id=models.OuterRef("pk"), user_id=user.pk))
        return scoped.filter(Q(user_id=user.pk) | worked_on)

    def requested_by(self, user: AbstractBaseUser) -> InstanceQuerySet:
        """
        The instances the user asked for.
        """
        return tenancy.scope(self, user=user).filter(user_id=user.pk)

    def running(self) -> InstanceQuerySet:
        """
        Neither complete nor terminated.
        """
        return self.exclude(status__in=["complete", "terminated"])


class WorkItemQuerySet(models.QuerySet[Any]):
    """
    Work items.
    """

    def for_user(self, user: AbstractBaseUser, queues: list[str]) -> WorkItemQuerySet:
        """
        The items the user may see: own, takeable (in one of his ``queues``), of instances he requested,
        everything with the browse right.
        """
        scoped = tenancy.scope(self, user=user)
        if may_browse(user):
            return scoped
        return scoped.filter(Q(user_id=user.pk) | Q(queue__in=queues) | Q(instance__user_id=user.pk))

    def done_by(self, user: AbstractBaseUser) -> WorkItemQuerySet:
        """
        What the user has completed, latest first.
        """
        done = self.filter(user_id=user.pk, completed_at__isnull=False, status="complete")
        return tenancy.scope(done, user=user).order_by("-completed_at", "-id")

    def open(self) -> WorkItemQuerySet:
        """
        What somebody can take or complete now.
        """
        return self.filter(status__in=OPEN)

    def overdue(self, now: datetime) -> WorkItemQuerySet:
        """
        Open items whose due time has passed.
        """
        return self.open().filter(due_at__lt=now)

    def with_context(self) -> WorkItemQuerySet:
        """
        With all that a row of a list shows, in the same query.
        """
        return self.select_related("instance__process", "instance__user", "activity", "user")


class IncidentQuerySet(models.QuerySet[Any]):
    """
    Incidents.
    """

    def open(self) -> IncidentQuerySet:
        """
        Not resolved yet.
        """
        return self.filter(resolved_at__isnull=True)

    def for_user(self, user: AbstractBaseUser) -> IncidentQuerySet:
        """
        Incidents are for people with the browse right only, within their tenant.
        """
        if not may_browse(user):
            return self.none()
        if tenancy.resolve(user=user) == tenancy.Tenant():
            return self
        return self.filter(instance__tenant_id=tenancy.resolve(user=user).tenant_id)


def may_browse(user: AbstractBaseUser) -> bool:
    """
    Whether the user sees every instance of his tenant (``goflow.can_browse``).
    """
    return bool(getattr(user, "is_active", False)) and user.has_perm("goflow.can_browse")  # type: ignore[attr-defined]
