"""
Pages of long lists by key: constant cost on every page, and no row is missed or seen twice.

The address holds the last key of every page before this one, so that "previous" needs no second query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext

SIZE = 25
CAP = 1000
LONGEST_TRAIL = 50
LARGEST = 2**63 - 1
"""What a database takes for a key."""

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Page:
    """
    The rows of one page and the addresses beside it.
    """

    rows: Sequence[Any]
    previous: str | None
    next: str | None
    count: str


def trail(request: HttpRequest) -> list[Key]:
    """
    The last keys of the pages before this one. Raises Http404 for what is no key.
    """
    return [_key(text) for text in request.GET.getlist("after")[-LONGEST_TRAIL:]]


def _key(text: str) -> Key:
    first, _comma, second = text.partition(",")
    try:
        key = int(first), int(second)
    except ValueError as exc:
        raise Http404("not a page") from exc
    if max(map(abs, key)) > LARGEST:
        raise Http404("not a page")
    return key


def paged(request: HttpRequest, rows: Sequence[Any], key: Callable[[Any], Key], *, count: int) -> Page:
    """
    A page out of at most ``SIZE + 1`` rows; the one too many tells that there is a next page.
    """
    before = trail(request)
    shown = rows[:SIZE]
    following = [*before, key(shown[-1])] if len(rows) > SIZE else None
    return Page(
        rows=shown,
        previous=_address(request, before[:-1]) if before else None,
        next=_address(request, following) if following else None,
        count=capped(count),
    )


def _address(request: HttpRequest, keys: list[Key]) -> str:
    query = request.GET.copy()
    query.setlist("after", [f"{first},{second}" for first, second in keys])
    return f"{request.path}?{query.urlencode(safe=',')}" if query else request.path


def capped(count: int) -> str:
    """
    A count to show, exact up to the cap.
    """
    text = number_format(min(count, CAP), force_grouping=True)
    return gettext("%(count)s+") % {"count": text} if count > CAP else text


def count_of(rows: QuerySet[Any]) -> int:
    """
    How many rows there are, counting no further than just above the cap. One query.
    """
    return rows.order_by()[: CAP + 1].count()
