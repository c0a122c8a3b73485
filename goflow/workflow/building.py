"""
Definitions in code: one line per activity and one per transition, for tests and data migrations.

    process = Process.objects.create(title="Leave")
    add_activity(process, "Request")
    add_activity(process, "Approve", roles=["managers"])
    add_transition(process, "ask", "Request", "Approve")
    publish(process)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group

from goflow.core.conditions import normalise
from goflow.core.errors import DefinitionError
from goflow.workflow.models import Activity, Application, Process, PushApplication, Transition


def add_activity(
    process: Process,
    title: str,
    *,
    roles: Collection[str | Group] = (),
    users: Collection[str | AbstractBaseUser] = (),
    groups: Collection[str | Group] = (),
    sla_roles: Collection[str | Group] = (),
    push: str | None = None,
    push_params: Mapping[str, object] | None = None,
    application: str | None = None,
    app_params: Mapping[str, object] | None = None,
    begin: bool = False,
    end: bool = False,
    **fields: Any,  # any field of Activity
) -> Activity:
    """
    Make sure that the draft has this activity, found by its title; what the line says holds afterwards.

    Groups, applications and push functions named by text are created when missing; users are not. The first
    activity of a process becomes its begin.

    Raises DefinitionError for unknown users, DefinitionFrozen when the process is no draft.
    """
    people = _users(users)
    activity = _activity(process, title)
    for name, value in (fields | _named(push, push_params, application, app_params)).items():
        setattr(activity, name, value)
    activity.save()
    activity.roles.add(*map(_group, roles))
    activity.allowed_groups.add(*map(_group, groups))
    activity.sla_roles.add(*map(_group, sla_roles))
    activity.allowed_users.add(*people)
    _mark(process, activity, begin=begin or process.begin_id is None, end=end)
    return activity


def add_transition(
    process: Process,
    name: str,
    source: Activity | str,
    target: Activity | str,
    condition: str = "",
    **fields: Any,  # any field of Transition
) -> Transition:
    """
    Make sure that the draft has this transition, found by its ends and its name (unnamed: its condition).

    ``source`` and ``target`` are activities or their titles. Raises DefinitionError for unknown titles,
    ConditionError for a condition that does not parse, DefinitionFrozen when the process is no draft.
    """
    ends = {"input": _end(process, source), "output": _end(process, target)}
    same = Transition.objects.filter(process=process, name=name, **ends)
    if not name:
        same = same.filter(condition=normalise(condition))
    transition = same.first()
    if transition is None:
        transition = Transition(process=process, name=name, **ends)
    transition.condition = condition
    for field, value in fields.items():
        setattr(transition, field, value)
    transition.save()
    return transition


def _activity(process: Process, title: str) -> Activity:
    found = Activity.objects.filter(process=process, title=title).first()
    return found if found is not None else Activity(process=process, title=title)


def _named(
    push: str | None,
    push_params: Mapping[str, object] | None,
    application: str | None,
    app_params: Mapping[str, object] | None,
) -> dict[str, object]:
    values: dict[str, object] = {}
    if push is not None:
        values["push_application"] = PushApplication.objects.get_or_create(url=push)[0]
    if push_params is not None:
        values["pushapp_param"] = dict(push_params)
    if application is not None:
        values["application"] = Application.objects.get_or_create(url=application)[0]
    if app_params is not None:
        values["app_param"] = dict(app_params)
    return values


def _group(named: str | Group) -> Group:
    return named if isinstance(named, Group) else Group.objects.get_or_create(name=named)[0]


def _users(named: Collection[str | AbstractBaseUser]) -> list[AbstractBaseUser]:
    users = [user for user in named if not isinstance(user, str)]
    wanted = {user for user in named if isinstance(user, str)}
    model = get_user_model()
    found = list(model._default_manager.filter(**{f"{model.USERNAME_FIELD}__in": wanted})) if wanted else []
    missing = wanted - {user.get_username() for user in found}
    if missing:
        raise DefinitionError(f"there are no users named {', '.join(sorted(missing))}; create them first")
    return users + found


def _end(process: Process, named: Activity | str) -> Activity:
    if isinstance(named, Activity):
        return named
    found: Activity | None = Activity.objects.filter(process=process, title=named).first()
    if found is None:
        raise DefinitionError(f"{process.title!r} has no activity {named!r}; add it before its transitions")
    return found


def _mark(process: Process, activity: Activity, *, begin: bool, end: bool) -> None:
    marked = [name for name, wanted in (("begin", begin), ("end", end)) if wanted]
    for name in marked:
        setattr(process, name, activity)
    if marked:
        process.save(update_fields=marked)
