"""
A definition as a picture: SVG text.

It has no style attributes and no script, so it may stand in a page under a strict content security policy.
Looks come from the page: ``gf-node``, ``gf-edge`` and ``gf-label`` with ``gf-<state>``, ``gf-kind-<kind>``
and ``gf-taken``. Without a style sheet it is drawn in the colour of the text. State is told by symbol and
border as well as by colour. ``outline`` is the same for everybody who does not see the picture.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from goflow.core import label_places, layout, lettering, routing
from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.core.outline import WORDS, Mark, OutlineRow, State, dot, kind_of, label, outline
from goflow.core.routing import Box, Edge, Path, Point, Space

__all__ = ["WORDS", "Mark", "OutlineRow", "State", "dot", "label", "outline", "svg"]

TITLE_SIZE = 13
LABEL_SIZE = 11
LINE_HEIGHT = 16
LABEL_LINE = 13
LABEL_ROOM = 104
LABEL_WIDEST = 160
LABEL_MARGIN = 24
FURTHEST = 2.0
BORDER = 20
FAN = 4
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"

SYMBOLS: Mapping[State, str] = {
    State.DONE: "M-4 0 L-1 3 L4 -3",
    State.CURRENT: "M-3 0 A3 3 0 1 0 3 0 A3 3 0 1 0 -3 0 Z",
    State.WAITING: "M-3 -4 H3 L-3 4 H3 Z",
    State.FAILED: "M-3 -3 L3 3 M3 -3 L-3 3",
    State.ADDED: "M-4 0 H4 M0 -4 V4",
    State.REMOVED: "M-4 0 H4",
    State.CHANGED: "M-4 -2 H4 M-4 2 H4 M-2 5 L2 -5",
    State.MOVED: "M-4 0 H4 M1 -3 L4 0 L1 3",
}
BORDERS: Mapping[State, dict[str, str]] = {
    State.CURRENT: {"stroke-width": "3"},
    State.WAITING: {"stroke-dasharray": "5 3"},
    State.FAILED: {"stroke-width": "3"},
    State.ADDED: {"stroke-width": "3"},
    State.REMOVED: {"stroke-dasharray": "2 3"},
    State.MOVED: {"stroke-dasharray": "8 3"},
}


def svg(
    definition: ProcessDef,
    *,
    marks: Mapping[str, Mark] | None = None,
    taken: Collection[str] = (),
    title: str = "",
    words: Mapping[str, str] = WORDS,
) -> str:
    """
    SVG text of the definition.

    Args:
        definition: what to draw.
        marks: state by key of activity; keys of transitions are marked too.
        taken: keys of the transitions an instance went through.
        title: name of the picture, else the title of the process.
        words: replacements for ``WORDS``.
    """
    return _Drawing(definition, marks or {}, taken, {**WORDS, **words}).text(title or definition.title)


class _Label(NamedTuple):
    lines: list[str]
    width: float
    height: float


class _Drawing:
    def __init__(
        self,
        definition: ProcessDef,
        marks: Mapping[str, Mark],
        taken: Collection[str],
        words: Mapping[str, str],
    ) -> None:
        self.definition = definition
        self.marks = marks
        self.taken = frozenset(taken)
        self.words = words
        known = {a.key for a in definition.activities}
        self.ways = [t for t in definition.transitions if t.source in known and t.target in known]
        self.labels = {t.key: _lettered(label(definition, t, words)) for t in self.ways}
        self.boxes = self._boxes()
        edges = [Edge(t.key, t.source, t.target) for t in self.ways]
        self.paths = routing.routes(self.boxes, edges)
        self.places = self._places()

    def _boxes(self) -> dict[str, Box]:
        """
        The stored or computed positions, pulled apart to the sides where labels need the room.
        """
        places = layout.positions(self.definition)
        factor = max((self._stretch(way, places) for way in self.ways), default=1.0)
        return {a.key: self._box(a, places[a.key], factor) for a in self.definition.activities}

    def _stretch(self, way: TransitionDef, places: Mapping[str, tuple[int, int]]) -> float:
        """
        How much farther apart both ends have to be for the label to lie between them.
        """
        apart = places[way.target][0] - places[way.source][0]
        wanted = layout.NODE_WIDTH + self.labels[way.key].width + LABEL_MARGIN
        is_beside = apart >= layout.NODE_WIDTH + routing.NEAR
        return min(FURTHEST, max(1.0, wanted / apart)) if is_beside and self.labels[way.key].lines else 1.0

    def _box(self, activity: ActivityDef, place: tuple[int, int], factor: float) -> Box:
        is_end = self.definition.is_end(activity.key)
        spread = 12 if is_end else 0 if activity.is_dummy else 20
        return Box(round(place[0] * factor), place[1], layout.NODE_WIDTH, layout.NODE_HEIGHT, spread)

    def _places(self) -> dict[str, Box]:
        space = Space()
        for key, box in self.boxes.items():
            space.add(key, box.grown(2))
        for key, path in self.paths.items():
            for box in label_places.covers(path):
                space.add(key, box)
        found: dict[str, Box] = {}
        for way in (t for t in self.ways if self.labels[t.key].lines):
            _, width, height = self.labels[way.key]
            is_fan = len(self.definition.outgoing(way.source)) > FAN
            found[way.key] = label_places.place_label(
                self.paths[way.key], width, height, space, at_end=is_fan
            )
            space.add(way.key, found[way.key])
        return found

    def text(self, title: str) -> str:
        frame = self._frame()
        root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "gf-drawing",
                "role": "img",
                "viewBox": " ".join(_number(n) for n in frame[:4]),
                "width": _number(frame.width),
                "height": _number(frame.height),
                "font-family": FONT,
            },
        )
        _add(root, "title", {}, title)
        _add(root, "desc", {}, self._description())
        for way in self.ways:
            self._draw_edge(root, way)
        for key, box in self.places.items():
            self._draw_label(root, key, box)
        for activity in self.definition.activities:
            self._draw_node(root, activity, self.boxes[activity.key])
        return ET.tostring(root, encoding="unicode")

    def _frame(self) -> Box:
        spots = [point for path in self.paths.values() for point in routing.points(path)]
        for box in (*self.boxes.values(), *self.places.values()):
            spots += [Point(box.x, box.y), Point(box.right, box.bottom)]
        spots = spots or [Point(0, 0)]
        left, top = min(p.x for p in spots), min(p.y for p in spots)
        right, bottom = max(p.x for p in spots), max(p.y for p in spots)
        return Box(left, top, right - left, bottom - top).grown(BORDER)

    def _description(self) -> str:
        rows = outline(self.definition, self.marks, words=self.words)
        return "; ".join(" ".join(part for part in (row.title, row.state, row.badge) if part) for row in rows)

    # Lines

    def _draw_edge(self, root: ET.Element, way: TransitionDef) -> None:
        path = self.paths[way.key]
        mark = self.marks.get(way.key)
        names = ["gf-edge", *(["gf-taken"] if way.key in self.taken else []), *_state_class(mark)]
        look = {"stroke-width": "2.5"} if way.key in self.taken else {"stroke-width": "1.5"}
        if way.is_timeout:
            names.append("gf-timeout")
            look["stroke-dasharray"] = "2 4"
        look.update(BORDERS.get(mark.state, {}) if mark else {})
        group = _add(root, "g", {"class": " ".join(names)})
        line = {"class": "gf-line", "d": _path_text(path), "fill": "none", "stroke": "currentColor"}
        _add(group, "path", line | look)
        _add(group, "path", {"class": "gf-arrow", "d": _arrow(path[-1]), "fill": "currentColor"})

    def _draw_label(self, root: ET.Element, key: str, box: Box) -> None:
        names = ["gf-label", *(["gf-taken"] if key in self.taken else []), *_state_class(self.marks.get(key))]
        group = _add(root, "g", {"class": " ".join(names)})
        _add(group, "title", {}, label(self.definition, self.definition.transition(key), self.words))
        _add(group, "rect", {"class": "gf-label-back", **_frame_of(box), "rx": "3", "fill": "Canvas"})
        top = box.y + LABEL_LINE - 3
        for number, line in enumerate(self.labels[key].lines):
            _add_text(group, line, Point(box.center.x, top + number * LABEL_LINE), LABEL_SIZE)

    # Nodes

    def _draw_node(self, root: ET.Element, activity: ActivityDef, box: Box) -> None:
        mark = self.marks.get(activity.key)
        is_end = self.definition.is_end(activity.key)
        names = [
            "gf-node",
            f"gf-kind-{kind_of(activity)}",
            *(["gf-end"] if is_end else []),
            *_state_class(mark),
        ]
        if activity.key == self.definition.begin:
            names.append("gf-begin")
        group = _add(root, "g", {"class": " ".join(names)})
        _add(group, "title", {}, activity.title)
        look = {"class": "gf-shape", "fill": "Canvas", "stroke": "currentColor", "stroke-width": "1.5"}
        look.update(BORDERS.get(mark.state, {}) if mark else {})
        self._draw_shape(group, activity, box, look)
        _draw_title(group, activity.title or activity.key, box, is_dummy=activity.is_dummy and not is_end)
        if mark:
            _draw_mark(group, mark, box)

    def _draw_shape(self, group: ET.Element, activity: ActivityDef, box: Box, look: dict[str, str]) -> None:
        is_end = self.definition.is_end(activity.key)
        if activity.is_dummy and not is_end:
            corners = ((box.x, box.center.y), (box.center.x, box.y), (box.right, box.center.y))
            all_corners = (*corners, (box.center.x, box.bottom))
            _add(
                group,
                "polygon",
                look | {"points": " ".join(f"{_number(x)},{_number(y)}" for x, y in all_corners)},
            )
            return
        radius = box.height / 2 if is_end else 8
        _add(group, "rect", look | _frame_of(box) | {"rx": _number(radius)})
        if is_end:
            inner = {"class": "gf-inner", "fill": "none", "stroke": "currentColor", "rx": _number(radius - 4)}
            _add(group, "rect", _frame_of(box.grown(-4)) | inner)
        if activity.key == self.definition.begin:
            tip, middle = box.x + 6, box.y + 10
            arrow = f"M{_number(tip)} {_number(middle - 4)} l7 4 l-7 4 Z"
            _add(group, "path", {"class": "gf-start", "d": arrow, "fill": "currentColor"})


def _draw_title(group: ET.Element, title: str, box: Box, *, is_dummy: bool) -> None:
    room, count = (96, 1) if is_dummy else (box.width - 28, 2)
    lines = lettering.wrap(title, room, TITLE_SIZE, count)
    first = box.center.y + 4.5 - (len(lines) - 1) * LINE_HEIGHT / 2
    for number, line in enumerate(lines):
        _add_text(group, line, Point(box.center.x, first + number * LINE_HEIGHT), TITLE_SIZE)


def _draw_mark(group: ET.Element, mark: Mark, box: Box) -> None:
    at = {"transform": f"translate({_number(box.right - 10)} {_number(box.y + 1)})"}
    corner = _add(group, "g", {"class": "gf-mark", **at})
    _add(corner, "circle", {"class": "gf-mark-back", "r": "9", "fill": "Canvas", "stroke": "currentColor"})
    sign = {"class": "gf-symbol", "d": SYMBOLS[mark.state], "fill": "none", "stroke": "currentColor"}
    _add(corner, "path", sign | {"stroke-width": "2", "stroke-linejoin": "round", "stroke-linecap": "round"})
    if mark.badge:
        _draw_badge(group, mark.badge, box)


def _draw_badge(group: ET.Element, badge: str, box: Box) -> None:
    lines = lettering.wrap(badge, box.width - 30, LABEL_SIZE, 1)
    width = lettering.width("".join(lines), LABEL_SIZE) + 12
    pill = Box(box.x + 10, box.bottom - 7, width, 16)
    look = {"class": "gf-badge", "rx": "8", "fill": "Canvas", "stroke": "currentColor"}
    _add(group, "rect", _frame_of(pill) | look)
    for line in lines:
        _add_text(group, line, Point(pill.center.x, pill.y + 12), LABEL_SIZE)


def _lettered(text: str) -> _Label:
    lines = lettering.whole(text, LABEL_ROOM, LABEL_SIZE, 2, LABEL_WIDEST)
    width = max((lettering.width(line, LABEL_SIZE) for line in lines), default=0.0)
    return _Label(lines, width + 6 if lines else 0.0, len(lines) * LABEL_LINE + 2)


def _state_class(mark: Mark | None) -> list[str]:
    return [f"gf-{mark.state.value}"] if mark else []


def _path_text(path: Path) -> str:
    parts = [f"M{_number(path[0][0].x)} {_number(path[0][0].y)}"]
    for _, b, c, d in path:
        parts.append("C" + " ".join(f"{_number(p.x)} {_number(p.y)}" for p in (b, c, d)))
    return " ".join(parts)


def _arrow(last: tuple[Point, Point, Point, Point]) -> str:
    _, _, control, tip = last
    length = math.hypot(tip.x - control.x, tip.y - control.y) or 1.0
    dx, dy = (tip.x - control.x) / length, (tip.y - control.y) / length
    corners = [Point(tip.x - 9 * dx + side * 4.5 * dy, tip.y - 9 * dy - side * 4.5 * dx) for side in (1, -1)]
    return "M" + " L".join(f"{_number(p.x)} {_number(p.y)}" for p in (tip, *corners)) + " Z"


def _frame_of(box: Box) -> dict[str, str]:
    return {
        "x": _number(box.x),
        "y": _number(box.y),
        "width": _number(box.width),
        "height": _number(box.height),
    }


def _add_text(parent: ET.Element, text: str, at: Point, size: int) -> None:
    look = {"text-anchor": "middle", "font-size": str(size), "fill": "currentColor"}
    _add(parent, "text", {"x": _number(at.x), "y": _number(at.y), **look}, text)


def _add(parent: ET.Element, tag: str, attributes: dict[str, str], text: str = "") -> ET.Element:
    child = ET.SubElement(parent, tag, {name: lettering.clean(value) for name, value in attributes.items()})
    child.text = lettering.clean(text) or None
    return child


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
