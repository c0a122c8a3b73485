"""
Lines between boxes: which way a transition takes through the drawing.

Plain geometry in pixels. A line is a chain of cubic curves that avoids the other boxes where it can:
straight to the right, along a free lane above or below what is in between, and back along a lane underneath.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from operator import add
from typing import NamedTuple

CLEARANCE = 6
LANE_GAP = 10
LANE_OFFSET = 20
NEAR = 24
TURN = 36
ABOVE_PENALTY = 160
MAX_LANES_TRIED = 40
CHORDS = 12
BUCKET = 160
PORT_STEP = 14.0
TWIN_STEP = 24.0


class Point(NamedTuple):
    """
    A place in the drawing.
    """

    x: float
    y: float


class Box(NamedTuple):
    """
    An upright rectangle; ``spread`` is how far from the middle of a side lines may begin and end.
    """

    x: float
    y: float
    width: float
    height: float
    spread: float = 20

    @property
    def right(self) -> float:
        """
        Where it ends on the right.
        """
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """
        Where it ends below.
        """
        return self.y + self.height

    @property
    def center(self) -> Point:
        """
        The point in the middle.
        """
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def grown(self, by: float) -> Box:
        """
        The box with a margin on every side.
        """
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box) -> bool:
        """
        Whether the two overlap; touching sides do not.
        """
        beside = self.right <= other.x or other.right <= self.x
        return not (beside or self.bottom <= other.y or other.bottom <= self.y)


Curve = tuple[Point, Point, Point, Point]
Path = tuple[Curve, ...]


class Edge(NamedTuple):
    """
    A line to be drawn between two boxes, both by key.
    """

    key: str
    source: str
    target: str


@dataclass(slots=True)
class Space:
    """
    Boxes in buckets: finding what is near a place does not depend on how many there are.
    """

    buckets: dict[tuple[int, int], list[tuple[str, Box]]] = field(default_factory=dict)

    def add(self, key: str, box: Box) -> None:
        """
        Occupy a place under a name.
        """
        for bucket in _buckets(box):
            self.buckets.setdefault(bucket, []).append((key, box))

    def hits(self, box: Box) -> Iterator[tuple[str, Box]]:
        """
        What overlaps the box; something large may be named more than once.
        """
        for bucket in _buckets(box):
            for key, other in self.buckets.get(bucket, ()):
                if other.meets(box):
                    yield key, other


def _buckets(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.x // BUCKET), int(box.right // BUCKET) + 1):
        for row in range(int(box.y // BUCKET), int(box.bottom // BUCKET) + 1):
            yield column, row


def routes(boxes: Mapping[str, Box], edges: Sequence[Edge]) -> dict[str, Path]:
    """
    The way of every edge. Edges are routed in the given order; both boxes of each have to be known.
    """
    router = _Router(boxes)
    ports = _ports(boxes, edges)
    return {edge.key: router.route(edge, ports.get(edge.key)) for edge in edges}


def points(path: Path) -> list[Point]:
    """
    The line as a chain of points, close enough for measuring.
    """
    found = [path[0][0]]
    for curve in path:
        steps = 1 if _is_straight(curve) else CHORDS
        found.extend(_at(curve, step / steps) for step in range(1, steps + 1))
    return found


def along(line: Sequence[Point], fraction: float) -> Point:
    """
    The point after that share of the length.
    """
    lengths = [abs(b.x - a.x) + abs(b.y - a.y) for a, b in pairwise(line)]
    # One by one, as in core.layout.
    left = reduce(add, lengths, 0.0) * fraction
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if left <= length and length:
            part = left / length
            return Point(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part)
        left -= length
    return line[-1]


def _at(curve: Curve, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    p, q, r, s = curve
    return Point(a * p.x + b * q.x + c * r.x + d * s.x, a * p.y + b * q.y + c * r.y + d * s.y)


def _is_straight(curve: Curve) -> bool:
    return curve[0] == curve[1] and curve[2] == curve[3]


def _line(start: Point, end: Point) -> Curve:
    return start, start, end, end


def _across(start: Point, end: Point) -> Curve:
    middle = (start.x + end.x) / 2
    return start, Point(middle, start.y), Point(middle, end.y), end


def _is_forward(source: Box, target: Box) -> bool:
    return target.x - source.right >= NEAR


def _ports(boxes: Mapping[str, Box], edges: Iterable[Edge]) -> dict[str, tuple[float, float]]:
    """
    Heights at which forward edges leave and enter: spread over the sides in the order of their other ends.
    """
    leaving: dict[str, list[Edge]] = {}
    entering: dict[str, list[Edge]] = {}
    ahead = [e for e in edges if _is_forward(boxes[e.source], boxes[e.target])]
    for edge in ahead:
        leaving.setdefault(edge.source, []).append(edge)
        entering.setdefault(edge.target, []).append(edge)
    start: dict[str, float] = {}
    end: dict[str, float] = {}
    for key, group in leaving.items():
        group.sort(key=lambda e: boxes[e.target].center.y)
        start.update(_heights(boxes[key], group))
    for key, group in entering.items():
        group.sort(key=lambda e: boxes[e.source].center.y)
        end.update(_heights(boxes[key], group))
    return {e.key: (start[e.key], end[e.key]) for e in ahead}


def _heights(box: Box, group: Sequence[Edge]) -> dict[str, float]:
    """
    Lines between the same two boxes keep the height of a label apart.
    """
    has_twins = len({(edge.source, edge.target) for edge in group}) < len(group)
    count = len(group) - 1
    step = min(TWIN_STEP if has_twins else PORT_STEP, 2 * box.spread / count) if count else 0.0
    return {edge.key: box.center.y + (index - count / 2) * step for index, edge in enumerate(group)}


class _Router:
    def __init__(self, boxes: Mapping[str, Box]) -> None:
        self.boxes = boxes
        self.space = Space()
        self.solid = Space()
        self.lanes = Space()
        self.docked: Counter[str] = Counter()
        self.floor = max((box.bottom for box in boxes.values()), default=0)
        for key, box in boxes.items():
            self.space.add(key, box.grown(CLEARANCE))
            self.solid.add(key, box)

    def route(self, edge: Edge, ports: tuple[float, float] | None) -> Path:
        source, target = self.boxes[edge.source], self.boxes[edge.target]
        if edge.source == edge.target:
            return self._loop(edge.source, source)
        if ports is not None:
            return self._forward(edge, Point(source.right, ports[0]), Point(target.x, ports[1]))
        return self._back(edge, source, target)

    def _loop(self, key: str, box: Box) -> Path:
        size = 36 + 2 * LANE_GAP * self._dock(key + " loop")
        # No wider than the box and no higher than the gap above it; marks are on the right.
        near, far = Point(box.center.x - 14, box.y), Point(box.center.x - 14 - min(size, 54), box.y)
        high = box.y - min(size, 50)
        return ((far, Point(far.x - 6, high), Point(near.x + 6, high), near),)

    def _dock(self, side: str) -> int:
        self.docked[side] += 1
        return self.docked[side] - 1

    # To the right

    def _forward(self, edge: Edge, start: Point, end: Point) -> Path:
        direct = (_across(start, end),)
        if self._is_clear(direct, {edge.source, edge.target}):
            return direct
        first, last = start.x + 2 * TURN, end.x - 2 * TURN
        for y in self._heights_between(first, last, start.y, end.y) if first < last else ():
            a, b = Point(first, y), Point(last, y)
            path = (_across(start, a), _line(a, b), _across(b, end))
            if self._is_free_lane(path, edge):
                return path
        return self._below(edge, start, end) if first < last else direct

    def _below(self, edge: Edge, start: Point, end: Point) -> Path:
        """
        Along underneath everything, where there is always room; straight on if that leads nowhere better.
        """
        y = self._lowest()
        a, b = Point(start.x + 2 * TURN, y), Point(end.x - 2 * TURN, y)
        path = (_across(start, a), _line(a, b), _across(b, end))
        # Lines that go far down come near other boxes, which is better than going through them.
        is_clear = self._is_clear(path, {edge.source, edge.target}, self.solid)
        return path if is_clear else (_across(start, end),)

    def _lowest(self) -> float:
        self.floor += LANE_GAP + CLEARANCE
        return self.floor

    def _heights_between(self, first: float, last: float, start: float, end: float) -> list[float]:
        strip = Box(first, -1e5, last - first, 2e5)
        near = [box for _, box in self._boxes_in(strip)]
        below = _stepped({box.bottom + LANE_GAP for box in near}, LANE_GAP)
        above = _stepped({box.y - LANE_GAP for box in near}, -LANE_GAP)
        found = {start, end, *below, *above}
        return sorted(found, key=lambda y: (abs(y - start) + abs(y - end), y))[:MAX_LANES_TRIED]

    # Back, and up or down

    def _back(self, edge: Edge, source: Box, target: Box) -> Path:
        a, b = self._shifted(edge.source, source), self._shifted(edge.target, target)
        for path in self._upright(source, target, a, b):
            if self._is_clear(path, {edge.source, edge.target}):
                return path
        for path in self._underneath(source, target, a, b):
            if self._is_free_lane(path, edge):
                return path
        return self._round(source, target)

    def _shifted(self, key: str, box: Box) -> float:
        number = self._dock(key)
        wanted = (number + 1) // 2 * 14 * (1 if number % 2 else -1)
        limit = box.spread * 2
        return box.center.x + max(-limit, min(limit, wanted))

    def _upright(self, source: Box, target: Box, a: float, b: float) -> Iterator[Path]:
        if abs(source.center.x - target.center.x) > source.width / 2:
            return
        if target.y - source.bottom >= NEAR / 2:
            yield (_down(Point(a, source.bottom), Point(b, target.y)),)
        if source.y - target.bottom >= NEAR / 2:
            yield (_down(Point(a, source.y), Point(b, target.bottom)),)

    def _underneath(self, source: Box, target: Box, a: float, b: float) -> Iterator[Path]:
        strip = Box(min(a, b), -1e5, abs(a - b), 2e5)
        near = [box for _, box in self._boxes_in(strip)]
        lowest, highest = max(source.bottom, target.bottom), min(source.y, target.y)
        below = {box.bottom + LANE_OFFSET - CLEARANCE for box in near} | {lowest + LANE_OFFSET}
        above = {box.y - LANE_OFFSET + CLEARANCE for box in near} | {highest - LANE_OFFSET}
        ways = [(y - lowest, y, True) for y in _stepped(below, LANE_GAP) if y >= lowest + LANE_OFFSET]
        ways += [
            (highest - y + ABOVE_PENALTY, y, False) for y in _stepped(above, -LANE_GAP) if y < highest - 12
        ]
        for _, y, is_below in sorted(ways)[:MAX_LANES_TRIED]:
            start = Point(a, source.bottom if is_below else source.y)
            end = Point(b, target.bottom if is_below else target.y)
            yield _bracket(start, end, y)

    def _round(self, source: Box, target: Box) -> Path:
        """
        Out to the right, along underneath everything, and in from the left: there is always room for that.
        """
        start, end, y = Point(source.right, source.center.y), Point(target.x, target.center.y), self._lowest()
        a, b = Point(start.x, y), Point(end.x, y)
        out = (start, Point(start.x + TURN, start.y), Point(start.x + TURN, y), a)
        back = (b, Point(end.x - TURN, y), Point(end.x - TURN, end.y), end)
        return out, _line(a, b), back

    # What is in the way

    def _boxes_in(self, strip: Box) -> Iterator[tuple[str, Box]]:
        return ((key, box.grown(CLEARANCE)) for key, box in self.boxes.items() if box.meets(strip))

    def _is_free_lane(self, path: Path, edge: Edge) -> bool:
        lane = hull(path[1][0], path[1][3]).grown(LANE_GAP / 2 - 1)
        ends = (path[0], path[2])
        if any(self.lanes.hits(lane)) or any(self.space.hits(hull(path[1][0], path[1][3]))):
            return False
        if not self._is_clear(ends, {edge.source, edge.target}):
            return False
        self.lanes.add(edge.key, lane)
        return True

    def _is_clear(self, path: Path, ends: set[str], space: Space | None = None) -> bool:
        for curve in path:
            line = points((curve,))
            for start, end in pairwise(line):
                if any(key not in ends for key, _ in (space or self.space).hits(hull(start, end))):
                    return False
        return True


def hull(a: Point, b: Point) -> Box:
    """
    The upright box around two points.
    """
    return Box(min(a.x, b.x), min(a.y, b.y), max(abs(a.x - b.x), 0.1), max(abs(a.y - b.y), 0.1))


def _down(start: Point, end: Point) -> Curve:
    middle = (start.y + end.y) / 2
    return start, Point(start.x, middle), Point(end.x, middle), end


def _stepped(heights: Iterable[float], step: float) -> list[float]:
    return [y + step * index for y in heights for index in range(4)]


def _bracket(start: Point, end: Point, y: float) -> Path:
    side = 1 if end.x > start.x else -1
    turn = min(16.0, abs(end.x - start.x) / 2)
    a, b = Point(start.x + side * turn, y), Point(end.x - side * turn, y)
    return (
        (start, Point(start.x, y), Point(start.x, y), a),
        _line(a, b),
        (b, Point(end.x, y), Point(end.x, y), end),
    )
