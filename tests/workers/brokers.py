"""
Brokers that a test may stop and start, and where to find those that run already.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from fakeredis import TcpFakeServer

PATIENCE_SECONDS = 30


def answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), 3).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reachable() -> dict[str, str]:
    """The brokers that run: where, by their kind."""
    named = {
        "redis": os.environ.get("GOFLOW_TEST_REDIS_URL", ""),
        "rabbitmq": os.environ.get("GOFLOW_TEST_AMQP_URL", ""),
    }
    return {kind: url for kind, url in named.items() if url and answers(url)}


class OwnRedis:
    """A Redis server of the test's own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.server = subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
        for _ in range(PATIENCE_SECONDS * 20):
            if answers(self.url):
                return
            with suppress(subprocess.TimeoutExpired):
                self.server.wait(0.05)
        raise TimeoutError("redis-server does not answer")

    def stop(self) -> None:
        self.server.kill()
        self.server.wait(PATIENCE_SECONDS)


class FakeRedis:
    """fakeredis' server, where no real one can be started."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.server = TcpFakeServer(("127.0.0.1", self.port), server_type="redis")
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(PATIENCE_SECONDS)


class Proxy:
    """The door to a broker that runs already: while it is shut nobody gets in, and all are out."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.port = free_port()
        self.url = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{self.port}")

    def start(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.bell, self.listening = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.bell.send(b"!")
        self.thread.join(PATIENCE_SECONDS)

    def _serve(self) -> None:
        partners: dict[socket.socket, socket.socket] = {}
        while True:
            ready, _, _ = select.select([self.door, self.listening, *partners], [], [])
            if self.listening in ready:
                break
            for one in ready:
                if one is self.door:
                    guest, _ = self.door.accept()
                    host = socket.create_connection(self.target)
                    partners |= {guest: host, host: guest}
                elif one in partners:
                    self._carry(one, partners)
        for one in (self.door, self.bell, self.listening, *partners):
            one.close()

    def _carry(self, one: socket.socket, partners: dict[socket.socket, socket.socket]) -> None:
        try:
            data = one.recv(65536)
            partners[one].sendall(data)
        except OSError:
            data = b""
        if not data:
            other = partners.pop(one)
            partners.pop(other, None)
            one.close()
            other.close()


class FakeRedisBehindProxy(Proxy):
    """A fake one keeps serving those who are in; a door in front of it can be shut."""

    def __init__(self) -> None:
        self.server = FakeRedis()
        self.server.start()
        super().__init__(self.server.url)


Stoppable = OwnRedis | Proxy


def stoppable() -> dict[str, Callable[[], Stoppable]]:
    """How to make a broker of each kind that can be stopped."""
    is_real = shutil.which("redis-server") is not None
    found: dict[str, Callable[[], Stoppable]] = {
        "redis" if is_real else "fakeredis": OwnRedis if is_real else FakeRedisBehindProxy
    }
    if "rabbitmq" in reachable():
        found["rabbitmq"] = lambda: Proxy(reachable()["rabbitmq"])
    return found
