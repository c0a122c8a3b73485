from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import Settings, settings
from django.db import connection
from django.utils import translation

from goflow import clock
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import mail, profiles, wording
from goflow.outbound.dispatcher import Lane, drain
from goflow.outbound.models import Notification
from goflow.testing import count_statements, person
from tests.outbound.smtp import Inbox, serving, use, use_server

LANE = Lane(
    (outbox.MAIL, outbox.DIGEST, outbox.NOTIFICATION),
    mail.send_mails,
    batch=mail.BATCH,
    seconds=mail.lease_seconds,
)
PARAMS = {"activity": "Review", "request": "Laptop", "process": "Purchase"}
LANGUAGES = ["en", "fr", "zh-hans", "zh-hant", "ja", "de", "es", "it"]


@pytest.fixture
def inbox(db: None, settings: Any) -> Iterator[Inbox]:
    settings.GOFLOW_BASE_URL = "https://flow.example.com"
    settings.EMAIL_SUBJECT_PREFIX = "[goflow] "
    with serving(settings) as found:
        yield found


@pytest.fixture
def ana(db: None) -> Any:
    return person("ana", email="ana@example.com")


def notify(user: Any, event: str = "assigned", **params: Any) -> OutboxMessage:
    """A notification whose mail goes out at once."""
    row = Notification.objects.create(
        user=user, event=event, params=PARAMS | params, instance_id=3, workitem_id=7, mail="now"
    )
    return OutboxMessage.objects.create(kind=outbox.MAIL, payload={"notification": row.pk})


