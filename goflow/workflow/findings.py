"""
What is wrong with a version, judged with what this project knows.
"""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import Group

from goflow.conf import conf
from goflow.core import lint, soundness
from goflow.core.graph import Kind, ProcessDef
from goflow.workflow import loader, registry, startforms
from goflow.workflow.fields import readable_fields
from goflow.workflow.models import Activity, Process
from goflow.workflow.names import model_named, users
from goflow.workflow.versions import database


def problems(process: Process) -> tuple[lint.Problem, ...]:
    """
    Everything lint finds in the version as it is in the database, and what can go wrong when it runs.
    """
    return problems_in(loader.read(process).graph, process)


def problems_in(
    definition: ProcessDef, process: Process, *, limit: int = soundness.LIMIT
) -> tuple[lint.Problem, ...]:
    """
    The same for a definition that is meant for this version and not stored yet. Five queries at most.

    ``limit`` is how many steps soundness plays at most; a problem ``not-fully-checked`` tells when that was
    too few.
    """
    played = soundness.check(definition, limit=limit)
    return (*lint.problems(definition, known_for(definition, process)), *played.problems)


def known_for(definition: ProcessDef, process: Process) -> lint.Known:
    """
    The names that exist in this project, and what the model and the human pages of the definition allow.
    """
    model = model_named(definition.content_type) if definition.content_type else None
    automatic = {a.application for a in definition.activities if a.autostart}
    pages = {a.application for a in definition.activities if _is_page(a.application)} - automatic - {""}
    using = database(process)
    start = None
    if model is not None or not definition.content_type:
        start = startforms.start_class(definition.code or process.code, model)
    return replace(
        _known(
            pages=frozenset(pages),
            fields=frozenset(readable_fields(model)) if model is not None else None,
            subflows=_subflows(process, using),
            using=using,
        ),
        users=users(definition, using),
        start_files=startforms.file_fields(start),
        start_fields=startforms.data_fields(start),
    )


def known() -> lint.Known:
    """
    The names that exist in this project, whatever the process.
    """
    return _known(pages=frozenset(), fields=None, subflows=_subflows(None, "default"), using="default")


def _known(
    *,
    pages: frozenset[str],
    fields: frozenset[str] | None,
    subflows: dict[str, frozenset[str]],
    using: str,
) -> lint.Known:
    groups, forms = Group.objects.using(using), registry.names(registry.FORM)
    return lint.Known(
        applications=registry.names(registry.APPLICATION) | pages,
        push_applications=registry.names(registry.PUSH_APPLICATION),
        forms=forms,
        hooks=registry.names(registry.HOOK),
        roles=frozenset(groups.values_list("name", flat=True)),
        fields=fields,
        empty_groups=frozenset(groups.exclude(user__is_active=True).values_list("name", flat=True)),
        subflows=subflows,
        form_files={name: startforms.file_fields(registry.get_form(name)) for name in forms},
        is_model=lambda label: model_named(label) is not None,
    )


def _is_page(application: str) -> bool:
    return bool(conf.WF_APPS_PREFIX) or "/" in application


def _subflows(process: Process | None, using: str) -> dict[str, frozenset[str]]:
    tenant = {} if process is None else {"tenant_id": process.tenant_id}
    published = Process.objects.using(using).filter(published_code__isnull=False, **tenant)
    calls: dict[str, set[str]] = {code: set() for code in published.values_list("code", flat=True)}
    rows = Activity.objects.using(using).filter(process__in=published, kind=Kind.SUBFLOW.value)
    for code, called in rows.values_list("process__code", "subflow__code"):
        calls[code].add(called or "")
    return {code: frozenset(called) for code, called in calls.items()}
