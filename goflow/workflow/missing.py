"""
What a definition from elsewhere names and this project does not have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models

from goflow.conf import conf
from goflow.core.graph import ActivityDef, ProcessDef
from goflow.workflow import registry
from goflow.workflow.models import Process
from goflow.workflow.names import model_named, roles

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """
    Names without their thing, by kind, in alphabetical order; false when nothing is missing.
    """

    roles: Names = ()
    users: Names = ()
    subflows: Names = ()
    models: Names = ()
    applications: Names = ()
    push_applications: Names = ()
    forms: Names = ()
    hooks: Names = ()

    def __bool__(self) -> bool:
        return any(self.as_dict().values())

    def as_dict(self) -> dict[str, list[str]]:
        """
        The names by kind, as JSON-serialisable data.
        """
        return {kind: list(names) for kind, names in asdict(self).items()}


def missing(definition: ProcessDef, *, tenant_id: str = "", using: str = "default") -> Missing:
    """
    Look up every name that the definition uses; at most three queries.
    """
    activities = definition.activities
    user = get_user_model()
    return Missing(
        roles=_absent(Group, "name", roles(definition), using),
        users=_absent(user, user.USERNAME_FIELD, _all(a.allowed_users for a in activities), using),
        subflows=_subflows({a.subflow for a in activities}, tenant_id, using),
        models=_left({definition.content_type} if model_named(definition.content_type) is None else (), ()),
        applications=_left(
            {a.application for a in activities if not _is_page(a)}, registry.names(registry.APPLICATION)
        ),
        push_applications=_left(
            {a.push_application for a in activities}, registry.names(registry.PUSH_APPLICATION)
        ),
        forms=_left({a.form_class for a in activities}, registry.names(registry.FORM)),
        hooks=_left(
            _all((t.pre_hook, t.post_hook) for t in definition.transitions), registry.names(registry.HOOK)
        ),
    )


def _all(groups: Iterable[Iterable[str]]) -> set[str]:
    return {name for names in groups for name in names}


def _is_page(activity: ActivityDef) -> bool:
    return not activity.autostart and (bool(conf.WF_APPS_PREFIX) or "/" in activity.application)


def _left(wanted: Collection[str], known: Collection[str]) -> Names:
    return tuple(sorted(name for name in set(wanted) - set(known) if name))


def _absent(model: type[models.Model], field: str, wanted: set[str], using: str) -> Names:
    if not wanted:
        return ()
    rows = model._default_manager.using(using).filter(**{f"{field}__in": wanted})
    return _left(wanted, set(rows.values_list(field, flat=True)))


def _subflows(wanted: set[str], tenant_id: str, using: str) -> Names:
    if not wanted - {""}:
        return ()
    rows = Process.objects.using(using).filter(tenant_id=tenant_id, published_code__in=wanted)
    return _left(wanted, set(rows.values_list("code", flat=True)))
