"""
Coordinates of the activities of a definition: the stored ones, and computed ones where none are stored.

Positions are the top left corners of nodes, in pixels on an 8-pixel grid. The computed layout is layered from
left to right and deterministic: the same definition gives the same picture everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from operator import add

from goflow.core.graph import ProcessDef

NODE_WIDTH = 144
NODE_HEIGHT = 56
GAP_X = 96
GAP_Y = 40
GRID = 8
MARGIN = 40

PITCH_X = NODE_WIDTH + GAP_X
PITCH_Y = NODE_HEIGHT + GAP_Y
SWEEPS = 4
LONGEST = 12
LANE = 0.125

Position = tuple[int, int]
Neighbours = Mapping[str, list[str]]


def positions(definition: ProcessDef) -> dict[str, Position]:
    """
    The top left corner of every activity, by key, in the order of the definition.

    Stored positions are kept; an activity without one is placed beside a stored neighbour.
    """
    stored = {a.key: a.position for a in definition.activities if a.position is not None}
    missing = [a.key for a in definition.activities if a.position is None]
    if not missing:
        return stored
    net = _Net.of(definition)
    sheet = _Sheet.of(net)
    computed = _placed_in_layers(net, sheet)
    if stored:
        order = [key for layer in sheet.layers for key in layer if key not in sheet.lanes]
        computed = _placed_beside(net, stored, order)
    return {a.key: computed[a.key] for a in definition.activities}


def free_place(taken: Iterable[Position], wanted: Position) -> Position:
    """
    The nearest free place at or below the wanted one.
    """
    board = _Board()
    for place in taken:
        board.put(place)
    return board.first_free(_snapped(wanted[0]), _snapped(wanted[1]))


@dataclass(frozen=True, slots=True)
class _Net:
    """
    The neighbours of every activity, each pair once and without loops to itself, split at the back edges.
    """

    keys: tuple[str, ...]
    after: Neighbours
    before: Neighbours
    order: tuple[str, ...]

    @classmethod
    def of(cls, definition: ProcessDef) -> _Net:
        keys = tuple(dict.fromkeys(a.key for a in definition.activities))
        pairs = _pairs(definition, frozenset(keys))
        after = _listed(keys, pairs)
        order = _topological(_roots(definition, keys, pairs), after)
        rank = {key: index for index, key in enumerate(order)}
        ahead = [(s, t) for s, t in pairs if rank[s] < rank[t]]
        return cls(keys, _listed(keys, ahead), _listed(keys, [(t, s) for s, t in ahead]), order)


def _pairs(definition: ProcessDef, keys: frozenset[str]) -> list[tuple[str, str]]:
    ordered = [t for a in definition.activities for t in definition.outgoing(a.key)]
    ends = ((t.source, t.target) for t in ordered if t.target in keys and t.target != t.source)
    return list(dict.fromkeys(ends))


def _listed(keys: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Neighbours:
    listed: dict[str, list[str]] = {key: [] for key in keys}
    for source, target in pairs:
        listed[source].append(target)
    return listed


def _roots(definition: ProcessDef, keys: tuple[str, ...], pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    entered = {target for _, target in pairs}
    if definition.begin in keys:
        yield definition.begin
    yield from (key for key in keys if key not in entered)
    yield from keys


def _topological(roots: Iterable[str], after: Neighbours) -> tuple[str, ...]:
    """
    The reverse of the depth-first post-order: edges that point backwards in it close cycles.
    """
    seen: set[str] = set()
    finished: list[str] = []
    for root in roots:
        path = [] if root in seen else [(root, iter(after[root]))]
        seen.add(root)
        while path:
            key, targets = path[-1]
            following = next((t for t in targets if t not in seen), None)
            if following is None:
                finished.append(key)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(after[following])))
    return tuple(reversed(finished))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """
    The activities in layers; a long edge has a lane in every layer that it passes, so that room is left.
    """

    layers: list[list[str]]
    lanes: frozenset[str]
    after: Neighbours
    before: Neighbours

    @classmethod
    def of(cls, net: _Net) -> _Sheet:
        level = _levels(net)
        layers: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
        for key in net.keys:
            layers[level[key]].append(key)
        pairs: list[tuple[str, str]] = []
        for source in net.keys:
            for target in net.after[source]:
                chain = [source, *_laned(layers, level, source, target), target]
                pairs.extend(pairwise(chain))
        every = [key for layer in layers for key in layer]
        lanes = frozenset(every).difference(net.keys)
        sheet = cls(layers, lanes, _listed(every, pairs), _listed(every, [(t, s) for s, t in pairs]))
        sheet._untangle()
        return sheet

    def _untangle(self) -> None:
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            place: dict[str, float] = {}
            for layer in self.layers if forward else reversed(self.layers):
                _order_by_barycentre(layer, self.before if forward else self.after, place)

    def wanted(self, key: str, rows: Mapping[str, float], otherwise: float) -> float:
        """
        The row beside what leads here; lanes only matter where nothing else does.
        """
        before = self.before[key]
        near = [n for n in before if n not in self.lanes] or before
        return _mean([rows[n] for n in near], otherwise)

    def spread(self, layer: list[str], wanted: list[float]) -> list[float]:
        """
        Rows far enough apart, as near as possible to the wanted ones.
        """
        rows: list[float] = []
        for index, key in enumerate(layer):
            least = rows[-1] + self._apart(layer[index - 1], key) if rows else wanted[index]
            rows.append(max(wanted[index], least))
        own = [index for index, key in enumerate(layer) if key not in self.lanes] or range(len(layer))
        shift = _mean([wanted[index] - rows[index] for index in own], 0.0)
        return [row + shift for row in rows]

    def _apart(self, one: str, other: str) -> float:
        return sum(LANE / 2 if key in self.lanes else 0.5 for key in (one, other))


def _levels(net: _Net) -> dict[str, int]:
    level = dict.fromkeys(net.keys, 0)
    for key in net.order:
        for target in net.after[key]:
            level[target] = max(level[target], level[key] + 1)
    return level


def _laned(layers: list[list[str]], level: Mapping[str, int], source: str, target: str) -> list[str]:
    """
    Lanes for an edge in the layers between its ends; a very long one is led around everything anyway.
    """
    between = range(level[source] + 1, level[target])
    lanes = [f"{source}\n{target}\n{index}" for index in between] if len(between) < LONGEST else []
    for index, lane in zip(between, lanes, strict=False):
        layers[index].append(lane)
    return lanes


def _order_by_barycentre(layer: list[str], neighbours: Neighbours, place: dict[str, float]) -> None:
    own = {key: float(row) for row, key in enumerate(layer)}
    layer.sort(key=lambda key: _mean([place[n] for n in neighbours[key]], own[key]))
    place.update({key: float(row) for row, key in enumerate(layer)})


def _mean(values: list[float], otherwise: float) -> float:
    # One by one, as the browser adds: sum() is more exact from Python 3.12 on.
    return reduce(add, values) / len(values) if values else otherwise


def _placed_in_layers(net: _Net, sheet: _Sheet) -> dict[str, Position]:
    rows: dict[str, float] = {}
    column: dict[str, int] = {}
    for index, layer in enumerate(sheet.layers):
        wanted = [sheet.wanted(key, rows, float(row)) for row, key in enumerate(layer)]
        rows.update(zip(layer, sheet.spread(layer, wanted), strict=True))
        column.update(dict.fromkeys(layer, index))
    top = min((rows[key] for key in net.keys), default=0.0)
    return {k: (MARGIN + column[k] * PITCH_X, MARGIN + _snapped((rows[k] - top) * PITCH_Y)) for k in net.keys}


def _snapped(pixels: float) -> int:
    return round(pixels / GRID) * GRID


@dataclass(slots=True)
class _Board:
    """
    Which places are taken, in buckets so that a look-up does not depend on the number of nodes.
    """

    buckets: dict[Position, list[Position]] = field(default_factory=dict)

    def put(self, place: Position) -> None:
        self.buckets.setdefault(_bucket(place), []).append(place)

    def first_free(self, x: int, y: int) -> Position:
        while not self._is_free(x, y):
            y += PITCH_Y // 2
        return x, y

    def _is_free(self, x: int, y: int) -> bool:
        column, row = _bucket((x, y))
        around = ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        near = (place for bucket in around for place in self.buckets.get(bucket, ()))
        return all(abs(px - x) >= NODE_WIDTH + GRID or abs(py - y) >= NODE_HEIGHT + GRID for px, py in near)


def _bucket(place: Position) -> Position:
    return place[0] // PITCH_X, place[1] // PITCH_Y


def _placed_beside(net: _Net, stored: dict[str, Position], order: list[str]) -> dict[str, Position]:
    placed, board = dict(stored), _Board()
    for place in stored.values():
        board.put(place)
    bottom = max(y for _, y in stored.values())
    left = min(x for x, _ in stored.values())
    for key in (k for k in order if k not in stored):
        placed[key] = board.first_free(*_wanted(net, placed, key, (left, bottom + PITCH_Y)))
        board.put(placed[key])
    return placed


def _wanted(net: _Net, placed: dict[str, Position], key: str, otherwise: Position) -> Position:
    for neighbours, step in ((net.before, PITCH_X), (net.after, -PITCH_X)):
        for neighbour in neighbours[key]:
            if neighbour in placed:
                x, y = placed[neighbour]
                return _snapped(x + step), _snapped(y)
    return otherwise
