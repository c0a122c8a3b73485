"""
The names that a drawing can use: what the panels and the condition builder offer.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model

from goflow.core.graph import ProcessDef
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow import registry
from goflow.workflow.fields import readable_fields
from goflow.workflow.models import Application, Process
from goflow.workflow.names import model_named
from goflow.workflow.startforms import START

MOST = 500
"""Roles, users and instances that are offered at most; others can be typed."""

RECENT = 100
"""Instances whose outcomes are looked at."""

OTHER_APPS = frozenset(
    {"admin", "auth", "contenttypes", "goflow", "goflow_flows", "messages", "sessions", "sites"}
)
"""Apps whose models no process is about."""


def names(definition: ProcessDef, process: Process) -> dict[str, object]:
    """
    Everything there is to choose from, by kind, in alphabetical order. A constant number of queries.
    """
    user = get_user_model()
    people = user._default_manager.filter(is_active=True)
    model = model_named(definition.content_type) if definition.content_type else None
    models = content_models()
    registered = registry.names(registry.APPLICATION)
    return {
        "roles": _first(Group.objects.all(), "name"),
        "users": _first(people, user.USERNAME_FIELD),
        "applications": sorted(registered),
        "external": sorted(name for name in registered if registry.is_external(name)),
        "pages": sorted(set(_first(Application.objects.all(), "url")) - registered),
        "push_applications": sorted(registry.names(registry.PUSH_APPLICATION)),
        "forms": sorted(name for name in registry.names(registry.FORM) if not name.endswith(START)),
        "hooks": sorted(registry.names(registry.HOOK)),
        "fields": list(readable_fields(model)) if model is not None else [],
        "content_types": sorted(models),
        "fields_of": {label: list(readable_fields(found)) for label, found in sorted(models.items())},
        "subflows": _subflows(process),
        "outcomes": outcomes(process),
    }


def content_models() -> dict[str, type[Model]]:
    """
    The models a process can be about, by ``app_label.model``.
    """
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if model._meta.app_label not in OTHER_APPS and not model._meta.proxy
    }


def outcomes(process: Process) -> list[str]:
    """
    The outcomes given in the latest instances of the process. Two queries.
    """
    versions = Process.objects.filter(tenant_id=process.tenant_id, code=process.code)
    instances = ProcessInstance.objects.filter(process__in=versions).order_by("-pk")
    latest = list(instances.values_list("pk", flat=True)[:RECENT])
    items = WorkItem.objects.filter(instance__in=latest).order_by()
    given = items.values_list("condition", flat=True).distinct()
    return sorted(filter(None, given))[:MOST]


def _subflows(process: Process) -> list[str]:
    rows = Process.objects.published().filter(tenant_id=process.tenant_id).exclude(code=process.code)
    return _first(rows, "code")


def _first(rows: Any, field: str) -> list[str]:  # a query set of any model
    return list(rows.order_by(field).values_list(field, flat=True)[:MOST])
