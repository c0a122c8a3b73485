"""
Coordinates of the activities of a definition: the stored ones, and computed ones where none are stored.

Positions are the top left corners of nodes, in pixels on an 8-pixel grid. The computed layout is layered from
left to right and deterministic: the same definition gives the same picture everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from goflow.core.graph import ProcessDef

NODE_WIDTH = 144
NODE_HEIGHT = 56
GAP_X = 72
GAP_Y = 40
GRID = 8
MARGIN = 40

PITCH_X = NODE_WIDTH + GAP_X
PITCH_Y = NODE_HEIGHT + GAP_Y
SWEEPS = 4

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
    layers = _layers(net)
    computed = _placed_in_layers(net, layers)
    if stored:
        computed = _placed_beside(net, stored, [key for layer in layers for key in layer])
    return {a.key: computed[a.key] for a in definition.activities}


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


def _layers(net: _Net) -> list[list[str]]:
    level = dict.fromkeys(net.keys, 0)
    for key in net.order:
        for target in net.after[key]:
            level[target] = max(level[target], level[key] + 1)
    layers: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for key in net.keys:
        layers[level[key]].append(key)
    return _untangled(net, layers)


def _untangled(net: _Net, layers: list[list[str]]) -> list[list[str]]:
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        place: dict[str, float] = {}
        for layer in layers if forward else reversed(layers):
            _order_by_barycentre(layer, net.before if forward else net.after, place)
    return layers


def _order_by_barycentre(layer: list[str], neighbours: Neighbours, place: dict[str, float]) -> None:
    own = {key: float(row) for row, key in enumerate(layer)}
    layer.sort(key=lambda key: _mean([place[n] for n in neighbours[key]], own[key]))
    place.update({key: float(row) for row, key in enumerate(layer)})


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _placed_in_layers(net: _Net, layers: list[list[str]]) -> dict[str, Position]:
    rows: dict[str, float] = {}
    for layer in layers:
        wanted = [_mean([rows[n] for n in net.before[key]], float(row)) for row, key in enumerate(layer)]
        rows.update(zip(layer, _spread(wanted), strict=True))
    top = min(rows.values(), default=0.0)
    column = {key: index for index, layer in enumerate(layers) for key in layer}
    return {k: (MARGIN + column[k] * PITCH_X, MARGIN + _snapped((rows[k] - top) * PITCH_Y)) for k in net.keys}


def _spread(wanted: list[float]) -> list[float]:
    """
    Rows at least one apart, as near as possible to the wanted ones.
    """
    rows: list[float] = []
    for row in wanted:
        rows.append(max(row, rows[-1] + 1) if rows else row)
    shift = _mean([want - row for want, row in zip(wanted, rows, strict=True)], 0.0)
    return [row + shift for row in rows]


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
