from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from goflow import clock
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import digests, mail, profiles
from goflow.outbound.digests import digest_scan
from goflow.outbound.dispatcher import Lane, drain
from goflow.outbound.models import Notification, UserProfile
from goflow.runtime import engine, scheduler
from goflow.runtime.models import WorkItem
from goflow.testing import count_statements, person, process
from tests.outbound.smtp import Inbox, serving
from tests.outbound.test_mail import bodies, subject, unsubscribing

LANE = Lane(
    (outbox.MAIL, outbox.DIGEST, outbox.NOTIFICATION),
    mail.send_mails,
    batch=mail.BATCH,
    seconds=mail.lease_seconds,
)
DAY = timedelta(days=1, seconds=1)


@pytest.fixture
def inbox(db: None, settings: Any) -> Iterator[Inbox]:
    settings.GOFLOW_BASE_URL = "https://flow.example.com"
    settings.EMAIL_SUBJECT_PREFIX = ""
    with serving(settings) as found:
        yield found


@pytest.fixture
def ana(db: None) -> Any:
    return person("ana", email="ana@example.com")


@pytest.fixture
def items(ana: Any) -> list[WorkItem]:
    """Three of ana's own."""
    process("Line", ["A", "B"], [("A", "B")])
    return [engine.start("Line", ana, title=f"Request {number}") for number in range(3)]


def waiting(user: Any, number: int = 1, **fields: Any) -> list[Notification]:
    params = {"activity": "Review", "request": "Laptop"}
    rows = [
        Notification(user=user, event="queued", params=params, workitem_id=n, mail="digest", **fields)
        for n in range(number)
    ]
    for row in rows:
        row.save()
    return rows


def sending() -> dict[str, int]:
    return {key: number for key, number in drain(LANE, name="test").items() if number}


def made(after: timedelta = timedelta()) -> int:
    with clock.moved(after):
        return digest_scan()["made"]


def profile(user: Any, **values: Any) -> UserProfile:
    return profiles.save(user, {"last_notif": clock.now(), **values})


def test_a_digest_waits_until_the_last_one_is_long_enough_ago(ana: Any) -> None:
    profile(ana, notif_delay=3)
    waiting(ana)
    assert [made(timedelta(days=days, seconds=1)) for days in (0, 2, 3)] == [0, 0, 1]


def test_a_digest_waits_until_there_is_enough_to_tell(ana: Any) -> None:
    profile(ana, nb_wi_notif=3)
    waiting(ana, 2)
    assert made(DAY) == 0
    waiting(ana, 1)
    assert made(DAY) == 1


def test_without_a_delay_a_digest_goes_out_with_the_next_pass(ana: Any) -> None:
    profile(ana, notif_delay=0)
    waiting(ana)
    assert made() == 1


def test_without_a_profile_a_digest_tells_of_one_day(ana: Any) -> None:
    waiting(ana)
    assert [made(timedelta(hours=23)), made(DAY)] == [0, 1]
    waiting(ana)
    assert made(DAY) == 0
    assert made(2 * DAY) == 1


def test_what_was_told_is_not_told_again(ana: Any) -> None:
    profile(ana)
    waiting(ana, 2)
    assert made(DAY) == 1
    assert made(3 * DAY) == 0
    assert set(Notification.objects.values_list("mail", flat=True)) == {"done"}


def test_no_digest_is_made_while_notifications_are_off(ana: Any, settings: Any) -> None:
    settings.GOFLOW_NOTIFICATIONS_ENABLED = False
    waiting(ana)
    assert made(DAY) == 0
    assert Notification.objects.get().mail == "digest"


def test_what_was_read_needs_no_digest(ana: Any) -> None:
    profile(ana)
    waiting(ana, read_at=clock.now())
    assert made(DAY) == 0


def test_everybody_gets_his_own(ana: Any) -> None:
    people = [ana, person("bo"), person("cy")]
    for one in people:
        profile(one)
        waiting(one, 2)
    assert made(DAY) == 3
    assert OutboxMessage.objects.filter(kind=outbox.DIGEST).count() == 3


def test_a_scan_of_many_who_wait_costs_two_statements(ana: Any) -> None:
    for number in range(30):
        one = person(f"user{number}")
        profile(one)
        waiting(one)
    with count_statements() as found:
        assert digest_scan() == {"checked": 30, "made": 0, "failed": 0}
    assert len(found) == 2, found


def test_a_delay_beyond_all_calendars_stops_nobody(ana: Any) -> None:
    profile(ana, notif_delay=2_000_000_000)
    waiting(ana)
    other = person("bo")
    waiting(other)
    assert made(DAY) == 1
    assert OutboxMessage.objects.get(kind=outbox.DIGEST).payload["user"] == str(other.pk)
    assert made(timedelta(days=367)) == 1


def test_a_delay_of_more_than_a_year_is_refused(ana: Any) -> None:
    with pytest.raises(ValidationError, match="366"):
        UserProfile(user=ana, notif_delay=367).clean_fields()


