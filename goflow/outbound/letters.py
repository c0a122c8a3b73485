"""
Outbox messages as mails: rendered when they are sent, in the language of whoever reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, gettext, ngettext, override

from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import addresses, profiles, wording
from goflow.outbound.models import Notification, UserProfile

LONGEST_SUBJECT = 200
MOST_LINES = 100
"""How many lines a digest tells before it only counts."""

LARGEST_ID = 2**63 - 1

OPEN = ("inactive", "active", "suspended")


class NotNeeded(Exception):
    """
    Nobody needs this mail any more.
    """


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a digest.
    """

    text: str
    at: str
    address: str


@dataclass(slots=True)
class Letters:
    """
    The mails of a batch of messages. What they are about is read once for all of them.
    """

    notifications: dict[int, Notification] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    items: dict[int, Any] = field(default_factory=dict)

    def write(self, message: OutboxMessage) -> EmailMultiAlternatives:
        """
        The mail of one message. Raises NotNeeded, and ValueError for a payload that is none of ours.
        """
        payload = message.payload
        if message.kind == outbox.DIGEST:
            return self._digest(message)
        if "notification" in payload:
            return self._notification(message)
        if "to" in payload:
            return _of_application(message)
        raise ValueError(f"outbox message {message.pk} names neither a notification nor a recipient")

    def _notification(self, message: OutboxMessage) -> EmailMultiAlternatives:
        row = self.notifications.get(int(message.payload["notification"]))
        if row is None:
            raise NotNeeded("the notification is gone")
        profile = _wanted(row.user)
        if profiles.wishes(profile).choice(row.event) == profiles.OFF.value:
            raise NotNeeded("the recipient wants no mail about this any more")
        with override(profiles.language(profile)):
            subject = wording.sentence(row.event, row.params)
            place = wording.target(row)
            context = {
                "sentence": subject,
                "facts": wording.facts(row.params),
                "address": addresses.page(profile, *place) if place else "",
                "is_item": place is not None and place[0] == "workitem",
            }
            return _mail(message, profile, subject, "notification", context, about=row.event)

    def _digest(self, message: OutboxMessage) -> EmailMultiAlternatives:
        person = self.people.get(str(message.payload["user"]))
        if person is None:
            raise NotNeeded("the recipient is gone")
        profile = _wanted(person)
        with override(profiles.language(profile)):
            lines = [*self._lines(message.payload, profile)]
            if not lines:
                raise NotNeeded("all of it was read or done meanwhile")
            text = ngettext(
                "%(count)s thing has happened for you", "%(count)s things have happened for you", len(lines)
            )
            subject = text % {"count": len(lines)}
            context = {
                "sentence": subject,
                "lines": lines[:MOST_LINES],
                "more": max(0, len(lines) - MOST_LINES),
                "address": addresses.page(profile, "notifications"),
            }
            return _mail(message, profile, subject, "digest", context, about=profiles.ALL_IN_DIGEST)

    def _lines(self, payload: Mapping[str, Any], profile: UserProfile) -> Iterable[Line]:
        for pk in payload.get("notifications", ()):
            row = self.notifications.get(pk)
            if row is not None and row.read_at is None:
                place = wording.target(row)
                address = addresses.page(profile, *place) if place else ""
                yield Line(wording.sentence(row.event, row.params), wording.moment(row.created_at), address)
        for pk in payload.get("workitems", ()):
            item = self.items.get(pk)
            if item is not None:
                yield _item_line(item, profile)


def _item_line(item: Any, profile: UserProfile) -> Line:  # a work item
    text = gettext("“%(activity)s” of “%(request)s”") % {
        "activity": wording.one_line(item.activity.title),
        "request": wording.one_line(item.instance.title),
    }
    at = wording.moment(item.due_at or item.created_at)
    return Line(text, at, addresses.page(profile, "workitem", item.pk))


def _wanted(user: Any) -> UserProfile:
    profile = profiles.of(user)
    if not user.is_active:
        raise NotNeeded("the recipient is not active any more")
    if not (profile.notified and conf.NOTIFICATIONS_ENABLED):
        raise NotNeeded("the recipient wants no mail")
    if not user.email:
        raise NotNeeded("the recipient has no e-mail address")
    return profile


