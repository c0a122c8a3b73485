"""
A real mail server on loopback that behaves as a test wants it to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import django
from aiosmtpd.controller import Controller

PATIENCE = 60
"""Seconds that the client waits for an answer, unless a test wants it to give up sooner."""


class Inbox:
    """
    What the server has accepted, and how it answers: per recipient, each answer once, the last one for good.
    """

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.connections = 0
        self.answers: dict[str, list[str]] = {}
        self.after_data: list[str] = []

    def answer(self, address: str, *answers: str) -> None:
        self.answers[address] = list(answers)

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        planned = self.answers.get(address, ["250 OK"])
        answer = planned.pop(0) if len(planned) > 1 else planned[0]
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        what = self.after_data.pop(0) if self.after_data else "250 OK"
        if what == "drop":
            server.transport.abort()
        return what


class _Server(Controller):
    """
    At a port that the system chose.
    """

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def use(settings: Any, backend: str, **options: Any) -> None:
    """
    Let Django send its mail that way.
    """
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = backend
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)


def use_server(settings: Any, port: int, timeout: float | None = PATIENCE) -> None:
    """
    Let Django send its mail to that port of this computer.
    """
    backend = "django.core.mail.backends.smtp.EmailBackend"
    use(settings, backend, host="127.0.0.1", port=port, timeout=timeout)


@contextmanager
def serving(settings: Any) -> Iterator[Inbox]:
    """
    Django's settings point at a server that runs meanwhile.
    """
    inbox = Inbox()
    controller = _Server(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    inbox.port = controller.port
    use_server(settings, inbox.port)
    try:
        yield inbox
    finally:
        controller.stop(no_assert=True)
