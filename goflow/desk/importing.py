"""
What an import would make, what it has to rename, and which names are missing, in the language of who imports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import router
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.core.graph import ActivityDef, ProcessDef
from goflow.core.readers import MAX_TITLE
from goflow.tenancy import Tenant
from goflow.workflow.missing import Missing, missing
from goflow.workflow.models import Process

LACKING = {
    "roles": _("These roles do not exist here: %(names)s. Create them before publishing."),
    "users": _("These users do not exist here: %(names)s. Choose others before publishing."),
    "subflows": _("These processes are not published here: %(names)s. Publish them first."),
    "models": _("This model does not exist here: %(names)s. Choose another one before publishing."),
    "applications": _(
        "These applications are not registered here: %(names)s. Register them before publishing."
    ),
    "push_applications": _(
        "These push applications are not registered here: %(names)s. Register them before publishing."
    ),
    "forms": _("These forms are not registered here: %(names)s. Register them before publishing."),
    "hooks": _("These hooks are not registered here: %(names)s. Register them before publishing."),
}


def lacking(missing: Missing) -> list[str]:
    """
    What is missing here, one sentence per kind.
    """
    found = {kind: names for kind, names in missing.as_dict().items() if names}
    return [str(LACKING[kind]) % {"names": ", ".join(names)} for kind, names in found.items()]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A definition as its import would store it: what becomes of it, and one sentence for each change.
    """

    definition: ProcessDef
    becomes: str
    changes: list[str]


def planned(definition: ProcessDef, tenant: Tenant, *, create_roles: bool = False) -> Plan:
    """
    What importing the definition would make for that tenant; stores nothing.
    """
    renamed, lines = distinct(definition)
    absent = missing(renamed, tenant_id=tenant.tenant_id, using=router.db_for_write(Process))
    if create_roles and absent.roles:
        text = gettext("These roles do not exist here and will be made: %(names)s.")
        lines = [*lines, text % {"names": ", ".join(absent.roles)}]
        absent = replace(absent, roles=())
    rows = Process.objects.filter(tenant_id=tenant.tenant_id, code=renamed.code)
    newest = rows.order_by("-version").values_list("version", flat=True).first()
    version = (newest or 0) + 1
    story = (
        _("It becomes a new draft, version %(version)s of the process “%(code)s”.")
        if newest
        else _("It becomes a new draft of the new process “%(code)s”.")
    )
    becomes = str(story) % {"version": version, "code": renamed.code}
    return Plan(replace(renamed, version=version), becomes, [*lines, *lacking(absent)])


def distinct(definition: ProcessDef) -> tuple[ProcessDef, list[str]]:
    """
    The definition with a title of its own for every activity, and a sentence for each that was renamed.
    """
    taken = {activity.title for activity in definition.activities}
    seen: set[str] = set()
    lines: list[str] = []
    activities: list[ActivityDef] = []
    for activity in definition.activities:
        title = activity.title
        if title in seen:
            title = _free(title, taken)
            text = gettext("Another activity is called “%(title)s”: this one became “%(new)s”.")
            lines.append(text % {"title": activity.title, "new": title})
        seen.add(title)
        taken.add(title)
        activities.append(replace(activity, title=title))
    return replace(definition, activities=tuple(activities)), lines


def _free(title: str, taken: set[str]) -> str:
    number = 2
    while (found := f"{title[: MAX_TITLE - 5]} {number}") in taken:
        number += 1
    return found
