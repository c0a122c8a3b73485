"""
Who may see and change versions of processes.
"""

from __future__ import annotations

from typing import Any

from goflow.runtime import policy
from goflow.workflow.models import Process

SEEING = (policy.BROWSE, policy.CHANGE_PROCESS)


def may_change(user: Any, process: Process | None = None) -> bool:
    """
    Whether the user may publish, clone, retire and import: ``goflow.change_process``, also per object.

    A right for one version of a process holds for all of them: a new draft belongs to who made it.
    """
    if policy.holds(user, policy.CHANGE_PROCESS, process):
        return True
    return process is not None and _holds_for_another(user, process, policy.CHANGE_PROCESS)


def visible(user: Any) -> list[Process]:
    """
    The versions the user may see: with the browse or the change right, also per object. One query.
    """
    rows = Process.objects.for_user(user).select_related("published_by", "content_type")
    if policy.holds(user, policy.BROWSE) or may_change(user):
        return list(rows)
    codes = {row.code for row in rows if any(policy.holds(user, perm, row) for perm in SEEING)}
    return [row for row in rows if row.code in codes]


def find(user: Any, pk: int) -> Process | None:
    """
    The version of that id; None when there is none, or not for this person.
    """
    rows = Process.objects.for_user(user).select_related("published_by", "content_type")
    found: Process | None = rows.filter(pk=pk).first()
    return found if found is not None and _may_see(user, found) else None


def versions_of(process: Process) -> list[Process]:
    """
    Every version of the same process, newest first. One query.
    """
    rows = Process.objects.filter(tenant_id=process.tenant_id, code=process.code)
    return list(rows.select_related("published_by").order_by("-version"))


def _may_see(user: Any, process: Process) -> bool:
    if any(policy.holds(user, perm, process) for perm in SEEING):
        return True
    return _holds_for_another(user, process, *SEEING)


def _holds_for_another(user: Any, process: Process, *perms: str) -> bool:
    others = Process.objects.filter(tenant_id=process.tenant_id, code=process.code).exclude(pk=process.pk)
    return any(policy.holds(user, perm, other) for other in others for perm in perms)
