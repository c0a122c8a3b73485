"""
What the page of a work item shows, and what it offers to this person.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest

from goflow import clock
from goflow.core.graph import ActivityDef
from goflow.desk import outside
from goflow.desk.forms import facts
from goflow.desk.outcomes import OutcomeButton, leads_on, offered
from goflow.errors import WorkItemNotFound
from goflow.runtime import permissions, policy
from goflow.runtime.assignment import queues_of
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.permissions import Permissions, permissions_on
from goflow.web.history import Told, story
from goflow.workflow.loader import Loaded, definition


def find(user: Any, pk: int) -> WorkItem:
    """
    The item, if the user may see it. Raises WorkItemNotFound for what is unknown or not his to see.
    """
    visible = WorkItem.objects.for_user(user, queues_of(user)).with_context()
    found: WorkItem | None = visible.select_related("activity__application").filter(pk=pk).first()
    if found is None:
        raise WorkItemNotFound(workitem=pk)
    return found


class ItemPage:
    """
    One work item before one person.
    """

    def __init__(self, request: HttpRequest, item: WorkItem, *, ok_values: tuple[str, ...] = ()) -> None:
        self.request = request
        self.item = item
        self.instance: ProcessInstance = item.instance
        self.ok_values = ok_values

    @cached_property
    def loaded(self) -> Loaded:
        """
        The version the instance runs on.
        """
        return definition(self.instance.process_id, self.instance.fingerprint)

    @property
    def activity(self) -> ActivityDef:
        """
        The definition of the item's activity.
        """
        return self.loaded.graph.activity(self.item.activity_key)

    @property
    def is_open(self) -> bool:
        """
        Whether anybody can work on it now.
        """
        is_running = self.instance.status == ProcessInstance.Status.RUNNING
        return self.item.is_open and self.activity.is_human and is_running

    @property
    def is_mine(self) -> bool:
        """
        Whether the person at the page is its performer.
        """
        return self.item.user_id == self.request.user.pk

    @cached_property
    def may(self) -> Permissions:
        """
        What this person may do to the item now.
        """
        return permissions_on(self.request.user, self.item, self.loaded)

    @property
    def may_work(self) -> bool:
        """
        Whether this person may complete it now.
        """
        return self.may.complete

    @cached_property
    def awaits_forward(self) -> bool:
        """
        Whether the decision is taken, leads on, and the item waits to be sent on.
        """
        if not self.is_open or not permissions.awaits_forward(self.item, self.activity):
            return False
        return leads_on(self.request.user, self.item, self.loaded)

    @cached_property
    def may_administer(self) -> bool:
        """
        Whether this person may hand over other people's work.
        """
        return policy.may_administer(self.request.user, self.instance)

    @cached_property
    def story(self) -> list[Told]:
        """
        What happened so far.
        """
        return story(self.instance, self.loaded)

    def buttons(self, form: forms.BaseForm | None = None) -> tuple[OutcomeButton, ...]:
        """
        The decisions, those of the host's page first, over all that the form on the page cannot change.
        """
        return offered(self.request.user, self.item, self.loaded, form, ok_values=self.ok_values)

    @cached_property
    def may_see_instance(self) -> bool:
        """
        Whether the page of the whole request is open to this person.
        """
        user: Any = self.request.user
        visible = ProcessInstance.objects.for_user(user)
        return bool(visible.filter(pk=self.instance.pk).exists())

    def context(self, form: forms.BaseForm | None = None) -> dict[str, Any]:
        """
        The variables of ``goflow/workitem.html``.
        """
        return {
            "title": self.instance.title,
            "item": self.item,
            "instance": self.instance,
            "process": self.instance.process,
            "activity": self.activity,
            "now": clock.now(),
            "may_work": self.may_work,
            "may_claim": self.may.activate and not self.is_mine,
            "may_release": self.may.release,
            "may_reassign": self.may.reassign,
            "may_forward": self.may.forward,
            "may_see_instance": self.may_see_instance,
            "awaits_forward": self.awaits_forward,
            "is_mine": self.is_mine,
            "is_outside": outside.is_outside(self.item),
            "job": outside.of([self.item]).get(self.item.pk),
            "may_administer": self.may_administer,
            "buttons": self.buttons(form) if self.may_work else (),
            "form": form,
            "facts": facts(self.instance, self.loaded),
            "story": self.story,
            "key": uuid4().hex,
            "next": self.request.GET.get("next") or self.request.POST.get("next") or "",
        }