def test_one_persons_trouble_stops_no_other_digest(
    ana: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waiting(ana)
    waiting(person("bo"))
    take = digests._take_turn

    def stumble(user: Any, last: Any) -> bool:
        if user == ana:
            raise RuntimeError("stumbled")
        return take(user, last)

    monkeypatch.setattr(digests, "_take_turn", stumble)
    with clock.moved(DAY):
        assert digest_scan() == {"checked": 2, "made": 1, "failed": 1}
    assert f"no digest could be made for user {ana.pk}" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_several_schedulers_make_one_digest() -> None:
    people = [person(f"user{number}") for number in range(8)]
    for one in people[:4]:
        profile(one)
    for one in people:
        waiting(one)
    barrier, results = threading.Barrier(4), []

    def scan() -> None:
        barrier.wait()
        with clock.moved(DAY):
            results.append(digest_scan()["made"])
        connection.close()

    threads = [threading.Thread(target=scan) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(results), sum(results)) == (4, 8)
    assert OutboxMessage.objects.filter(kind=outbox.DIGEST).count() == 8


def test_a_digest_tells_each_thing_with_its_link(inbox: Inbox, ana: Any) -> None:
    profile(ana)
    waiting(ana, 2)
    made(DAY)
    with clock.moved(DAY):
        assert sending() == {"sent": 1}
    sent = inbox.mails[0]
    assert subject(sent) == "2 things have happened for you"
    for body in bodies(sent):
        assert body.count("“Review” of “Laptop” can be taken") == 2
        assert "https://flow.example.com/workflow/workitems/1/" in body
        assert "https://flow.example.com/workflow/notifications/" in body
    assert "/notifications/unsubscribe/" in unsubscribing(sent)


def test_a_long_digest_counts_the_rest(inbox: Inbox, ana: Any) -> None:
    profile(ana, notif_delay=0)
    waiting(ana, 103)
    made()
    sending()
    text = bodies(inbox.mails[0])[0]
    assert text.count("can be taken") == 100
    assert "And 3 more." in text


def test_a_digest_of_which_all_was_read_is_dropped(inbox: Inbox, ana: Any) -> None:
    profile(ana, notif_delay=0)
    waiting(ana)
    made()
    Notification.objects.update(read_at=clock.now())
    assert sending() == {"gone": 1}
    assert inbox.mails == []


def test_a_request_to_notify_makes_a_digest_of_work_items(
    inbox: Inbox, ana: Any, items: list[WorkItem]
) -> None:
    scheduler.schedule_notification(ana.pk, [item.pk for item in items])
    assert sending() == {"sent": 2}
    text = bodies(inbox.mails[0])[0]
    assert subject(inbox.mails[0]) == "3 things have happened for you"
    assert "“A” of “Request 2”" in text
    assert f"https://flow.example.com/workflow/workitems/{items[2].pk}/" in text


def test_a_request_to_notify_leaves_out_what_is_done(inbox: Inbox, ana: Any, items: list[WorkItem]) -> None:
    engine.complete(items[0].pk, actor=ana)
    scheduler.schedule_notification(ana.pk, [item.pk for item in items])
    sending()
    assert "Request 0" not in bodies(inbox.mails[0])[0]


def test_a_request_to_notify_of_too_little_is_dropped(inbox: Inbox, ana: Any, items: list[WorkItem]) -> None:
    profile(ana, nb_wi_notif=4, notif_delay=0)
    scheduler.schedule_notification(ana.pk, [item.pk for item in items])
    assert sending() == {"gone": 1}
    assert OutboxMessage.objects.get(kind="notification").last_error == (
        "3 open work items; a digest begins at 4"
    )


def test_a_request_to_notify_waits_for_its_day(inbox: Inbox, ana: Any, items: list[WorkItem]) -> None:
    profile(ana, notif_delay=2)
    scheduler.schedule_notification(ana.pk, [item.pk for item in items])
    assert sending() == {"waiting": 1}
    with clock.moved(2 * DAY):
        assert sending() == {"sent": 2}
    assert len(inbox.mails) == 1


def test_a_request_to_notify_somebody_without_mails_is_dropped(
    inbox: Inbox, ana: Any, items: list[WorkItem]
) -> None:
    profile(ana, notified=False)
    scheduler.schedule_notification(ana.pk, [items[0].pk])
    scheduler.schedule_notification(999_999, [items[0].pk])
    assert sending() == {"gone": 2}


def test_a_request_to_notify_nobody_stops_no_other(inbox: Inbox, ana: Any, items: list[WorkItem]) -> None:
    scheduler.schedule_notification("nobody", [items[0].pk])
    scheduler.schedule_notification(ana.pk, [items[0].pk])
    assert sending() == {"sent": 2, "dead": 1}


def test_a_lost_turn_puts_the_request_off(
    inbox: Inbox, ana: Any, items: list[WorkItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "_take_turn", lambda user, last: False)
    scheduler.schedule_notification(ana.pk, [items[0].pk])
    assert sending() == {"waiting": 1}
