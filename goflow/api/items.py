"""
Work items as data.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.forms import BaseForm

from goflow import clock
from goflow.api import forms, history
from goflow.desk import answers, limits
from goflow.desk.outcomes import OutcomeButton, offered
from goflow.errors import GoflowError, WorkItemNotFound
from goflow.runtime.assignment import queues_of
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.permissions import permissions_on
from goflow.workflow.loader import Loaded, definition


def find(user: Any, pk: int) -> WorkItem:
    """
    The item, if the user may see it. Raises WorkItemNotFound for what is unknown or not his to see.
    """
    visible = WorkItem.objects.for_user(user, queues_of(user)).with_context()
    found: WorkItem | None = visible.select_related("instance__content_type").filter(pk=pk).first()
    if found is None:
        raise WorkItemNotFound(workitem=pk)
    return found


def loaded_of(instance: ProcessInstance) -> Loaded:
    """
    The version an instance runs on, from memory.
    """
    return definition(instance.process_id, instance.fingerprint)


def person(user: Any) -> dict[str, Any] | None:
    """
    A person as data.
    """
    return None if user is None else {"id": user.pk, "username": user.get_username()}


def line(item: WorkItem) -> dict[str, Any]:
    """
    One line of a list: the documented shape.
    """
    return {
        "id": item.pk,
        "status": item.status,
        "activity_id": item.activity_id,
        "instance_id": item.instance_id,
        "user_id": item.user_id,
    }


def detail(user: Any, item: WorkItem) -> dict[str, Any]:
    """
    All that a client needs to show an item. A constant number of queries.
    """
    loaded = loaded_of(item.instance)
    may = permissions_on(user, item, loaded)
    form = _form(user, item, loaded) if may.complete else None
    outcomes = offered(user, item, loaded, form) if may.complete else ()
    return {
        **line(item),
        **_facts(item, loaded),
        "outcomes": [_decision(outcome) for outcome in outcomes],
        "form": [] if form is None else forms.fields(form),
        "history": history.latest(history.events_of(item.instance_id, item.pk)),
        "said": history.said_in(item.instance_id),
        "may": asdict(may),
    }


def _decision(button: OutcomeButton) -> dict[str, Any]:
    return {"value": button.value, "label": button.label, "leads_to": list(button.leads_to)}


def _facts(item: WorkItem, loaded: Loaded) -> dict[str, Any]:
    instance, activity = item.instance, loaded.graph.activity(item.activity_key)
    return {
        "version": item.version,
        "title": instance.title,
        "process": instance.process.title,
        "process_id": instance.process_id,
        "activity": activity.title,
        "activity_key": item.activity_key,
        "description": activity.description,
        "priority": item.priority,
        "due_at": item.due_at,
        "sla": limits.of(item, clock.now()).state.value,
        "created_at": item.created_at,
        "activated_at": item.activated_at,
        "completed_at": item.completed_at,
        "condition": item.condition,
        "performer": person(item.user),
        "requester": person(instance.user),
        "content_type": forms.label_of(instance.content_type),
        "object_id": instance.object_id,
    }


def _form(user: Any, item: WorkItem, loaded: Loaded) -> BaseForm | None:
    """
    The item's form; none when its code or its object is gone, so that the item stays readable.
    """
    try:
        return answers.item_form(item, loaded, user)
    except GoflowError:
        return None


def moved(status: str, item: WorkItem | None, instance: ProcessInstance) -> dict[str, Any]:
    """
    What a verb did.
    """
    return {
        "status": status,
        "workitem_id": None if item is None else item.pk,
        "instance_id": instance.pk,
        "instance_status": instance.status,
        "version": None if item is None else item.version,
    }
