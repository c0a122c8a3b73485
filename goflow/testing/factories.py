"""
People, groups and processes for tests, one line each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test.utils import override_settings

from goflow.core.errors import DefinitionError
from goflow.testing.lines import drawn
from goflow.workflow import loader
from goflow.workflow.drafting import save_graph
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

    A transition may end with its fields. Fields are those of ``add_activity`` and ``add_transition``: the
    first activity is the begin unless another one says so; groups, applications and push functions are
    created when missing. Published (unless told otherwise) without a group of its own: everybody with the
    right may start it.

    Raises DefinitionError for unknown users, titles and fields and for conditions that do not parse, and
    PublishRefused when the definition has errors.
    """
    made = Process.objects.create(title=title, **fields)
    empty = loader.read(made).graph
    save_graph(made, drawn(empty, activities, transitions), revision=None, create_roles=True)
    if made.unresolved:
        raise DefinitionError(f"{title!r} names what does not exist: {made.unresolved}; create it first")
    if publish_now:
        with override_settings(GOFLOW_AUTO_CREATE_PROCESS_GROUPS=False):
            publish(made)
        Group.objects.filter(name=title).delete()
    return made
