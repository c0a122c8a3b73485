"""
The push functions that come with goflow.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from goflow.runtime.task import Task
from goflow.workflow.registry import push_application


@push_application("route_to_requester")
def route_to_requester(task: Task) -> Any:
    """
    The person who started the instance.
    """
    return task.requester


@push_application("route_to_user")
def route_to_user(task: Task, username: str) -> Any:
    """
    The user of that name; None, and so an incident, when there is none.
    """
    users = get_user_model()
    return users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()


@push_application("route_to_superuser")
def route_to_superuser(task: Task, username: str = "admin") -> Any:
    """
    The user of that name, provided he is a superuser.
    """
    user = route_to_user(task, username)
    return user if user is not None and user.is_superuser else None
