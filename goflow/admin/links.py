"""
From the admin to the pages about processes, where the project has mounted them.
"""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow.runtime import policy
from goflow.workflow.models import Process

Links = list[tuple[str | Promise, str]]


def pages(user: Any, process: Process) -> Links:
    """
    The pages of a version, as labels with addresses; none for people who would not find them.
    """
    if not (policy.holds(user, policy.BROWSE, process) or policy.holds(user, policy.CHANGE_PROCESS, process)):
        return []
    found = [
        (_("Open"), _address("process", process.pk)),
        (_("Versions"), _address("process_versions", process.pk)),
        (_("Export"), _address("process_export", process.pk)),
    ]
    older = _older(process)
    if older is not None:
        address = _address("process_diff", older)
        found.append((_("Compare"), address and f"{address}?compare={process.pk}&format=html"))
    return [(label, address) for label, address in found if address]


def import_page(user: Any) -> str:
    """
    Where a file is imported; blank for people who may not.
    """
    return _address("process_import") if policy.holds(user, policy.CHANGE_PROCESS) else ""


def _older(process: Process) -> int | None:
    rows = Process.objects.filter(tenant_id=process.tenant_id, code=process.code, version__lt=process.version)
    return rows.order_by("-version").values_list("pk", flat=True).first()


def _address(name: str, *args: object) -> str:
    try:
        return reverse(f"goflow:{name}", args=args)
    except NoReverseMatch:
        # The project has not mounted goflow.urls.
        return ""
