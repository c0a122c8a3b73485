"""
Who has a draft open: told every few seconds by the browsers, kept in the cache only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse

from goflow import clock
from goflow.designer.frame import door, find, may
from goflow.desk.people import person

POLL = 20
"""Seconds between two calls of a browser."""

GONE = 3 * POLL
"""Seconds after which a browser that is silent counts as closed."""

Seen = Mapping[str, tuple[str, float]]


@door("POST")
def presence(request: HttpRequest, pk: int) -> JsonResponse:
    """
    Note that this person has the draft open, if he may edit it, and tell the names of the others.

    The names are a courtesy: two calls at the same moment may lose one until the next poll.
    """
    process = find(request, pk)
    user: Any = request.user
    own, now = str(user.pk), clock.now().timestamp()
    key = f"goflow:designer:{process._state.db}:{process.pk}"
    seen = _present(cache.get(key) or {}, now)
    if may(request, process).edit:
        seen[own] = (person(user), now)
        cache.set(key, seen, GONE)
    others = sorted(name for actor, (name, _) in seen.items() if actor != own)
    return JsonResponse({"others": others, "revision": process.revision, "poll": POLL})


def _present(seen: Seen, now: float) -> dict[str, tuple[str, float]]:
    return {actor: (name, at) for actor, (name, at) in seen.items() if at > now - GONE}
