"""
Who gets a work item, where a role alone does not say it.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Count, Q

import goflow
from goflow.models import WorkItem
from goflow.runtime.task import Task

OPEN = (WorkItem.Status.INACTIVE, WorkItem.Status.ACTIVE)


@goflow.push_application("sampleapp.least_busy")
def least_busy(task: Task, group: str) -> User | None:
    """
    The member of the group with the fewest open work items.
    """
    open_items = Count("workitems", filter=Q(workitems__status__in=OPEN))
    members = User.objects.filter(is_active=True, groups__name=group).annotate(open_items=open_items)
    return members.order_by("open_items", "pk").first()


@goflow.push_application("sampleapp.same_person")
def same_person(task: Task, activity: str) -> User | None:
    """
    Whoever completed an earlier activity of the same request last.
    """
    done = WorkItem.objects.filter(instance=task.instance, activity_key=activity, completed_at__isnull=False)
    last = done.select_related("user").order_by("-id").first()
    return last.user if last else None
