"""
What the tables say: comparable between two runs, and what must hold in them at any time.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count, Q

from goflow.core.states import WORKABLE, ItemStatus
from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.journal.verify import verify
from goflow.runtime.models import EdgeToken, Incident, ProcessInstance, Timer, WorkItem
from goflow.workflow.models import Process

COUNTED = ["inactive", "active", "suspended", "fallout"]


def state(title: str) -> dict[str, Any]:
    """The instances of that title and the versions of that process, without ids and times."""
    return {
        "instances": [
            instance(found) for found in ProcessInstance.objects.filter(title=title).order_by("id")
        ],
        "versions": versions(title),
        "host": sorted(
            name.removeprefix(title)
            for name in Group.objects.filter(name__startswith=title).values_list("name", flat=True)
        ),
    }


def instance(found: ProcessInstance) -> dict[str, Any]:
    items = WorkItem.objects.filter(instance=found).order_by("id")
    of_item = Q(workitem__instance=found)
    return {
        "itself": (
            found.status,
            found.open_items,
            found.data,
            found.condition,
            found.finished_at is None,
            found.suspended_at is None,
        ),
        "items": list(
            items.values_list(
                "activity_key",
                "status",
                "user",
                "queue",
                "condition",
                "workitem_from__activity_key",
                "version",
                "priority",
                "pool",
            )
        ),
        "tokens": sorted(
            EdgeToken.objects.filter(instance=found).values_list(
                "transition__name", "sender__activity_key", "waiting__activity_key"
            )
        ),
        "timers": sorted(Timer.objects.filter(of_item).values_list("workitem__activity_key", "name")),
        "incidents": list(
            Incident.objects.filter(instance=found).values_list("code", "attempts", "resolved_by")
        ),
        "jobs": [
            (status, attempts, bool(token), error, payload.get("settled", {}).get("status"))
            for status, attempts, token, error, payload in OutboxMessage.objects.filter(
                instance_id=found.pk, kind__in=[outbox.JOB, outbox.RESULT]
            )
            .order_by("id")
            .values_list("status", "attempts", "lease_token", "last_error", "payload")
        ],
        "journal": journal(f"i:{found.pk}"),
    }


def versions(title: str) -> dict[str, Any]:
    found = Process.objects.filter(title=title).order_by("id")
    return {
        "rows": [
            (
                p.version,
                p.status,
                p.enabled,
                bool(p.fingerprint),
                p.published_code is not None,
                p.published_by_id,
            )
            for p in found
        ],
        "journal": journal(f"p:{found[0].code}") if found else [],
    }


def journal(stream: str) -> list[Any]:
    rows = AuditEvent.objects.filter(stream=stream).order_by("seq")
    return [
        (row.seq, row.action, row.activity_key, row.status_from, row.status_to, row.actor, told(row.metadata))
        for row in rows
    ]


def told(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name not in {"incident", "key", "due_at"}}


def assert_sound() -> None:
    """The invariants of every instance and of every chain of the journal."""
    report = verify()
    assert report.is_sound, report.findings
    assert report.not_recorded == ()
    assert EdgeToken.objects.exclude(waiting__status=ItemStatus.BLOCKED.value).count() == 0
    queued = WorkItem.objects.exclude(queue=None)
    workable = [status.value for status in WORKABLE]
    assert not queued.exclude(status__in=workable).exists()
    assert not WorkItem.objects.filter(queue=None, status__in=workable, activity__autostart=False).exists()
    assert not Timer.objects.exclude(workitem__status__in=[*workable, "fallout", "suspended"]).exists()
    assert list(wrong_instances()) == []


def wrong_instances() -> Any:
    live = Count("workitems", distinct=True, filter=Q(workitems__status__in=COUNTED))
    blocked = Count("workitems", distinct=True, filter=Q(workitems__status="blocked"))
    joins = Count("tokens__waiting", distinct=True)
    trouble = Count("incidents", distinct=True, filter=Q(incidents__resolved_at=None))
    found = ProcessInstance.objects.annotate(
        live=live, blocked=blocked, joins=joins, trouble=trouble
    ).order_by("id")
    for one in found:
        stuck = one.status == "running" and not (one.live or one.trouble)
        left = one.is_closed and (one.live or one.blocked)
        if one.live != one.open_items or one.blocked != one.joins or stuck or left:
            yield one.pk, one.status, one.open_items, one.live, one.blocked, one.joins
