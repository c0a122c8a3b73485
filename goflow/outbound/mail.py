"""
Sending mail from the outbox: one connection for a batch, one verdict for each mail, no transaction meanwhile.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django import conf as django_conf
from django.conf import global_settings, settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import smtp

from goflow import clock, logs
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import digests, letters
from goflow.outbound.results import Tally
from goflow.outbound.trying import again, tries

logger = logging.getLogger("goflow.mail")

TIMEOUT = 10
"""Seconds to wait for the mail server where the project's settings say nothing."""

BATCH = 50
"""How many mails go over one connection."""

ATTEMPTS = 12
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=6)
"""How long a mail waits after its first failure, and at most."""

LONGEST_OUTAGE = timedelta(minutes=30)
"""How long a mail waits at most for a server that cannot be reached."""

PERMANENT = 500
"""Answers of a mail server from here on are final."""


NAMES_BEFORE_MAILERS: frozenset[str] = frozenset(getattr(django_conf, "DEPRECATED_EMAIL_SETTINGS", ()))
"""The settings for mail that Django 6.1 still reads where there is no MAILERS."""


class Unreachable(Exception):
    """
    The mail server could not be reached: it is not the mail's fault.
    """


class _Carrier:
    """
    A connection that is opened when needed, and again after it broke.
    """

    def __init__(self) -> None:
        self._connection: Any = None  # a mail backend
        self.timeout = timeout()

    def carry(self, letter: EmailMultiAlternatives) -> None:
        """
        Send one mail. Raises Unreachable, or whatever the backend raises for this mail.
        """
        if self._connection is None:
            self._connection = self._opened()
        try:
            self._connection.send_messages([letter])
        except Exception as exc:
            # After a final answer about this mail the connection is as good as before.
            if not is_permanent(exc):
                self.close()
            raise

    def _opened(self) -> Any:
        connection = _connection()
        try:
            connection.open()
        except OSError as exc:  # every refusal of smtplib is one, too
            raise Unreachable(f"{type(exc).__name__}: {exc}") from exc
        return connection

    def close(self) -> None:
        """
        Close the connection, if there is one.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except OSError as exc:
            logger.info("the mail server did not take leave: %s", exc)


def _connection() -> Any:  # a mail backend
    """
    A new connection as the project configures it, not opened yet, that waits for no server for ever.
    """
    connection = _configured()
    if getattr(connection, "timeout", 0) is None:
        connection.timeout = TIMEOUT
    return connection


def _configured() -> Any:  # a mail backend
    mailers = getattr(mail, "mailers", None)  # Django 6.1
    if mailers is None:
        return mail.get_connection()
    known: Any = settings
    if hasattr(known, "MAILERS") or any(known.is_overridden(name) for name in NAMES_BEFORE_MAILERS):
        return mailers.default
    # A project that says nothing about mail: what Django takes then, without the warning it has for callers.
    options: dict[str, Any] = {"host": global_settings.EMAIL_HOST, "port": global_settings.EMAIL_PORT}
    return smtp.EmailBackend(alias="default", **options)


def timeout() -> float:
    """
    Seconds to wait for an answer of the mail server.
    """
    return float(getattr(_connection(), "timeout", 0) or TIMEOUT)


def lease_seconds() -> float:
    """
    How long a batch is held: long enough for several mails that wait for the mail server in vain.
    """
    return 12 * timeout()


def send_mails(lease: outbox.Lease) -> Tally:
    """
    Send the mails of a lease and settle each message. One that fails does not stop the others.

    At least once: a mail whose acceptance was not heard of is sent again, with the same Message-ID.
    """
    tally, carrier = Tally(), _Carrier()
    written = letters.gather(lease.messages)
    try:
        for place, message in enumerate(lease.messages):
            with logs.message(message):
                try:
                    tally[_settled(message, written, carrier, lease)] += 1
                except Unreachable as exc:
                    logger.warning("mail waits for the mail server: %s", exc)
                    rest = lease.messages[place:]
                    tally["waiting"] += sum(_not_tried(other, str(exc), _outage(other)) for other in rest)
                    break
    finally:
        carrier.close()
    return tally


def _settled(message: OutboxMessage, written: letters.Letters, carrier: _Carrier, lease: outbox.Lease) -> str:
    if clock.now() + timedelta(seconds=2 * carrier.timeout) > lease.until:
        _not_tried(message, "the batch took too long")
        return "waiting"
    try:
        if message.kind == outbox.NOTIFICATION:
            return digests.decide(message)
        carrier.carry(written.write(message))
    except letters.NotNeeded as exc:
        outbox.dropped(message.pk, message.lease_token, str(exc))
        return "gone"
    except Unreachable:
        raise
    except Exception as exc:  # noqa: BLE001 - recorded; the rest of the batch goes on
        return _failed(message, exc)
    return "sent" if outbox.sent(message.pk, message.lease_token) else "gone"


def _failed(message: OutboxMessage, exc: Exception) -> str:
    reason = f"{type(exc).__name__}: {exc}"
    if is_permanent(exc) or tries(message) >= ATTEMPTS:
        logger.error("mail %s is given up: %s", message.pk, reason)
        outbox.dead(message.pk, message.lease_token, reason)
        return "dead"
    logger.warning("mail %s is tried again: %s", message.pk, reason)
    wait = outbox.backoff(tries(message), first=FIRST, longest=LONGEST)
    again(message, clock.now() + wait, reason)
    return "again"


def _not_tried(message: OutboxMessage, reason: str, wait: timedelta = FIRST) -> bool:
    return outbox.postpone(message.pk, message.lease_token, clock.now() + wait, reason, uncounted=True)


def _outage(message: OutboxMessage) -> timedelta:
    """
    As long as the mail waits already: its waits double, and no outage uses up its attempts.
    """
    return min(max(FIRST, clock.now() - message.created_at), LONGEST_OUTAGE)


def is_permanent(exc: Exception) -> bool:
    """
    Whether trying again could never help: the server said so, or the mail cannot even be written.
    """
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in exc.recipients.values())
    if isinstance(exc, smtplib.SMTPResponseException):
        return exc.smtp_code >= PERMANENT
    return isinstance(exc, (smtplib.SMTPNotSupportedError, ValueError, LookupError, TypeError))
