"""
What the old address checks before it saves, as sentences.

Two rules of the old designer are relaxed: a way may lead back to the begin activity, and ways without name
and condition are fine where all of them are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from goflow.core.graph import Kind, NodeType, SplitMode
from goflow.core.readers import MAX_TITLE

Entry = dict[str, Any]  # JSON as it came, with the keys of what it is connected to


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    The whole graph as it would be after the change.
    """

    activities: tuple[Entry, ...]
    transitions: tuple[Entry, ...]
    begin: str
    end: str

    @property
    def keys(self) -> frozenset[str]:
        """
        The keys of the activities.
        """
        return frozenset(activity["key"] for activity in self.activities)


Rule = Callable[[Drawing], Iterator[str]]


def errors(drawing: Drawing) -> list[str]:
    """
    Everything that keeps the drawing from being saved; empty when nothing does.
    """
    return [text for rule in RULES for text in rule(drawing)]


def _activities(drawing: Drawing) -> Iterator[str]:
    if not drawing.activities:
        yield gettext("Draw at least one activity.")
    titles = [str(activity.get("title") or "").strip() for activity in drawing.activities]
    if not all(titles):
        yield gettext("Every activity needs a title.")
    for title, count in Counter(titles).items():
        if len(title) > MAX_TITLE:
            yield gettext("The title “%(title)s” has more than 100 characters.") % {"title": title[:40]}
        if title and count > 1:
            yield gettext("Several activities are called “%(title)s”.") % {"title": title}


def _kinds(drawing: Drawing) -> Iterator[str]:
    for activity in drawing.activities:
        named = {"title": activity.get("title")}
        if activity.get("kind", "standard") not in {kind.value for kind in Kind}:
            yield gettext("The kind of “%(title)s” is unknown.") % named
        if activity.get("node_type", "standard") not in {node.value for node in NodeType}:
            yield gettext("The type of “%(title)s” is unknown.") % named


def _types(drawing: Drawing) -> Iterator[str]:
    for activity in drawing.activities:
        named = {"title": activity.get("title")}
        kind, form = activity.get("node_type"), activity.get("form_class")
        if kind == "gateway" and activity.get("kind") != "dummy":
            yield gettext("“%(title)s” is a gateway, so its kind must be dummy.") % named
        if kind == "gateway" and (form or activity.get("form_template")):
            yield gettext("“%(title)s” is a gateway, so it has no form.") % named
        if kind in ("service", "script") and not activity.get("autostart"):
            yield gettext("“%(title)s” runs by itself, so it must start automatically.") % named
        if kind == "script" and not activity.get("autofinish", True):
            yield gettext("“%(title)s” is a script, so it must finish automatically.") % named
        if kind == "notification" and form:
            yield gettext("“%(title)s” is a notification, so it has no form.") % named


def _ends(drawing: Drawing) -> Iterator[str]:
    if drawing.begin not in drawing.keys:
        yield gettext("Choose the begin activity.")
    if drawing.end not in drawing.keys:
        yield gettext("Choose the end activity.")
    if drawing.begin and drawing.begin == drawing.end:
        yield gettext("Begin and end must be two activities.")


def _transitions(drawing: Drawing) -> Iterator[str]:
    if not drawing.transitions:
        yield gettext("Draw at least one transition.")
    for way in drawing.transitions:
        if not {way["source"], way["target"]} <= drawing.keys:
            yield gettext("A transition has an end that does not exist.")
        elif way["source"] == way["target"]:
            yield gettext("A transition leads back to the activity it comes from.")
    told = Counter(map(_content, drawing.transitions))
    if any(count > 1 for count in told.values()):
        yield gettext("Two transitions are the same.")


def _content(way: Entry) -> tuple[str, ...]:
    return way["source"], way["target"], way.get("condition") or "", way.get("name") or ""


def _choices(drawing: Drawing) -> Iterator[str]:
    for activity in drawing.activities:
        ways = [way for way in drawing.transitions if way["source"] == activity["key"]]
        if activity.get("split_mode") != SplitMode.XOR.value or len(ways) < 2:
            continue
        named = {"title": activity.get("title")}
        if not all(way.get("name") or way.get("condition") for way in ways):
            yield gettext("Every way out of “%(title)s” needs a name or a condition.") % named
        if sum(not way.get("condition") for way in ways) > 1:
            yield gettext("Only one way out of “%(title)s” may have no condition.") % named


def _connections(drawing: Drawing) -> Iterator[str]:
    sources = {way["source"] for way in drawing.transitions}
    targets = {way["target"] for way in drawing.transitions}
    for activity in drawing.activities:
        if activity["key"] not in sources | targets:
            yield gettext("“%(title)s” is not connected.") % {"title": activity.get("title")}
    if drawing.begin in drawing.keys and drawing.begin not in sources:
        yield gettext("Nothing leads out of the begin activity.")
    if drawing.end in sources:
        yield gettext("Nothing may lead out of the end activity.")
    if drawing.end in drawing.keys and drawing.end not in targets:
        yield gettext("Nothing leads to the end activity.")


def _reachable(drawing: Drawing) -> Iterator[str]:
    reached, waiting = {drawing.begin}, [drawing.begin]
    while waiting:
        key = waiting.pop()
        found = {way["target"] for way in drawing.transitions if way["source"] == key} - reached
        reached |= found
        waiting += found
    for activity in drawing.activities:
        if drawing.begin in drawing.keys and activity["key"] not in reached:
            yield gettext("“%(title)s” cannot be reached from the begin.") % {"title": activity.get("title")}


RULES: tuple[Rule, ...] = (
    _activities,
    _kinds,
    _types,
    _ends,
    _transitions,
    _choices,
    _connections,
    _reachable,
)
