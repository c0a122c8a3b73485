"""
Long lists in pages by key: constant cost on every page, no row missed or seen twice.

A list stays a bare array; ``X-Next-Cursor`` and ``Link`` lead to the next page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from goflow.api.errors import InvalidCursor

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000
LARGEST_KEY = 2**63 - 1
LONGEST_CURSOR = 500

Place = tuple[Any, int]


class PageIn(Schema):
    """
    Which part of a list.
    """

    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="Rows of one page.")] = DEFAULT_LIMIT
    cursor: Annotated[
        str | None, Field(max_length=LONGEST_CURSOR, description="`X-Next-Cursor` of the page before.")
    ] = None


def page(
    request: HttpRequest,
    response: HttpResponse,
    rows: QuerySet[Any],
    asked: PageIn,
    *,
    ordering: str = "id",
    fields: Mapping[str, str] | None = None,
) -> list[Any]:
    """
    One page of the rows, with the headers that lead on. One query.

    ``ordering`` is a name, with ``-`` for descending; ``fields`` maps names to columns that are never null.
    Raises InvalidCursor.
    """
    name = ordering.removeprefix("-")
    column, sign = (fields or {}).get(name, name), "-" if ordering.startswith("-") else ""
    by = [f"{sign}id"] if column == "id" else [f"{sign}{column}", f"{sign}id"]
    try:
        if asked.cursor is not None:
            rows = rows.filter(_behind(column, decode(asked.cursor, ordering), is_descending=bool(sign)))
        found = list(rows.order_by(*by)[: asked.limit + 1])
    except (ValidationError, ValueError) as exc:
        raise InvalidCursor from exc
    shown = found[: asked.limit]
    if len(found) > asked.limit:
        last = shown[-1]
        lead_on(request, response, encode(ordering, _value(last, column), last.pk))
    return shown


def lead_on(request: HttpRequest, response: HttpResponse, cursor: str) -> None:
    """
    Name the next page in the headers.
    """
    query = request.GET.copy()
    query["cursor"] = cursor
    response.headers["X-Next-Cursor"] = cursor
    response.headers["Link"] = f'<{request.build_absolute_uri(request.path)}?{query.urlencode()}>; rel="next"'


def encode(ordering: str, value: Any, pk: int) -> str:
    """
    A cursor: opaque to clients, but no secret.
    """
    text = json.dumps([ordering, value, pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, ordering: str) -> Place:
    """
    The place a cursor stands for. Raises InvalidCursor.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        kept, value, pk = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError) as exc:
        raise InvalidCursor from exc
    if kept != ordering or not _is_key(pk) or not (_is_key(value) or isinstance(value, str)):
        raise InvalidCursor
    return value, pk


def _is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_KEY


def _behind(column: str, place: Place, *, is_descending: bool) -> Q:
    value, pk = place
    way = "lt" if is_descending else "gt"
    if column == "id":
        return Q(**{f"id__{way}": pk})
    return Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": pk})


def _value(row: Any, column: str) -> Any:
    value = getattr(row, column)
    return value.isoformat() if isinstance(value, datetime) else value
