"""
Connections that go to a checked address only, and that end when their time is over.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from types import TracebackType

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context


class Deadline:
    """
    Ends an exchange after so many seconds, whatever it is doing.

    A timeout of a socket starts anew with every byte; a receiver that sends one now and then would keep a
    sender for ever. So a second handle of the connection is kept, and shut down when the time is over.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._end = monotonic() + seconds
        self._guard = threading.Lock()
        self._held: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._guard:
            if self._held is not None:
                self._held.close()
                self._held = None

    def left(self) -> float:
        """
        Seconds until the end. Raises TimeoutError when there are none.
        """
        seconds = self._end - monotonic()
        if self.is_over or seconds <= 0:
            self.is_over = True
            raise TimeoutError("the time is over")
        return seconds

    def hold(self, line: socket.socket) -> None:
        """
        The connection to end.
        """
        with self._guard:
            self._held = line.dup()
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        self.is_over = True
        with self._guard:
            if self._held is not None:
                try:
                    self._held.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # closed by the other side already


@dataclass(frozen=True, slots=True)
class Line:
    """
    Where to connect to: the first of these addresses that answers. No name is resolved any more.
    """

    places: Sequence[str]
    port: int
    timeout: float
    deadline: Deadline

    def open(self) -> socket.socket:
        """
        Connect. Raises what the last address raised.
        """
        for place in self.places[:-1]:
            try:
                return self._to(place)
            except OSError:
                continue
        return self._to(self.places[-1])

    def _to(self, place: str) -> socket.socket:
        line = socket.socket(socket.AF_INET6 if ":" in place else socket.AF_INET, socket.SOCK_STREAM)
        try:
            line.settimeout(min(self.timeout, self.deadline.left()))
            line.connect((place, self.port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(min(self.timeout, self.deadline.left()))
            self.deadline.hold(line)
        except OSError:
            line.close()
            raise
        return line


class Plain(HTTPConnection):
    """
    HTTP over a line.
    """

    line: Line

    def _new_conn(self) -> socket.socket:
        return self.line.open()


class Secure(Plain, HTTPSConnection):
    """
    HTTPS over a line. The certificate has to be for the name in the URL, not for the address.
    """


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """
    The authorities that this machine trusts; ``SSL_CERT_FILE`` names others. Read once, for that is slow.
    """
    context = create_urllib3_context()
    context.load_default_certs()
    return context
