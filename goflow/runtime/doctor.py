"""
Invariants of the tables: what must always hold between instances, items, tokens, timers and incidents.

Each is one query that finds the rows which break it. Only what follows from other rows is repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from goflow import clock
from goflow.core.states import CLOSED_INSTANCE, LIVE, WORKABLE, ItemStatus
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import assignment, statements
from goflow.runtime.board import job_of
from goflow.runtime.givenup import take_back
from goflow.runtime.models import EdgeToken, Incident, ProcessInstance, Timer, WorkItem
from goflow.runtime.unit import alias, unit
from goflow.workflow.loader import definition

LIVE_STATUSES = sorted(status.value for status in LIVE)
OPEN_STATUSES = sorted(status.value for status in WORKABLE)
CLOSED = sorted(status.value for status in CLOSED_INSTANCE)
BLOCKED, FALLOUT = ItemStatus.BLOCKED.value, ItemStatus.FALLOUT.value


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A row that breaks an invariant.

    Attributes:
        check: the invariant's name.
        kind: what the id is of: ``instance``, ``workitem``, ``timer``, ``incident`` or ``message``.
        repaired: whether the row is right again.
    """

    check: str
    kind: str
    id: int
    repaired: bool = False

    def as_dict(self) -> dict[str, object]:
        """
        The finding as JSON-serialisable data.
        """
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """
    An invariant: what it says, the rows that break it, and how such a row is repaired where that is safe.
    """

    name: str
    says: str
    kind: str
    broken: Callable[[], QuerySet[Any]]
    repair: Callable[[int], None] | None = None


def examine(*, repair: bool = False, names: Iterable[str] = ()) -> list[Finding]:
    """
    Ask every invariant, or those named, with one query each; repair what is safe to repair if told to.

    Rows that a step is changing at this moment are not reported: a step is one transaction.
    """
    wanted = set(names) or set(CHECKS)
    return [
        finding
        for check in CHECKS.values()
        if check.name in wanted
        for finding in _found(check, repair=repair)
    ]


def _found(check: Check, *, repair: bool) -> list[Finding]:
    found = []
    for pk in check.broken().order_by("pk").values_list("pk", flat=True):
        if repair and check.repair is not None:
            check.repair(pk)
        found.append(Finding(check.name, check.kind, pk, repaired=repair and check.repair is not None))
    return found


def _counted() -> QuerySet[Any]:
    live = Count("workitems", filter=Q(workitems__status__in=LIVE_STATUSES))
    return ProcessInstance.objects.annotate(live=live)


def _miscounted() -> QuerySet[Any]:
    return _counted().filter(~Q(open_items=F("live")))


def _count_again(instance_id: int) -> None:
    def work() -> None:
        statements.lock_instance(alias(), instance=instance_id, statuses=tuple(ProcessInstance.Status.values))
        live = WorkItem.objects.filter(instance_id=instance_id, status__in=LIVE_STATUSES).count()
        ProcessInstance.objects.filter(pk=instance_id).update(open_items=live)

    unit(work)


def _closed_but_alive() -> QuerySet[Any]:
    live = WorkItem.objects.filter(instance=OuterRef("pk"), status__in=[*LIVE_STATUSES, BLOCKED])
    tokens = EdgeToken.objects.filter(instance=OuterRef("pk"))
    return ProcessInstance.objects.filter(Exists(live) | Exists(tokens), status__in=CLOSED)


def _running_but_dead() -> QuerySet[Any]:
    live = WorkItem.objects.filter(instance=OuterRef("pk"), status__in=LIVE_STATUSES)
    held = Incident.objects.open().filter(instance=OuterRef("pk"))
    return ProcessInstance.objects.filter(~Exists(live), ~Exists(held), status="running")


def _held_by_nothing() -> QuerySet[Any]:
    return WorkItem.objects.filter(
        ~Exists(Incident.objects.open().filter(workitem=OuterRef("pk"))), status=FALLOUT
    )


def _incident_without_held_item() -> QuerySet[Any]:
    return Incident.objects.open().filter(workitem__isnull=False).exclude(workitem__status=FALLOUT)


def _open_in_no_queue() -> QuerySet[Any]:
    return WorkItem.objects.open().filter(queue__isnull=True, activity__autostart=False)


def _job_of_closed_item() -> QuerySet[Any]:
    live = WorkItem.objects.filter(pk=OuterRef("workitem_id"), status__in=LIVE_STATUSES)
    return _jobs().filter(~Exists(live))


