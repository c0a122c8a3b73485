"""
One attempt: a request to a receiver, and what became of it. No database here, so that it can run in a thread.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from time import monotonic
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import make_headers

from goflow.conf import conf
from goflow.core.storing import storable
from goflow.errors import GoflowError
from goflow.outbound import ssrf
from goflow.outbound.connecting import Deadline, Line, Plain, Secure, trust

DEADLINE = 15.0
"""Seconds for all of an attempt: connecting, TLS, sending, and reading the answer."""

READ = 65_536
"""How many bytes of an answer are read."""

LONGEST_ERROR = 500

FAILURES = (GoflowError, ImproperlyConfigured, OSError, HTTPError, HTTPException, ValueError)
"""What a receiver, a network or an endpoint's data can make go wrong; all of it is told, none is raised."""


@dataclass(frozen=True, slots=True)
class Request:
    """
    What is sent where; ``timeout`` is the time for connecting and for each wait.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What became of an attempt: a status, or the error that prevented one.
    """

    status: int | None = None
    text: str = ""
    error: str = ""
    retry_after: str = ""
    seconds: float = 0.0

    @property
    def is_accepted(self) -> bool:
        """
        Whether the receiver took it over.
        """
        return self.status is not None and 200 <= self.status < 300


def send(request: Request) -> Answer:
    """
    Send one request. Raises nothing: what went wrong is in the answer. Redirects are not followed.
    """
    began = monotonic()
    with Deadline(DEADLINE) as deadline:
        try:
            answer = _exchange(request, deadline)
        except FAILURES as exc:
            answer = Answer(error=_told(exc, deadline))
    return Answer(answer.status, answer.text, answer.error, answer.retry_after, monotonic() - began)


def proxy_of() -> tuple[str, int, str] | None:
    """
    Host, port and credentials of ``GOFLOW_WEBHOOK_PROXY``; None when it is blank.

    Raises ImproperlyConfigured for a text that is no address of an HTTP proxy.
    """
    if not conf.WEBHOOK_PROXY:
        return None
    parts = urlsplit(conf.WEBHOOK_PROXY)
    if parts.scheme != "http" or not parts.hostname or not parts.port:
        raise ImproperlyConfigured(
            "GOFLOW_WEBHOOK_PROXY is no address of a proxy; write it as http://proxy.example.com:3128"
        )
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return parts.hostname, parts.port, credentials


def _told(exc: Exception, deadline: Deadline) -> str:
    if deadline.is_over:
        return f"no answer within {deadline.seconds:g} seconds"
    text = str(exc) if isinstance(exc, GoflowError) else f"{type(exc).__name__}: {exc}"
    return storable(text[:LONGEST_ERROR])


def _exchange(request: Request, deadline: Deadline) -> Answer:
    target = ssrf.parse(request.url)
    proxy = proxy_of()
    direct = proxy is None
    connection = _direct(target, request, deadline) if direct else _through(target, request, deadline)
    url = target.path if direct or target.scheme == "https" else f"http://{target.authority}{target.path}"
    headers = {**request.headers, "Host": target.authority}
    if proxy is not None and target.scheme == "http":
        headers.update(_proxy_headers(proxy[2]))
    try:
        connection.request(
            "POST", url, body=request.body, headers=headers, preload_content=False, decode_content=False
        )
        response = connection.getresponse()
        deadline.left()  # a connection that was cut looks like headers that came to their end
        return _answer(response)
    finally:
        connection.close()


def _direct(target: ssrf.Target, request: Request, deadline: Deadline) -> Plain:
    line = Line(ssrf.addresses(target), target.port, request.timeout, deadline)
    return _connection(target, target.host, line)


def _through(target: ssrf.Target, request: Request, deadline: Deadline) -> Plain:
    """
    Through the proxy, which resolves the name and decides whether it may be reached.
    """
    host, port, credentials = proxy_of() or ("", 0, "")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = tuple(dict.fromkeys(str(place[0]) for *_unused, place in found))
    connection = _connection(target, host, Line(places, port, request.timeout, deadline))
    if target.scheme == "https":
        connection.set_tunnel(target.host, target.port, headers=_proxy_headers(credentials))
    return connection


def _connection(target: ssrf.Target, host: str, line: Line) -> Plain:
    connection: Plain
    if target.scheme == "https":
        connection = Secure(
            host, line.port, timeout=line.timeout, ssl_context=trust(), server_hostname=target.host
        )
    else:
        connection = Plain(host, line.port, timeout=line.timeout)
    connection.line = line
    return connection


def _proxy_headers(credentials: str) -> dict[str, str]:
    return make_headers(proxy_basic_auth=credentials) if credentials else {}


def _answer(response: BaseHTTPResponse) -> Answer:
    """
    The status decides; what cannot be read behind it is missing in the log only.
    """
    try:
        content = response.read(READ, decode_content=False)
    except FAILURES:
        content = b""
    redirect = 300 <= response.status < 400
    return Answer(
        status=response.status,
        text=storable(content.decode(errors="replace")),
        error="redirects are not followed; enter the final address" if redirect else "",
        retry_after=response.headers.get("Retry-After", ""),
    )