def _mail(
    message: OutboxMessage,
    profile: UserProfile,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    *,
    about: str,
) -> EmailMultiAlternatives:
    """
    Both forms of a mail to one person, in the active language.
    """
    stop = addresses.unsubscribe(profile, about)
    shown = {
        **context,
        "subject": subject,
        "language": profiles.language(profile),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "settings": addresses.page(profile, "notification_settings"),
        "unsubscribe": stop,
    }
    text = render_to_string(f"goflow/mail/{template}.txt", shown).strip() + "\n"
    html = render_to_string(f"goflow/mail/{template}.html", shown)
    return _envelope(message, subject, text, html, [profile.user.email], _unsubscribing(stop))


def _unsubscribing(address: str) -> dict[str, str]:
    """
    The headers behind a mail program's "unsubscribe" button. One click counts over HTTPS only (RFC 8058).
    """
    if not address:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return {"List-Unsubscribe": f"<{address}>", **(one_click if address.startswith("https:") else {})}


def _of_application(message: OutboxMessage) -> EmailMultiAlternatives:
    """
    A mail that an application left: its own words, to the addresses it names.
    """
    payload = message.payload
    to = [payload["to"]] if isinstance(payload["to"], str) else list(payload["to"])
    to = [address for address in to if address]
    if not to:
        raise NotNeeded("the recipient has no e-mail address")
    return _envelope(
        message, str(payload["subject"]), str(payload["text"]), str(payload.get("html") or ""), to, {}
    )


def _envelope(
    message: OutboxMessage, subject: str, text: str, html: str, to: Sequence[str], headers: Mapping[str, str]
) -> EmailMultiAlternatives:
    line = wording.one_line(f"{settings.EMAIL_SUBJECT_PREFIX}{subject}")[:LONGEST_SUBJECT]
    known = {"Message-ID": addresses.message_id(message.pk), "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(line, text, to=list(to), headers={**known, **headers})
    if html:
        mail.attach_alternative(html, "text/html")
    return mail


def gather(messages: Sequence[OutboxMessage]) -> Letters:
    """
    Read what the mails of these messages need: at most three queries.

    What is no id is passed over: ``write`` has the verdict about each message.
    """
    known = [message for message in messages if isinstance(message.payload, dict)]
    digests = [message.payload for message in known if message.kind == outbox.DIGEST]
    single = [message.payload.get("notification") for message in known if message.kind == outbox.MAIL]
    return Letters(
        notifications=_notifications([*_ids(single), *_listed(digests, "notifications")]),
        people=_people([payload.get("user") for payload in digests]),
        items=open_items(_listed(digests, "workitems")),
    )


def _listed(payloads: Iterable[Mapping[str, Any]], name: str) -> list[int]:
    lists = [payload.get(name) for payload in payloads]
    return [pk for found in lists if isinstance(found, list) for pk in _ids(found)]


def _ids(values: Iterable[object]) -> list[int]:
    return [value for value in values if isinstance(value, int) and 0 < value <= LARGEST_ID]


def _notifications(ids: Sequence[int]) -> dict[int, Notification]:
    rows = Notification.objects.select_related("user__goflow_profile")
    return rows.in_bulk(list(ids)) if ids else {}


def _people(texts: Sequence[Any]) -> dict[str, Any]:
    users = get_user_model()._default_manager.select_related("goflow_profile")
    ids = [pk for text in texts for pk in _user_ids(text)]
    return {str(user.pk): user for user in users.filter(pk__in=ids)} if ids else {}


def _user_ids(text: object) -> list[Any]:
    """
    The primary key a text stands for, whatever type the host's users have; none for any other text.
    """
    try:
        pk = get_user_model()._meta.pk.to_python(text)
    except (ValidationError, TypeError, ValueError):
        return []
    return _ids([pk]) if isinstance(pk, int) else [pk]


def open_items(ids: Sequence[int]) -> dict[int, Any]:
    """
    Those of the work items that are still to be done, with what a line tells. One query.
    """
    if not ids:
        return {}
    # By name: the engine's room lies above this one.
    rows = apps.get_model("goflow", "WorkItem")._default_manager.select_related("activity", "instance")
    return {row.pk: row for row in rows.filter(pk__in=ids, status__in=OPEN)}
