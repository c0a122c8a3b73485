"""
Notifications: each person's lines behind the bell, and the mails that go with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.journal.rows import insert
from goflow.outbound import audience, news
from goflow.outbound.models import Notification
from goflow.outbound.news import Piece

CHUNK = 500
"""How many people are written to with one insert."""

UNREAD = timedelta(days=365)
"""How long what nobody reads is kept."""


def from_events(message: OutboxMessage) -> None:
    """
    Write the notifications of a step, and a mail in the outbox for each that goes out at once.

    One notification per person and step, about the most telling thing; never about what the person did. Runs
    in the transaction that closes the message, so a step is told once, however often it is tried.
    """
    if not conf.NOTIFICATIONS_ENABLED:
        return
    told = _told(message)
    while chunk := list(islice(told, CHUNK)):
        insert(chunk)
        insert([_mail(row) for row in chunk if row.mail == Notification.Mail.NOW.value])


def _told(message: OutboxMessage) -> Iterator[Notification]:
    chosen = _chosen(news.pieces(message.payload))
    instance = message.payload["instance"]
    if not chosen or instance is None:
        return
    allowed = audience.of_tenant([one.person.pk for one in chosen], instance["tenant"], instance["id"])
    now = clock.now()
    for one in chosen:
        if one.person.pk in allowed:
            yield _notification(one, instance["id"], now)


@dataclass(slots=True)
class _Chosen:
    """
    What one person hears of a step: the most telling piece, and how many more work items it is about.
    """

    person: audience.Person
    piece: Piece
    items: set[int | None]


def _chosen(pieces: Sequence[Piece]) -> list[_Chosen]:
    found = audience.find(piece.audience for piece in pieces)
    chosen: dict[Any, _Chosen] = {}
    for piece in sorted(pieces, key=lambda piece: piece.rank):
        for person in found[piece.audience]:
            if str(person.pk) == piece.actor:
                continue
            one = chosen.setdefault(person.pk, _Chosen(person, piece, set()))
            if one.piece.event == piece.event:
                one.items.add(piece.workitem_id)
                one.piece = _more_urgent(one.piece, piece)
    return list(chosen.values())


def _more_urgent(first: Piece, other: Piece) -> Piece:
    return replace(first, priority=max(first.priority, other.priority))


def _notification(one: _Chosen, instance_id: int, now: datetime) -> Notification:
    more = {"more": len(one.items) - 1} if len(one.items) > 1 else {}
    return Notification(
        user_id=one.person.pk,
        event=one.piece.event,
        params={**one.piece.params, **more},
        instance_id=instance_id,
        workitem_id=one.piece.workitem_id,
        mail=one.person.wishes.mail(one.piece.event, one.piece.priority),
        created_at=now,
    )


def _mail(row: Notification) -> OutboxMessage:
    return OutboxMessage(
        kind=outbox.MAIL,
        payload={"notification": row.pk},
        instance_id=row.instance_id,
        workitem_id=row.workitem_id,
        due_at=row.created_at,
        created_at=row.created_at,
    )


def of(user: Any) -> QuerySet[Notification]:  # the host's user model
    """
    A person's own notifications, the latest first.
    """
    return Notification.objects.filter(user_id=user.pk).order_by("-id")


def unread(user: Any, cap: int) -> int:
    """
    How many notifications a person has not read, counting no further than ``cap``. One query.
    """
    return of(user).filter(read_at__isnull=True).order_by()[:cap].count()


def mark_read(user: Any, notification_id: int) -> bool:
    """
    One notification of the person's own is read. False when it is not his, or was read before.
    """
    rows = of(user).filter(pk=notification_id, read_at__isnull=True).order_by()
    return bool(rows.update(read_at=clock.now()))


def mark_all_read(user: Any, up_to: int | None = None) -> int:
    """
    All notifications of a person are read, or those up to an id: what came since he looked stays unread.

    Returns how many were unread.
    """
    rows = of(user).filter(read_at__isnull=True).order_by()
    return (rows if up_to is None else rows.filter(pk__lte=up_to)).update(read_at=clock.now())


def purge(before: datetime, limit: int = 10_000) -> int:
    """
    Forget notifications made before that time, a batch at a time. Returns how many.

    Unread ones of people who are still there are kept for a year.
    """
    is_over = Q(read_at__isnull=False) | Q(user__is_active=False) | Q(created_at__lt=clock.now() - UNREAD)
    old = Notification.objects.filter(is_over, created_at__lt=before).order_by("created_at")
    gone = list(old.values_list("pk", flat=True)[:limit])
    Notification.objects.filter(pk__in=gone).delete()
    return len(gone)
