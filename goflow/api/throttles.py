"""
Guessing passwords is slow: failed sign-ins are counted per address, and per user name at an address.

Nobody is locked out by what others do elsewhere. Counts live in the cache; with several processes use a
shared one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from ninja.conf import settings
from ninja.errors import Throttled

WINDOW_SECONDS = 15 * 60
PER_USER = 10
PER_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class Counter:
    """
    Failures under one key.
    """

    key: str
    limit: int

    @property
    def is_full(self) -> bool:
        """
        Whether no further try is allowed in this window.
        """
        return int(cache.get(self.key, 0)) >= self.limit

    def count(self) -> None:
        """
        One more failure; the window begins with the first.
        """
        if not cache.add(self.key, 1, WINDOW_SECONDS):
            try:
                cache.incr(self.key)
            except ValueError:
                # The window ended between the two calls.
                cache.set(self.key, 1, WINDOW_SECONDS)


def counters(request: HttpRequest, username: str) -> tuple[Counter, Counter]:
    """
    The counters that a sign-in of this name from this address falls under.
    """
    place = address(request)
    return (
        Counter(_key(f"user|{place}|{username.strip().casefold()}"), PER_USER),
        Counter(_key(f"address|{place}"), PER_ADDRESS),
    )


def require_room(request: HttpRequest, username: str) -> None:
    """
    Raises Throttled (429) when too many sign-ins have failed.
    """
    if any(counter.is_full for counter in counters(request, username)):
        raise Throttled(wait=WINDOW_SECONDS)


def failed(request: HttpRequest, username: str) -> None:
    """
    Count a failed sign-in.
    """
    for counter in counters(request, username):
        counter.count()


def address(request: HttpRequest) -> str:
    """
    Where the request comes from. ``X-Forwarded-For`` is believed only as far as ``NINJA_NUM_PROXIES`` says.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.NUM_PROXIES
    if not proxies:
        return remote
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    return forwarded[-min(proxies, len(forwarded))] if forwarded else remote


def _key(text: str) -> str:
    return f"goflow.api.signin.{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"