def _drop_job(message_id: int) -> None:
    values = {"status": outbox.DROPPED, "closed_at": clock.now(), "lease_token": "", "lease_until": None}
    _jobs().filter(pk=message_id).update(**values)


def _external_without_job() -> QuerySet[Any]:
    automatic = WorkItem.objects.open().filter(activity__autostart=True, activity__kind="standard")
    automatic = automatic.exclude(instance__status__in=CLOSED)
    return automatic.filter(~Exists(_jobs().filter(workitem_id=OuterRef("pk"))))


def _ask_again(workitem_id: int) -> None:
    """
    The new job has the key of the lost one, so that the other system knows it, and a result that was kept.
    """
    instance_id = WorkItem.objects.values_list("instance_id", flat=True).get(pk=workitem_id)

    def work() -> None:
        ProcessInstance.objects.filter(pk=instance_id).update(version=F("version"))  # locks it, no more
        item = _external_without_job().select_related("instance").filter(pk=workitem_id).first()
        if item is not None:
            loaded = definition(item.instance.process_id, item.instance.fingerprint, alias())
            job_of(item, loaded, clock.now(), take_back(workitem_id)).save()

    unit(work)


def _jobs() -> QuerySet[Any]:
    return OutboxMessage.objects.filter(kind__in=[outbox.JOB, outbox.RESULT], status=outbox.DUE)


def _queued_but_not_open() -> QuerySet[Any]:
    return WorkItem.objects.exclude(status__in=OPEN_STATUSES).filter(queue__isnull=False)


def _owned_in_other_queue() -> QuerySet[Any]:
    own = Concat(Value("u:"), Cast("user_id", CharField()), output_field=CharField())
    return WorkItem.objects.open().filter(user__isnull=False, queue__isnull=False).exclude(queue=own)


def _blocked_without_tokens() -> QuerySet[Any]:
    return WorkItem.objects.filter(~Exists(EdgeToken.objects.filter(waiting=OuterRef("pk"))), status=BLOCKED)


def _token_without_blocked_item() -> QuerySet[Any]:
    return WorkItem.objects.filter(Exists(EdgeToken.objects.filter(waiting=OuterRef("pk")))).exclude(
        status=BLOCKED
    )


def _timer_of_closed_item() -> QuerySet[Any]:
    return Timer.objects.filter(workitem__status__in=["complete", "cancelled"])


def _drop_timer(timer_id: int) -> None:
    Timer.objects.filter(pk=timer_id, workitem__status__in=["complete", "cancelled"]).delete()


def _suspended_since_unknown() -> QuerySet[Any]:
    wrong = Q(status="suspended", suspended_at__isnull=True) | Q(status="running", suspended_at__isnull=False)
    return ProcessInstance.objects.filter(wrong)


def _nobody_can_take() -> QuerySet[Any]:
    empty = assignment.empty_pools()
    return WorkItem.objects.open().filter(queue__in=empty, instance__status="running")


CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check(
            "open-items", "an instance counts its live items", "instance", _miscounted, repair=_count_again
        ),
        Check("closed-alive", "a closed instance has nothing left to do", "instance", _closed_but_alive),
        Check("running-dead", "a running instance can go on, or says why not", "instance", _running_but_dead),
        Check("fallout-incident", "an item in fallout has an open incident", "workitem", _held_by_nothing),
        Check(
            "incident-fallout",
            "an open incident holds its item in fallout",
            "incident",
            _incident_without_held_item,
        ),
        Check("open-queue", "an open item is in a queue", "workitem", _open_in_no_queue),
        Check("job-open", "closed items have no jobs", "message", _job_of_closed_item, repair=_drop_job),
        Check(
            "external-job",
            "an item in external work has a job",
            "workitem",
            _external_without_job,
            repair=_ask_again,
        ),
        Check("queue-open", "only open items are in queues", "workitem", _queued_but_not_open),
        Check("owner-queue", "an owned item is in its owner's queue", "workitem", _owned_in_other_queue),
        Check("blocked-token", "a blocked item has tokens waiting", "workitem", _blocked_without_tokens),
        Check("token-blocked", "tokens wait for a blocked item", "workitem", _token_without_blocked_item),
        Check(
            "timer-open",
            "closed items have no timers",
            "timer",
            _timer_of_closed_item,
            repair=_drop_timer,
        ),
        Check(
            "suspended-since",
            "suspended instances say since when, running ones do not",
            "instance",
            _suspended_since_unknown,
        ),
        Check("pool-members", "somebody can take every open item", "workitem", _nobody_can_take),
    )
}
"""Every invariant by its name."""
