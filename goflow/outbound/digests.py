"""
Digests: what may wait is told together, when there is enough of it and the last one is long enough ago.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Min, QuerySet

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import letters, profiles
from goflow.outbound.models import MOST_DAYS, Notification, UserProfile
from goflow.outbound.results import Going, to_the_end

logger = logging.getLogger("goflow.jobs")

LATER = timedelta(minutes=1)

WAITING = Notification.Mail.DIGEST.value
DONE = Notification.Mail.DONE.value


def digest_scan(going: Going = to_the_end) -> dict[str, int]:
    """
    Make a digest for everybody who is due one. Safe in any number of schedulers at once: each digest is made
    once, in a transaction of its own.

    Returns how many people were ``checked``, how many digests were ``made``, and for how many people it
    ``failed``: that is logged, and the next pass tries again.
    """
    found, now = {"checked": 0, "made": 0, "failed": 0}, clock.now()
    for user, number, oldest in _waiting() if conf.NOTIFICATIONS_ENABLED else ():
        found["checked"] += 1
        what = _attempt(user, number, oldest, now)
        if what:
            found[what] += 1
        if not going(found):
            break
    return found


def _attempt(user: Any, number: int, oldest: datetime, now: datetime) -> str:
    """
    What to count. One person's trouble keeps nobody else from hearing.
    """
    try:
        is_made = _is_due(profiles.of(user), number, oldest, now) and _make(user, oldest)
    except Exception:
        logger.exception("no digest could be made for user %s; the next pass tries again", user.pk)
        return "failed"
    return "made" if is_made else ""


def _waiting() -> Iterator[tuple[Any, int, datetime]]:
    """
    The people with something unread to tell, how much, and since when it waits.
    """
    counted = _rows().order_by("user_id").values_list("user_id").annotate(Count("pk"), Min("created_at"))
    counts = {pk: (number, oldest) for pk, number, oldest in counted}
    users = (
        get_user_model()
        ._default_manager.select_related("goflow_profile")
        .filter(pk__in=_rows().order_by().values("user_id"))
    )
    for user in list(users.order_by("pk")) if counts else ():
        if user.pk not in counts:  # told of something between the two queries: the next pass counts it
            continue
        number, oldest = counts[user.pk]
        yield user, number, oldest


def _rows() -> QuerySet[Notification]:
    return Notification.objects.filter(mail=WAITING, read_at__isnull=True)


def _is_due(profile: UserProfile, number: int, oldest: datetime, now: datetime) -> bool:
    return number >= profile.nb_wi_notif and _due_at(profile, oldest) <= now


def _due_at(profile: UserProfile, otherwise: datetime) -> datetime:
    """
    When the next digest may go out; for those without a profile a delay after ``otherwise``.
    """
    last = otherwise if profile._state.adding else profile.last_notif
    return last + _delay(profile)


def _delay(profile: UserProfile) -> timedelta:
    return timedelta(days=min(profile.notif_delay, MOST_DAYS))


def _make(user: Any, oldest: datetime) -> bool:
    """
    One person's digest: the notifications are done and the mail is in the outbox, or neither is.
    """
    last = _last(profiles.of(user), oldest)
    with transaction.atomic():
        if not _take_turn(user, last):
            return False
        ids = list(_rows().filter(user_id=user.pk).order_by("id").values_list("pk", flat=True))
        Notification.objects.filter(pk__in=ids).update(mail=DONE)
        _write(user, {"notifications": ids})
    return True


def _last(profile: UserProfile, otherwise: datetime) -> datetime:
    """
    When the last digest was made; whoever has no profile gets one here that says ``otherwise``.

    Before the transaction, which then begins by writing: on SQLite one that reads first may not go on.
    """
    if not profile._state.adding:
        return profile.last_notif
    made = UserProfile(user=profile.user, last_notif=otherwise)
    UserProfile.objects.bulk_create([made], ignore_conflicts=True)
    return otherwise


def _take_turn(user: Any, last: datetime) -> bool:
    """
    Only one of several schedulers gets a person's turn: the others find the time of the last digest changed.
    """
    same = UserProfile.objects.filter(user_id=user.pk, last_notif=last)
    return bool(same.update(last_notif=clock.now()))


def _write(user: Any, payload: dict[str, Any]) -> None:
    now = clock.now()
    OutboxMessage.objects.create(
        kind=outbox.DIGEST, payload={"user": str(user.pk), **payload}, due_at=now, created_at=now
    )


def decide(message: OutboxMessage) -> str:
    """
    What becomes of ``schedule_notification``: a digest of these work items when the thresholds allow it.

    Too few open ones, or a person who wants no mail: dropped. Too early: put off until the day.
    """
    ids, user = message.payload["workitems"], _person(message.payload["user"])
    if user is None or not profiles.of(user).notified:
        return _drop(message, "the recipient wants no mail")
    profile, number = profiles.of(user), len(letters.open_items(ids))
    if number < max(profile.nb_wi_notif, 1):
        return _drop(message, f"{number} open work items; a digest begins at {profile.nb_wi_notif}")
    now = clock.now()
    due_at = now if profile._state.adding else _due_at(profile, now)
    if due_at > now:
        return _put_off(message, due_at)
    last = _last(profile, now - _delay(profile))
    with transaction.atomic():
        if not _take_turn(user, last):
            return _put_off(message, now + LATER)
        if not outbox.sent(message.pk, message.lease_token):
            transaction.set_rollback(True)
            return "gone"
        _write(user, {"workitems": ids})
    return "sent"


def _drop(message: OutboxMessage, reason: str) -> str:
    outbox.dropped(message.pk, message.lease_token, reason)
    return "gone"


def _put_off(message: OutboxMessage, due_at: datetime) -> str:
    outbox.postpone(message.pk, message.lease_token, due_at, "not time for a digest yet", uncounted=True)
    return "waiting"


def _person(user_id: str) -> Any | None:
    people = get_user_model()._default_manager.select_related("goflow_profile")
    return people.filter(pk=user_id, is_active=True).first()
