"""
People, groups and processes for tests, one line each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish


def group(name: str) -> Group:
    """
    The group of that name.
    """
    found: Group = Group.objects.get_or_create(name=name)[0]
    return found


def person(
    username: str, *groups: str, may_start: bool = True, **fields: Any
) -> Any:  # the host's user model
    """
    An active user in these groups who may start processes.
    """
    users = get_user_model()
    user = users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()
    if user is None:
        user = users._default_manager.create_user(username, password=username, **fields)
    user.groups.add(*(group(name) for name in groups))
    if may_start:
        user.user_permissions.add(Permission.objects.get(codename="can_instantiate"))
    return user


def process(
    title: str,
    activities: Iterable[str | tuple[str, dict[str, Any]]],
    transitions: Iterable[tuple[Any, ...]],
    *,
    publish_now: bool = True,
    **fields: Any,
) -> Process:
    """
    A process in one call: activities as titles or (title, fields), transitions as (from, to, condition).

    Published (unless told otherwise) without a group of its own: everybody with the right may start it.
    """
    made = Process.objects.create(title=title, **fields)
    for activity in activities:
        name, options = (activity, {}) if isinstance(activity, str) else activity
        add_activity(made, name, **options)
    for source, target, *rest in transitions:
        condition = rest[0] if rest else ""
        options = rest[1] if len(rest) > 1 else {}
        add_transition(made, options.pop("name", ""), source, target, condition, **options)
    if publish_now:
        publish(made)
        Group.objects.filter(name=title).delete()
        made.refresh_from_db()
    return made
