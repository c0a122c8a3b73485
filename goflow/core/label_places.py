"""
Where labels fit along the lines of a drawing: beside each other, beside arrow heads and activities.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from goflow.core.routing import Box, Path, Point, Space, along, hull, points

ARROW_ROOM = 14
ARROW_LENGTH = 10
ARROW_WIDTH = 12
FRACTIONS = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.2, 0.8)
SHIFT = 8
SHIFTS = 24


def place_label(path: Path, width: float, height: float, taken: Space, *, at_end: bool = False) -> Box:
    """
    Where a label of that size covers nothing that is taken: on its line, else as near to it as there is room.

    ``at_end`` asks for a place just before the arrow: many lines out of one box are told apart only there.
    """
    line = points(path)
    spots = [along(line, fraction) for fraction in FRACTIONS]
    if at_end:
        spots.insert(0, Point(line[-1].x - ARROW_ROOM - width / 2, line[-1].y))
    best, least = _around(spots[0], width, height), math.inf
    for shift in _shifts():
        for spot in spots:
            choice = _around(Point(spot.x, spot.y + shift), width, height)
            crowd = sum(1 for _ in taken.hits(choice))
            if crowd == 0:
                return choice
            if crowd < least:
                best, least = choice, crowd
    return best


def covers(path: Path) -> Iterator[Box]:
    """
    What labels have to leave free along a line: the head of its arrow, and all of a loop.
    """
    *_, control, tip = path[-1]
    length = math.hypot(tip.x - control.x, tip.y - control.y) or 1.0
    dx, dy = (tip.x - control.x) / length, (tip.y - control.y) / length
    back = Point(tip.x - ARROW_LENGTH * dx, tip.y - ARROW_LENGTH * dy)
    aside, above = ARROW_WIDTH / 2 * abs(dy), ARROW_WIDTH / 2 * abs(dx)
    left, top = min(tip.x, back.x) - aside, min(tip.y, back.y) - above
    yield Box(left, top, abs(tip.x - back.x) + 2 * aside, abs(tip.y - back.y) + 2 * above)
    if _is_loop(path):
        line = points(path)
        yield hull(
            Point(min(p.x for p in line), min(p.y for p in line)), Point(max(p.x for p in line), path[0][0].y)
        )


def _shifts() -> Iterator[int]:
    """
    How far below (or above) its line a label may be, the nearest first.
    """
    yield 0
    for number in range(1, SHIFTS + 1):
        yield -SHIFT * number
        yield SHIFT * number


def _is_loop(path: Path) -> bool:
    start, leaving, arriving, end = path[0]
    return len(path) == 1 and start.y == end.y and leaving.y == arriving.y < start.y


def _around(center: Point, width: float, height: float) -> Box:
    return Box(center.x - width / 2, center.y - height / 2, width, height)
