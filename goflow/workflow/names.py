"""
From the names in a definition to primary keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import models

from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, ProcessDef
from goflow.workflow.models import Application, Process, PushApplication

_Ids = Mapping[str, Any]  # primary keys of any model


@dataclass(frozen=True, slots=True)
class Names:
    """
    What the names that a definition uses stand for; those without their thing are missing.
    """

    groups: _Ids
    users: _Ids
    applications: _Ids
    push_applications: _Ids
    subflows: _Ids
    content_type_id: int | None

    def of(self, field: str) -> _Ids:
        """
        The names that field of an activity can hold.
        """
        named = {
            "allowed_users": self.users,
            "subflow": self.subflows,
            "application": self.applications,
            "push_application": self.push_applications,
        }
        return named.get(field, self.groups)


def model_named(label: str) -> type[models.Model] | None:
    """
    The model of an ``app_label.model`` text; None when there is none.
    """
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def resolve(definition: ProcessDef, *, tenant_id: str, using: str, create_roles: bool = False) -> Names:
    """
    Look every name up; applications and push functions get their rows, groups only with ``create_roles``.

    A subflow is the published version of that code. Raises DefinitionError for names too long to be made.
    """
    return Names(
        groups=make_roles(definition, using=using)
        if create_roles
        else _found(Group, "name", roles(definition), using),
        users=_users(_used(definition, lambda a: a.allowed_users), using),
        applications=_made(Application, "url", _used(definition, lambda a: (a.application,)), using),
        push_applications=_made(
            PushApplication, "url", _used(definition, lambda a: (a.push_application,)), using
        ),
        subflows=_subflows(_used(definition, lambda a: (a.subflow,)), tenant_id, using),
        content_type_id=_content_type_id(definition.content_type, using),
    )


def roles(definition: ProcessDef) -> set[str]:
    """
    The names of all groups that the definition names.
    """
    return _used(definition, lambda a: (*a.roles, *a.allowed_groups, *a.sla_roles, *a.escalation_roles))


def make_roles(definition: ProcessDef, *, using: str) -> _Ids:
    """
    Primary keys of the groups that the definition names; those that do not exist are made, without members.
    """
    return _made(Group, "name", roles(definition), using)


def _used(definition: ProcessDef, names: Callable[[ActivityDef], Iterable[str]]) -> set[str]:
    return {name for activity in definition.activities for name in names(activity) if name}


def users(definition: ProcessDef, using: str) -> frozenset[str]:
    """
    Those of the user names in the definition that belong to somebody.
    """
    return frozenset(_users(_used(definition, lambda a: a.allowed_users), using))


def _users(wanted: set[str], using: str) -> _Ids:
    model = get_user_model()
    return _found(model, model.USERNAME_FIELD, wanted, using)


def _subflows(wanted: set[str], tenant_id: str, using: str) -> _Ids:
    if not wanted:
        return {}
    versions = Process.objects.using(using).filter(tenant_id=tenant_id, published_code__in=wanted)
    return dict(versions.values_list("code", "pk"))


def _found(model: type[models.Model], field: str, wanted: set[str], using: str) -> dict[str, Any]:
    if not wanted:
        return {}
    rows = model._default_manager.using(using).filter(**{f"{field}__in": wanted})
    return dict(rows.values_list(field, "pk"))


def _made(model: type[models.Model], field: str, wanted: set[str], using: str) -> _Ids:
    found = _found(model, field, wanted, using)
    missing = wanted - found.keys()
    if missing:
        limit = model._meta.get_field(field).max_length  # type: ignore[union-attr] # a text column
        for name in sorted(missing):
            if limit is not None and len(name) > limit:
                raise DefinitionError(
                    f"the name {name[:40]!r} has {len(name)} characters; at most {limit} are stored"
                )
        rows = [model(**{field: name}) for name in sorted(missing)]
        # Somebody else may make the same one meanwhile.
        model._default_manager.using(using).bulk_create(rows, ignore_conflicts=True)
        found = _found(model, field, wanted, using)
    return found


def _content_type_id(label: str, using: str) -> int | None:
    model = model_named(label) if label else None
    if model is None:
        return None
    # Data migrations run before Django has made the content types.
    return ContentType.objects.db_manager(using).get_for_model(model, for_concrete_model=False).pk
