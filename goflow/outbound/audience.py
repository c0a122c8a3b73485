"""
Who the people behind an audience are, with what each wants to hear. One query per list, none per person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from goflow import tenancy
from goflow.conf import conf
from goflow.outbound.news import POOL, Audience
from goflow.outbound.profiles import Wishes
from goflow.workflow.models import Queue

ADMINISTER = ("goflow", "change_processinstance")

COLUMNS = (
    "pk",
    "goflow_profile__notified",
    "goflow_profile__choices",
    "goflow_profile__urgent_priority",
)


@dataclass(frozen=True, slots=True)
class Person:
    """
    A recipient: primary key and wishes.
    """

    pk: Any  # of any user model
    wishes: Wishes


def find(audiences: Iterable[Audience]) -> dict[Audience, list[Person]]:
    """
    The active people of each audience: one query for all that are named, one for each list of members.
    """
    wanted = set(audiences)
    named = _named({pk for audience in wanted for pk in audience.people})
    return {audience: _of(audience, named) for audience in wanted}


def _of(audience: Audience, named: dict[str, Person]) -> list[Person]:
    found = {pk: named[pk] for pk in audience.people if pk in named}
    for rows in _lists(audience):
        found.update({str(person.pk): person for person in _people(rows)})
    return list(found.values())


def _named(ids: Collection[str]) -> dict[str, Person]:
    rows = _active().filter(pk__in=ids) if ids else ()
    return {str(person.pk): person for person in _people(rows)}


def _lists(audience: Audience) -> Iterable[QuerySet[Any]]:
    if audience.queue:
        yield _members(int(audience.queue.removeprefix(POOL)))
    if audience.roles:
        yield _in_groups(Q(groups__in=audience.roles))
    if audience.administrators:
        yield _administrators()


def _members(queue_id: int) -> QuerySet[Any]:
    groups = Queue.groups.through._default_manager.filter(queue_id=queue_id).values("group_id")
    member = Queue._meta.get_field("users").m2m_reverse_field_name()
    users = Queue.users.through._default_manager.filter(queue_id=queue_id).values(f"{member}_id")
    return _active().filter(Q(pk__in=users) | Q(pk__in=_in_groups(Q(groups__in=groups)).values("pk")))


def _in_groups(condition: Q) -> QuerySet[Any]:
    # Through a sub-select: a person in two of the groups is one person.
    members = _active().filter(condition).order_by().values("pk")
    return _active().filter(pk__in=members)


def _administrators() -> QuerySet[Any]:
    app_label, codename = ADMINISTER
    right = Permission.objects.filter(content_type__app_label=app_label, codename=codename).values("pk")
    holds = Q(user_permissions__in=right) | Q(groups__permissions__in=right)
    return _active().filter(Q(is_superuser=True) | Q(pk__in=_active().filter(holds).order_by().values("pk")))


def _active() -> QuerySet[Any]:
    return get_user_model()._default_manager.filter(is_active=True)


def _people(rows: QuerySet[Any] | Iterable[Any]) -> list[Person]:
    values = rows.order_by("pk").values_list(*COLUMNS) if isinstance(rows, QuerySet) else rows
    return [
        Person(pk, Wishes() if notified is None else Wishes(notified, choices or {}, urgent))
        for pk, notified, choices, urgent in values
    ]


def of_tenant(people: Collection[Any], tenant_id: str, instance_id: int) -> set[Any]:
    """
    Those of the people, named by primary key, who belong to the tenant: nobody hears what he could not see.

    Without tenants all of them, and no query. The host's resolver gets whole user objects, read by one query;
    only a host's own GOFLOW_TENANT_FILTER costs one more query for each person.
    """
    if conf.TENANT_RESOLVER is None and conf.TENANT_FILTER is None:
        return set(people)
    users = get_user_model()._default_manager.in_bulk(list(people))
    return {pk for pk, user in users.items() if _belongs(user, tenant_id, instance_id)}


def _belongs(user: Any, tenant_id: str, instance_id: int) -> bool:
    if conf.TENANT_RESOLVER is not None and tenancy.resolve(user=user).tenant_id != tenant_id:
        return False
    if conf.TENANT_FILTER is None:
        return True
    # By name: the engine's room lies above this one.
    rows = apps.get_model("goflow", "ProcessInstance")._default_manager.filter(pk=instance_id)
    return bool(conf.TENANT_FILTER(rows, None, user).exists())
