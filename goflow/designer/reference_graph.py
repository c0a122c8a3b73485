"""
The old address of the graph: rows by their primary keys, a part of the model, saved piece by piece.

What the payload does not know (roles, push and automatic applications, split and join, hooks) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext

from goflow.core import exchange, readers
from goflow.core.graph import ActivityDef
from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.drafts import save
from goflow.designer.frame import door, find, find_to_change
from goflow.designer.reference_rules import Drawing, Entry, errors
from goflow.errors import DefinitionError, DefinitionFrozen
from goflow.workflow import loader
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Process

ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SHOWN = ("title", "kind", "node_type", "autostart", "autofinish", "form_template", "form_class")
SWITCHES = ("autostart", "autofinish")
TRUE = frozenset({"1", "true", "yes", "on"})
MOST = exchange.MAX_TRANSITIONS


@door(*ALL)
def graph(request: HttpRequest, pk: int) -> HttpResponseBase:
    """
    The graph in the old shape; POST changes a draft.
    """
    if request.method in ("GET", "HEAD"):
        process = find(request, pk)
        return JsonResponse(_payload(process, loader.read(process)))
    try:
        process = find_to_change(request, pk)
    except PermissionDenied:
        return HttpResponse("Forbidden", status=403, content_type="text/plain")
    if request.method != "POST":
        return HttpResponse("Unsupported method", status=400, content_type="text/plain")
    return _saved(request, process)


def _payload(process: Process, loaded: Loaded) -> dict[str, object]:
    ids, ways = loaded.activity_ids, loaded.transition_ids
    head = {"id": process.pk, "title": process.title, "begin_id": process.begin_id, "end_id": process.end_id}
    return {
        "process": head,
        "activities": [{"id": ids[a.key], **_shown(a)} for a in loaded.graph.activities],
        "transitions": [
            {
                "id": ways[t.key],
                "name": t.name,
                "input_id": ids[t.source],
                "output_id": ids[t.target],
                "condition": t.condition,
            }
            for t in loaded.graph.transitions
        ],
    }


def _shown(activity: ActivityDef) -> dict[str, object]:
    place = None if activity.position is None else dict(zip("xy", activity.position, strict=True))
    shown = {name: exchange.plain(getattr(activity, name)) for name in (*SHOWN, "sla_duration", "sla_warn")}
    return {**shown, "position": place}


def _saved(request: HttpRequest, process: Process) -> HttpResponseBase:
    try:
        body = bodies.read(request)
    except Refused as exc:
        if exc.code != "no-json":
            raise
        return HttpResponse("Invalid JSON", status=400, content_type="text/plain")
    seen = process.revision
    try:
        drawing, definition = _Change(loader.read(process), body).made()
        found = errors(drawing)
        if found:
            return _refused(found)
        save(process, bodies.graph({"graph": definition}), revision=seen, by=_user(request))
    except Refused as exc:
        return _refused([exc.detail], status=409 if exc.status == 412 else exc.status)
    except DefinitionFrozen as exc:
        return _refused([str(exc)], status=409)
    except DefinitionError as exc:
        return _refused([str(exc)])
    return JsonResponse({"status": "ok"})


def _refused(texts: list[str], *, status: int = 400) -> JsonResponse:
    return JsonResponse({"status": "error", "errors": texts}, status=status)


def _user(request: HttpRequest) -> Any:
    return request.user


class _Change:
    """
    A payload over what is stored: first activities, then transitions, which name activities by either id.
    """

    def __init__(self, loaded: Loaded, body: Mapping[str, object]) -> None:
        self.loaded = loaded
        self.body = body
        self.stored = exchange.to_dict(loaded.graph)
        # Primary keys and the browser's own ids, as texts, to keys.
        self.keys = {str(pk): key for pk, key in loaded.activity_keys.items()}

    def made(self) -> tuple[Drawing, dict[str, object]]:
        """
        The whole graph for the rules, and as exchange data.
        """
        activities = self._activities()
        transitions = self._transitions({activity["key"] for activity in activities})
        begin, end = self._end("begin_id", "begin"), self._end("end_id", "end")
        definition = {
            **self.stored,
            "activities": activities,
            "transitions": transitions,
            "begin": begin,
            "end": end,
        }
        return Drawing(tuple(activities), tuple(transitions), begin, end), definition

    def _activities(self) -> list[Entry]:
        gone = self._named("deleted_activity_ids")
        kept = {entry["key"]: dict(entry) for entry in self._stored("activities")}
        for given in self._given("activities"):
            if self._ids(given) & gone:
                continue
            key = self._known(given, self.keys) or self._new_key(given, kept)
            for name in self._ids(given):
                self.keys[name] = key
            place = _place(given, self.body.get("positions"))
            kept[key] = {**kept.get(key, {"key": key}), **_fields(given), **place}
        dead = {self.keys[name] for name in gone if name in self.keys}
        return [entry for key, entry in kept.items() if key not in dead]

    def _transitions(self, alive: set[str]) -> list[Entry]:
        gone = self._named("deleted_transition_ids")
        known = {str(pk): key for pk, key in self.loaded.transition_keys.items()}
        dead = {known[name] for name in gone if name in known}
        kept = {entry["key"]: dict(entry) for entry in self._stored("transitions")}
        # Ways of deleted activities go with them.
        kept = {k: e for k, e in kept.items() if k not in dead and {e["source"], e["target"]} <= alive}
        for given in self._given("transitions"):
            if self._ids(given) & gone:
                continue
            entry = {
                "source": self.keys.get(str(given.get("input_id")), ""),
                "target": self.keys.get(str(given.get("output_id")), ""),
                "name": _text(given, "name"),
                "condition": _text(given, "condition"),
            }
            wanted = f"{entry['source']}-{entry['target']}"
            key = self._known(given, known) or _free(wanted, kept)
            ordering = kept.get(key, {}).get("ordering", exchange.ORDERING_STEP * (len(kept) + 1))
            kept[key] = {**kept.get(key, {}), **entry, "key": key, "ordering": ordering}
        return list(kept.values())

    def _end(self, name: str, field: str) -> str:
        if name not in self.body:
            return str(self.stored.get(field) or "")
        return self.keys.get(str(self.body[name]), "")

    def _stored(self, name: str) -> Iterable[Any]:
        found: Any = self.stored[name]
        return found if isinstance(found, list) else []

    def _given(self, name: str) -> list[Entry]:
        entries = readers.listing(self.body.get(name) or [], name, MOST)
        return [readers.mapping(entry, f"{name}[{index}]") for index, entry in enumerate(entries)]

    def _named(self, name: str) -> set[str]:
        return {str(entry) for entry in readers.listing(self.body.get(name) or [], name, MOST)}

    def _ids(self, given: Entry) -> set[str]:
        return {str(given[name]) for name in ("id", "client_id") if given.get(name) not in (None, "")}

    def _known(self, given: Entry, keys: Mapping[str, str]) -> str | None:
        if given.get("id") in (None, ""):
            return None
        found = keys.get(str(given["id"]))
        if found is None:
            raise DefinitionError(gettext("There is no row %(id)s in this process.") % {"id": given["id"]})
        return found

    def _new_key(self, given: Entry, kept: Mapping[str, Entry]) -> str:
        return _free(exchange.slug(str(given.get("title") or "")) or "activity", kept)


def _free(wanted: str, used: Mapping[str, Entry]) -> str:
    key, number = wanted[: exchange.LONGEST_DERIVED].lstrip("-") or "way", 1
    base = key
    while key in used:
        number += 1
        key = f"{base}-{number}"
    return key


def _fields(given: Entry) -> Entry:
    """
    What the payload says of an activity; switches may come as texts.
    """
    texts = {name: _text(given, name) for name in SHOWN if name in given and name not in SWITCHES}
    switches = {name: str(given[name]).lower() in TRUE for name in SWITCHES if name in given}
    return {**texts, **switches}


def _text(given: Entry, name: str) -> str:
    value = given.get(name)
    return "" if value is None else readers.text(readers.MAX_DESCRIPTION)(value, name)


def _place(given: Entry, positions: object) -> Entry:
    place = given.get("position")
    if place is None and isinstance(positions, dict):
        named = (str(given.get("id")), str(given.get("client_id")))
        place = next((positions[name] for name in named if name in positions), None)
    if isinstance(place, dict):
        place = [place.get("x"), place.get("y")]
    if isinstance(place, list) and all(isinstance(part, (int, float)) and isfinite(part) for part in place):
        return {"position": [round(part) for part in place]}
    return {}