def app_mail(*to: str, **payload: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(
        kind=outbox.MAIL, payload={"to": list(to), "subject": "Hello", "text": "Text"} | payload
    )


def sending() -> dict[str, int]:
    return {key: number for key, number in drain(LANE, name="test").items() if number}


def subject(sent: EmailMessage) -> str:
    """Without the space before which a long one is folded."""
    return str(sent["Subject"]).strip()


def unsubscribing(sent: EmailMessage) -> str:
    return str(sent["List-Unsubscribe"]).strip().strip("<>")


def bodies(sent: EmailMessage) -> tuple[str, str]:
    plain, html = sent.get_body(("plain",)), sent.get_body(("html",))
    return plain.get_content() if plain else "", html.get_content() if html else ""


def test_a_notification_is_sent_as_text_and_html(inbox: Inbox, ana: Any) -> None:
    message = notify(ana)
    assert sending() == {"sent": 1}
    sent = inbox.mails[0]
    assert sent["To"] == "ana@example.com"
    assert subject(sent) == "[goflow] “Review” of “Laptop” was given to you"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"] == f"<goflow.{message.pk}@flow.example.com>"
    for body in bodies(sent):
        assert "“Review” of “Laptop” was given to you" in body
        assert "https://flow.example.com/workflow/workitems/7/" in body
    message.refresh_from_db()
    assert (message.status, message.attempts, message.last_error) == ("sent", 1, "")


@pytest.mark.parametrize(
    ("event", "path"), [("queued", "workitems/7/"), ("request_finished", "instances/3/")]
)
def test_a_mail_leads_to_what_it_is_about(inbox: Inbox, ana: Any, event: str, path: str) -> None:
    notify(ana, event)
    sending()
    assert f"https://flow.example.com/workflow/{path}" in bodies(inbox.mails[0])[0]


def test_without_a_base_address_mails_hold_no_links(inbox: Inbox, ana: Any, settings: Any) -> None:
    settings.GOFLOW_BASE_URL = ""
    notify(ana)
    sending()
    assert "workitems" not in bodies(inbox.mails[0])[0]
    assert "href" not in bodies(inbox.mails[0])[1]
    assert inbox.mails[0]["List-Unsubscribe"] is None


def test_the_host_of_links_may_be_a_persons_own(inbox: Inbox, ana: Any) -> None:
    profiles.save(ana, {"web_host": "intern.example.com"})
    notify(ana)
    sending()
    assert "https://intern.example.com/workflow/workitems/7/" in bodies(inbox.mails[0])[0]


def test_one_click_unsubscribes(inbox: Inbox, ana: Any) -> None:
    notify(ana)
    sending()
    sent = inbox.mails[0]
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = unsubscribing(sent)
    assert address.startswith("https://flow.example.com/workflow/notifications/unsubscribe/")
    assert address in bodies(sent)[0]


def test_one_click_is_not_promised_without_encryption(inbox: Inbox, ana: Any, settings: Any) -> None:
    settings.GOFLOW_BASE_URL = "http://127.0.0.1:8000"
    notify(ana)
    sending()
    assert unsubscribing(inbox.mails[0]).startswith("http://127.0.0.1:8000/")
    assert inbox.mails[0]["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", sorted(profiles.LABELS))
def test_mails_speak_the_language_of_their_reader(inbox: Inbox, ana: Any, language: str, event: str) -> None:
    profiles.save(ana, {"language": language, "choices": {event: "now"}})
    notify(ana, event)
    assert sending() == {"sent": 1}
    with translation.override(language):
        expected = str(wording.SENTENCES[event]) % PARAMS
    assert subject(inbox.mails[0]) == f"[goflow] {expected}"
    assert f'lang="{language}"' in bodies(inbox.mails[0])[1]


def test_without_a_language_mails_speak_the_projects(inbox: Inbox, ana: Any, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    profiles.save(ana, {"language": "tlh"})
    notify(ana)
    sending()
    assert 'lang="de"' in bodies(inbox.mails[0])[1]


def test_times_are_told_in_the_current_time_zone(inbox: Inbox, ana: Any, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    notify(ana, "due_soon", due_at="2030-01-07T16:30:00+00:00")
    sending()
    assert "01/08/2030 1:30 a.m." in bodies(inbox.mails[0])[0]


@pytest.mark.parametrize("title", ["a\r\nBcc: x@example.com", "a\nb", "a\x0bb\x85c\u2028d"])
def test_titles_cannot_add_headers(inbox: Inbox, ana: Any, title: str) -> None:
    notify(ana, request=title)
    app_mail("ana@example.com", subject=title)
    assert sending() == {"sent": 2}
    for sent in inbox.mails:
        assert sent["Bcc"] is None
        assert not re.search(r"[\r\n\x0b\x85\u2028]", str(sent["Subject"]))


def test_titles_are_no_templates_and_no_markup(inbox: Inbox, ana: Any) -> None:
    title = "{{ settings.SECRET_KEY }}{% now 'Y' %}<script>alert(1)</script>%(request)s&amp;"
    notify(ana, request=title)
    sending()
    text, html = bodies(inbox.mails[0])
    assert title in text
    assert "<script" not in html
    assert "{{ settings.SECRET_KEY }}" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;%(request)s&amp;amp;" in html


def test_long_titles_make_no_endless_subjects(inbox: Inbox, ana: Any) -> None:
    notify(ana, request="x" * 5000)
    sending()
    assert len(subject(inbox.mails[0])) == 200


def test_applications_send_their_own_words(inbox: Inbox) -> None:
    app_mail("a@example.com", "b@example.com", html="<p>Text</p>")
    assert sending() == {"sent": 1}
    assert inbox.mails[0]["To"] == "a@example.com, b@example.com"
    assert [body.strip() for body in bodies(inbox.mails[0])] == ["Text", "<p>Text</p>"]


def test_a_single_recipient_may_be_a_text(inbox: Inbox) -> None:
    app_mail(to="a@example.com")
    assert sending() == {"sent": 1}


@pytest.mark.parametrize("wrong", [{}, {"to": ["a@example.com"]}, {"notification": "x"}])
def test_payloads_that_are_none_of_ours_are_given_up(inbox: Inbox, wrong: dict[str, Any]) -> None:
    OutboxMessage.objects.create(kind=outbox.MAIL, payload=wrong)
    app_mail("a@example.com")
    assert sending() == {"sent": 1, "dead": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": None, "notifications": [1]},
        {"notifications": None},
        {"user": "nobody", "notifications": []},
        {"user": 10**30, "notifications": [10**30], "workitems": ["x", -1, None]},
        [1],
        [],
    ],
)
def test_digests_that_are_none_of_ours_stop_no_other_mail(inbox: Inbox, wrong: Any) -> None:
    message = OutboxMessage.objects.create(kind=outbox.DIGEST, payload=wrong)
    app_mail("a@example.com")
    assert sending()["sent"] == 1
    message.refresh_from_db()
    assert message.status in {"dead", "dropped"}


@pytest.mark.parametrize("more", [{"user": "bob"}, {"notifications": None}, {"workitems": 3}])
def test_what_an_application_notes_beside_its_mail_is_its_own(inbox: Inbox, more: dict[str, Any]) -> None:
    app_mail("a@example.com", **more)
    assert sending() == {"sent": 1}


@pytest.mark.parametrize(
    "change",
    [
        lambda ana: profiles.save(ana, {"notified": False}),
        lambda ana: profiles.silence(ana, "assigned"),
        lambda ana: type(ana).objects.filter(pk=ana.pk).update(email=""),
        lambda ana: type(ana).objects.filter(pk=ana.pk).update(is_active=False),
        lambda ana: Notification.objects.all().delete(),
    ],
    ids=["no mail", "unsubscribed", "no address", "inactive", "forgotten"],
)
def test_mails_nobody_wants_any_more_are_dropped(inbox: Inbox, ana: Any, change: Any) -> None:
    message = notify(ana)
    change(ana)
    assert sending() == {"gone": 1}
    message.refresh_from_db()
    assert (message.status, inbox.mails) == ("dropped", [])
    assert message.last_error


def test_a_final_refusal_gives_the_mail_up(inbox: Inbox, ana: Any, caplog: pytest.LogCaptureFixture) -> None:
    inbox.answer("ana@example.com", "550 No such person")
    message = notify(ana)
    assert sending() == {"dead": 1}
    message.refresh_from_db()
    assert message.status == "dead"
    assert "No such person" in message.last_error
    assert "No such person" in caplog.text


def test_a_passing_refusal_is_tried_again(inbox: Inbox, ana: Any) -> None:
    inbox.answer("ana@example.com", "451 Later", "250 OK")
    message = notify(ana)
    assert sending() == {"again": 1}
    assert sending() == {}
    with clock.moved(timedelta(seconds=61)):
        assert sending() == {"sent": 1}
    assert inbox.ids == [f"<goflow.{message.pk}@flow.example.com>"]


def test_a_mail_is_given_up_after_twelve_attempts(inbox: Inbox, ana: Any) -> None:
    inbox.answer("ana@example.com", "451 Later")
    message = notify(ana)
    waits, at = [], timedelta()
    for _attempt in range(11):
        with clock.moved(at):
            assert sending() == {"again": 1}
            message.refresh_from_db()
            waits.append(round((message.due_at - clock.now()).total_seconds() / 60))
        at += timedelta(minutes=waits[-1], seconds=1)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    with clock.moved(at):
        assert sending() == {"dead": 1}


def test_a_server_that_hangs_costs_one_timeout(inbox: Inbox, ana: Any, settings: Any) -> None:
    use_server(settings, inbox.port, timeout=5)
    inbox.answer("ana@example.com", "hang", "250 OK")
    notify(ana)
    app_mail("b@example.com")
    assert sending() == {"sent": 1, "again": 1}
    with clock.moved(timedelta(minutes=2)):
        assert sending() == {"sent": 1}
    assert len(inbox.mails) == 2


def test_a_mail_whose_acceptance_got_lost_comes_twice_as_the_same(inbox: Inbox, ana: Any) -> None:
    inbox.after_data = ["drop"]
    message = notify(ana)
    assert sending() == {"again": 1}
    with clock.moved(timedelta(minutes=2)):
        assert sending() == {"sent": 1}
    assert inbox.ids == [f"<goflow.{message.pk}@flow.example.com>"] * 2


def test_without_a_server_everything_waits(db: None, settings: Any, ana: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        use_server(settings, free.getsockname()[1])
    for _number in range(60):
        notify(ana)
    assert sending() == {"waiting": 60}
    assert set(OutboxMessage.objects.values_list("status", "attempts")) == {("due", 0)}
    with serving(settings) as inbox, clock.moved(timedelta(minutes=2)):
        assert sending() == {"sent": 60}
        assert len(set(inbox.ids)) == 60


def test_an_outage_uses_up_no_attempts_and_is_looked_at_more_and_more_seldom(
    db: None, settings: Any, ana: Any
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        use_server(settings, free.getsockname()[1])
    message = notify(ana)
    waits, at = [], timedelta()
    for _attempt in range(14):
        with clock.moved(at):
            assert sending() == {"waiting": 1}
            message.refresh_from_db()
            waits.append(message.due_at - clock.now())
        at += waits[-1] + timedelta(seconds=1)
    assert [(wait + timedelta(seconds=5)) // timedelta(minutes=1) for wait in waits] == [
        1,
        1,
        2,
        4,
        8,
        16,
        *[30] * 8,
    ]
    with serving(settings), clock.moved(at):
        assert sending() == {"sent": 1}


def test_workers_that_die_use_up_no_attempts(inbox: Inbox, ana: Any) -> None:
    inbox.answer("ana@example.com", "451 Later", "250 OK")
    message = notify(ana)
    OutboxMessage.objects.update(attempts=30)  # claimed so often, never tried
    assert sending() == {"again": 1}
    message.refresh_from_db()
    assert message.due_at - clock.now() < timedelta(minutes=2)
    with clock.moved(timedelta(minutes=2)):
        assert sending() == {"sent": 1}


def test_a_mail_made_due_again_has_all_attempts_ahead(inbox: Inbox, ana: Any) -> None:
    inbox.answer("ana@example.com", "451 Later")
    message = notify(ana)
    OutboxMessage.objects.update(attempts=11, payload={**message.payload, "tries": 11})
    assert sending() == {"dead": 1}
    assert outbox.again([message.pk]) == 1
    assert sending() == {"again": 1}


def test_one_bad_recipient_stops_no_other(inbox: Inbox) -> None:
    inbox.answer("poison@example.com", "550 No such person")
    for number in range(100):
        app_mail("poison@example.com" if number == 50 else f"user{number}@example.com")
    assert sending() == {"sent": 99, "dead": 1}
    assert {str(sent["To"]) for sent in inbox.mails} == {
        f"user{number}@example.com" for number in range(100) if number != 50
    }


def test_a_batch_uses_one_connection(inbox: Inbox) -> None:
    for number in range(30):
        app_mail(f"user{number}@example.com")
    sending()
    assert inbox.connections == 1


def test_nobody_waits_for_a_server_for_ever(settings: Any) -> None:
    use_server(settings, 25, timeout=None)
    assert (mail.timeout(), mail.lease_seconds()) == (10, 120)
    use_server(settings, 25, timeout=60)
    assert (mail.timeout(), mail.lease_seconds()) == (60, 720)


def test_nobody_asks_for_a_connection_when_nothing_is_to_be_sent(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_connection", lambda: pytest.fail("asked for a connection"))
    assert sending() == {}


def test_a_project_that_says_nothing_about_mail_gets_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    # As its own process has them: the suite's are changed to keep mail in memory. Warnings are errors here.
    monkeypatch.setattr(settings, "_wrapped", Settings("tests.settings"))
    connection: Any = mail._connection()
    assert type(connection).__module__ == "django.core.mail.backends.smtp"
    assert (connection.host, connection.port, connection.timeout) == ("localhost", 25, 10)


def test_a_batch_that_takes_too_long_is_given_back(inbox: Inbox) -> None:
    app_mail("a@example.com")
    app_mail("b@example.com")
    lease = outbox.claim([outbox.MAIL], limit=50, seconds=0.1)
    assert mail.send_mails(lease) == {"waiting": 2}
    assert set(OutboxMessage.objects.values_list("attempts", "lease_token")) == {(0, "")}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_sending(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    use(settings, f"{__name__}.Watching")
    Watching.seen = []
    app_mail("a@example.com")
    assert sending() == {"sent": 1}
    assert Watching.seen == [False]


class Watching:
    """A mail backend that notes whether a transaction is open."""

    seen: list[bool]

    def __init__(self, **kwargs: Any) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send_messages(self, mails: list[Any]) -> int:
        self.seen.append(connection.in_atomic_block)
        return len(mails)


def test_a_batch_costs_the_same_for_any_number(inbox: Inbox, ana: Any) -> None:
    for _number in range(20):
        notify(ana)
    lease = outbox.claim([outbox.MAIL], limit=50, seconds=60)
    with count_statements() as found:
        mail.send_mails(lease)
    assert len(found) == 1 + 20, found  # one to read, one for each to settle


def test_a_worker_that_dies_leaves_its_mails_to_the_next(inbox: Inbox, ana: Any) -> None:
    message = notify(ana)
    assert outbox.claim(LANE.kinds, limit=50, seconds=120).messages == (message,)
    assert sending() == {}
    with clock.moved(timedelta(seconds=121)):
        assert sending() == {"sent": 1}
    assert inbox.ids == [f"<goflow.{message.pk}@flow.example.com>"]


def test_no_mail_is_lost_over_a_server_with_moods(inbox: Inbox) -> None:
    moods = random.Random(7)
    messages = [app_mail(f"user{number}@example.com") for number in range(100)]
    for number in range(100):
        refusals = ["451 Later"] * moods.choice([0, 0, 1, 2])
        inbox.answer(f"user{number}@example.com", *refusals, "250 OK")
    inbox.after_data = moods.choices(["250 OK", "drop"], weights=[9, 1], k=60)
    drops, at = inbox.after_data.count("drop"), timedelta()
    for _round in range(12):
        with clock.moved(at):
            sending()
        at += timedelta(hours=6)
    sent = [f"<goflow.{message.pk}@flow.example.com>" for message in messages]
    assert set(inbox.ids) == set(sent)
    assert len(inbox.ids) == 100 + drops
    assert set(OutboxMessage.objects.values_list("status", flat=True)) == {"sent"}
