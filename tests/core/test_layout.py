from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest

from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.core.layout import GAP_X, GRID, NODE_HEIGHT, NODE_WIDTH, PITCH_X, Position, positions
from goflow.core.routing import Box, Curve, Edge, Point, routes
from tests.core.builders import process


def overlapping(places: dict[str, Position]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, (x, y)), (other, (u, v)) in combinations(places.items(), 2)
        if abs(x - u) < NODE_WIDTH and abs(y - v) < NODE_HEIGHT
    ]


def stored(definition: ProcessDef, **places: Position) -> ProcessDef:
    moved = tuple(replace(a, position=places.get(a.key)) for a in definition.activities)
    return replace(definition, activities=moved)


def test_empty_definition_has_no_positions() -> None:
    assert positions(ProcessDef("p", "P")) == {}


def test_sequence_runs_to_the_right() -> None:
    places = positions(process("a->b", "b->c"))
    assert [x for x, _ in places.values()] == [40, 40 + PITCH_X, 40 + 2 * PITCH_X]
    assert len({y for _, y in places.values()}) == 1


def test_columns_leave_the_gap() -> None:
    places = positions(process("a->b"))
    assert places["b"][0] - places["a"][0] - NODE_WIDTH == GAP_X


def test_branches_lie_under_each_other_around_their_source() -> None:
    places = positions(process("a->b", "a->c", "b->d", "c->d"))
    assert places["b"][0] == places["c"][0]
    assert places["b"][1] < places["a"][1] == places["d"][1] < places["c"][1]


def test_positions_are_on_the_grid() -> None:
    places = positions(process("a->b", "a->c", "a->d", "b->e", "c->e", "e->f", "d->f", "d->g"))
    assert all(x % GRID == y % GRID == 0 for x, y in places.values())


def test_loops_do_not_push_the_begin_to_the_right() -> None:
    places = positions(process("a->b", "b->c", "c->a", "b->b"))
    assert places["a"][0] < places["b"][0] < places["c"][0]


def test_unreachable_activities_are_placed() -> None:
    definition = process("a->b", "x->y", "y->x", "z->b")
    assert set(positions(definition)) == set("abxyz")
    assert overlapping(positions(definition)) == []


def test_dangling_transitions_are_passed_over() -> None:
    definition = ProcessDef(
        "p", "P", (ActivityDef("a", "A"),), (TransitionDef("t", "a", "ghost"),), begin="a"
    )
    assert positions(definition) == {"a": (40, 40)}


def test_unknown_begin_is_passed_over() -> None:
    assert set(positions(process("a->b", begin="ghost"))) == {"a", "b"}


def test_same_definition_gives_the_same_layout() -> None:
    texts = ("a->b", "a->c", "c->d", "b->e", "d->e", "e->a", "a->e")
    assert positions(process(*texts)) == positions(process(*texts))


def test_rows_are_ordered_to_avoid_crossings() -> None:
    places = positions(process("s->a", "s->b", "a->y", "b->x", "s->x timeout:1d"))
    assert (places["a"][1] < places["b"][1]) == (places["y"][1] < places["x"][1])


def test_stored_positions_are_kept() -> None:
    definition = stored(process("a->b"), a=(13, 57), b=(400, -20))
    assert positions(definition) == {"a": (13, 57), "b": (400, -20)}


def test_new_activity_goes_to_the_right_of_its_source() -> None:
    assert positions(stored(process("a->b"), a=(80, 160)))["b"] == (80 + PITCH_X, 160)


def test_new_activity_goes_to_the_left_of_its_target() -> None:
    assert positions(stored(process("a->b"), b=(400, 160)))["a"] == (400 - PITCH_X, 160)


def test_new_activity_without_neighbours_goes_below() -> None:
    definition = stored(process("a->b", "x->y"), a=(80, 160), b=(296, 160))
    assert positions(definition)["x"] == (80, 256)


def test_new_activities_step_down_until_there_is_room() -> None:
    places = positions(stored(process("a->b", "a->c", "a->d"), a=(80, 160), b=(300, 150)))
    assert overlapping(places) == []
    assert places["a"] == (80, 160)


def test_order_of_the_definition_is_kept() -> None:
    assert list(positions(stored(process("a->b", "b->c"), b=(0, 0)))) == ["a", "b", "c"]


def test_hundreds_of_activities_do_not_overlap() -> None:
    texts = [f"n{i}->n{j}" for i in range(500) for j in (i * 7 % 500, (i + 1) % 500)]
    places = positions(process(*texts))
    assert len(places) == 500
    assert overlapping(places) == []


def test_hundreds_beside_one_stored_do_not_overlap() -> None:
    places = positions(stored(process(*(f"a->n{i}" for i in range(300))), a=(80, 160)))
    assert overlapping(places) == []


def test_long_chains_need_no_recursion() -> None:
    assert len(positions(process(*(f"n{i}->n{i + 1}" for i in range(3_000))))) == 3_001


def test_long_edge_does_not_bend_the_chain_it_passes() -> None:
    places = positions(process("a->b", "b->c", "c->d", "a->d"))
    assert len({y for _, y in places.values()}) == 1


def tangled(seed: int) -> ProcessDef:
    pick = random.Random(seed)
    keys = [f"n{index}" for index in range(pick.randint(2, 40))]
    count = int(len(keys) * pick.choice((1.2, 2, 3)))
    activities = tuple(ActivityDef(key, key) for key in keys)
    ways = tuple(TransitionDef(f"t{index}", pick.choice(keys), pick.choice(keys)) for index in range(count))
    return ProcessDef("p", "P", activities, ways, begin=keys[0])


def spots(curve: Curve) -> list[Point]:
    """Places on the curve, close enough to meet every box it goes through."""
    shares = [step / 60 for step in range(61)]
    weights = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in shares]
    return [
        Point(*(sum(w * c for w, c in zip(weight, axis, strict=True)) for axis in zip(*curve, strict=True)))
        for weight in weights
    ]


def hidden(boxes: dict[str, Box], ways: tuple[TransitionDef, ...]) -> set[tuple[str, str]]:
    """Which transitions run behind which activities."""
    found = routes(boxes, [Edge(way.key, way.source, way.target) for way in ways])
    inner = {key: box.grown(-1) for key, box in boxes.items()}
    return {
        (way, key)
        for way, path in found.items()
        for curve in path
        for x, y in spots(curve)
        for key, box in inner.items()
        if box.x < x < box.right and box.y < y < box.bottom
    }


@pytest.mark.parametrize("pulled_apart", [1, 1.4])
@pytest.mark.parametrize("first", range(0, 60, 10))
def test_no_line_runs_behind_an_activity(first: int, pulled_apart: float) -> None:
    for seed in range(first, first + 10):
        definition = tangled(seed)
        boxes = {
            key: Box(round(x * pulled_apart), y, NODE_WIDTH, NODE_HEIGHT)
            for key, (x, y) in positions(definition).items()
        }
        assert hidden(boxes, definition.transitions) == set(), seed
