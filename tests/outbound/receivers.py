"""
Real receivers of webhooks on the loopback interface, which answer as they are told.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 60


@dataclass(frozen=True)
class Got:
    """
    A request that arrived.
    """

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """
    A server in a thread. ``mode`` is a status, or the name of a method of ``_Handler``.
    """

    mode: int | str = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thank you"
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    scheme: str = "http"
    over: threading.Event = field(default_factory=threading.Event)
    target: int | None = None
    on_request: Callable[[Got], None] = lambda _got: None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def receiver(self) -> Receiver:
        return self.server.receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        got = Got(self.path, dict(self.headers), body)
        self.receiver.got.append(got)
        self.receiver.on_request(got)
        mode = self.receiver.mode
        self.close_connection = True
        if isinstance(mode, int):
            self.simply(mode)
        else:
            getattr(self, mode)()

    def do_CONNECT(self) -> None:
        """
        A proxy: whatever the name is, the tunnel ends at the target.
        """
        self.receiver.got.append(Got(self.path, dict(self.headers), b""))
        self.close_connection = True
        target = self.receiver.target
        if target is None:
            self.simply(403)
            return
        with socket.create_connection(("127.0.0.1", target), timeout=PATIENCE) as beyond:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            there = threading.Thread(target=pump, args=(self.connection, beyond), daemon=True)
            there.start()
            pump(beyond, self.connection)
            there.join(PATIENCE)

    def simply(self, status: int) -> None:
        self.send_response(status)
        for name, value in self.receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.receiver.answer)))
        self.end_headers()
        self.wfile.write(self.receiver.answer)

    def hang(self) -> None:
        self.receiver.over.wait(PATIENCE)

    def drip(self) -> None:
        self.drop_by_drop(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)

    def drip_body(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        self.drop_by_drop(b"." * 9999)

    def drop_by_drop(self, text: bytes) -> None:
        for place in range(len(text)):
            if self.receiver.over.wait(0.02):
                return
            try:
                self.wfile.write(text[place : place + 1])
                self.wfile.flush()
            except OSError:
                return

    def endless(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not self.receiver.over.is_set():
            try:
                self.wfile.write(b"x" * 65_536)
            except OSError:
                return

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def garbage(self) -> None:
        self.wfile.write(b"\x00\xff what is this?\r\n\r\n")

    def log_message(self, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    receiver: Receiver
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        found, address = super().get_request()
        self.receiver.connections += 1
        return found, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the other side went away: that is what some tests are about


def pump(source: socket.socket, target: socket.socket) -> None:
    """
    Copy until one side is done.
    """
    try:
        while found := source.recv(65_536):
            target.sendall(found)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def receiver(context: ssl.SSLContext | None = None, **options: Any) -> Iterator[Receiver]:
    """
    A receiver as long as the block lasts.
    """
    made = Receiver(scheme="https" if context else "http", **options)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver, server.context, made.port = made, context, server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
