"""
What the browser sends: JSON of limited size, read without trust.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext

from goflow.core import exchange, readers
from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError
from goflow.core.graph import ProcessDef
from goflow.designer.answers import Refused

LARGEST_BODY = 2_000_000
"""Bytes of a request that are read at most."""

REVISION = re.compile(r'(?:W/)?"([0-9]{1,9})"')
UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Data = dict[str, object]


def read(request: HttpRequest) -> Data:
    """
    The object in the body. Raises Refused: 413 when it is too large, 400 when it is none.
    """
    try:
        content = request.body
    except RequestDataTooBig as exc:
        raise _too_large() from exc
    if len(content) > LARGEST_BODY:
        raise _too_large()
    try:
        found = json.loads(content, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as exc:
        raise Refused(400, "no-json", gettext("The request is no JSON (%s).") % exc) from exc
    return readers.mapping(found, "")


def _too_large() -> Refused:
    text = gettext("The request has more than %d bytes. Split the process into subflows.")
    return Refused(413, "too-large", text % LARGEST_BODY)


def _object(pairs: list[tuple[str, object]]) -> Data:
    found = dict(pairs)
    if len(found) < len(pairs):
        doubled = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"{doubled!r} is given twice in one object")
    return found


def _constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def revision(request: HttpRequest) -> int:
    """
    The revision in ``If-Match``. Raises Refused (428) without one: nothing is overwritten unseen.
    """
    found = REVISION.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        text = gettext("Say with If-Match which revision of the draft the change is based on.")
        raise Refused(428, "if-match-required", text)
    return int(found[1])


def graph(body: Data) -> ProcessDef:
    """
    The definition under ``graph``, which may be unfinished: conditions that do not parse stay as typed.

    Raises ExchangeError, naming the path, for whatever else is not understood.
    """
    data = readers.mapping(body.get("graph"), "graph")
    entries = data.get("transitions")
    if not isinstance(entries, list):
        return exchange.from_dict(data)
    typed = {index: text for index, entry in enumerate(entries) if (text := _unfinished(entry))}
    kept = [{**entry, "condition": ""} if index in typed else entry for index, entry in enumerate(entries)]
    definition = exchange.from_dict({**data, "transitions": kept})
    ways = enumerate(definition.transitions)
    return replace(
        definition,
        transitions=tuple(replace(t, condition=typed[i]) if i in typed else t for i, t in ways),
    )


def _unfinished(entry: object) -> str:
    """
    The condition of an entry if it can be stored but not understood, else nothing.
    """
    text = entry.get("condition") if isinstance(entry, dict) else None
    if not isinstance(text, str) or len(text) > readers.MAX_CONDITION or UNSTORABLE.search(text):
        return ""
    try:
        normalise(text)
    except ConditionError:
        return text
    return ""


def whole(body: Data, name: str) -> int | None:
    """
    The whole number of that name; None when it is missing or null.
    """
    value = body.get(name)
    return None if value is None else readers.whole(value, name)


def text(body: Data, name: str, limit: int) -> str:
    """
    The text of that name; blank when it is missing or null.
    """
    value = body.get(name)
    return "" if value is None else readers.text(limit)(value, name)
