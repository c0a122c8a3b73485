from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from goflow.core import exchange
from goflow.core.drawing import SYMBOLS, WORDS, Mark, OutlineRow, State, dot, label, outline, svg
from goflow.core.graph import ActivityDef, Kind, ProcessDef, TransitionDef
from goflow.core.label_places import place_label
from goflow.core.lettering import ELLIPSIS, clean, whole, width, wrap
from goflow.core.routing import Box, Edge, Point, Space, points, routes
from tests.core.builders import process
from tests.messages import ROOT

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def classes(root: ET.Element, tag: str = "g") -> list[str]:
    return [element.get("class", "") for element in root.iter(SVG + tag)]


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(SVG + "text")]


def titled(definition: ProcessDef, key: str, title: str) -> ProcessDef:
    changed = tuple(replace(a, title=title) if a.key == key else a for a in definition.activities)
    return replace(definition, activities=changed)


def placed(definition: ProcessDef, **places: tuple[int, int]) -> ProcessDef:
    moved = tuple(replace(a, position=places[a.key]) for a in definition.activities)
    return replace(definition, activities=moved)


# The frame


def test_drawing_is_an_image_with_a_name() -> None:
    root = parsed(svg(process("a->b"), title="Leave"))
    assert (root.get("role"), root.find(SVG + "title").text) == ("img", "Leave")


def test_drawing_is_named_after_the_process() -> None:
    assert parsed(svg(process("a->b"))).find(SVG + "title").text == "P"


def test_description_tells_the_states() -> None:
    root = parsed(svg(process("a->b"), marks={"a": Mark(State.DONE, "2x")}))
    assert root.find(SVG + "desc").text == "A done 2x; B"


def test_empty_process_is_drawn() -> None:
    assert parsed(svg(ProcessDef("p", "P"))).get("viewBox") == "-20 -20 40 40"


def test_drawing_has_nothing_that_a_strict_policy_forbids() -> None:
    text = svg(process("a->b"), marks={"a": Mark(State.DONE)}, taken=["a->b"])
    assert not any(word in text for word in ("style=", "<style", "<script", "onload", "href"))


def test_texts_are_escaped() -> None:
    definition = titled(process("a->b"), "a", "<script>\"&'\x00\ud800")
    assert "<script>" not in svg(definition)
    assert texts(parsed(svg(definition)))[0] == "<script>\"&'"


def test_everything_lies_in_the_frame() -> None:
    root = parsed(svg(process("a->b", "b->a", "b->b eq:AGAIN")))
    left, top, wide, high = (float(number) for number in root.get("viewBox", "").split())
    boxes = list(root.iter(SVG + "rect"))
    assert all(left <= float(box.get("x", "")) <= left + wide for box in boxes)
    assert all(top <= float(box.get("y", "")) <= top + high for box in boxes)


# Nodes


def test_long_titles_are_cut_and_told_in_full() -> None:
    title = "Security review of the whole new data centre contract"
    root = parsed(svg(titled(process("a->b"), "a", title)))
    assert texts(root)[:2] == ["Security review of", "the whole new…"]
    assert title in [element.text for element in root.iter(SVG + "title")]


def test_untitled_activities_show_their_key() -> None:
    assert texts(parsed(svg(titled(process("a->b"), "a", "")))) == ["a", "B"]


def test_dummies_are_diamonds() -> None:
    assert len(list(parsed(svg(process("a->d", "d->b", dummies="d"))).iter(SVG + "polygon"))) == 1


def test_ends_are_round_with_a_second_border() -> None:
    root = parsed(svg(process("a->b")))
    assert [r.get("class") for r in root.iter(SVG + "rect")] == ["gf-shape", "gf-shape", "gf-inner"]
    assert "gf-node gf-kind-human gf-end" in classes(root)


def test_begin_is_marked() -> None:
    root = parsed(svg(process("a->b")))
    assert "gf-start" in classes(root, "path")


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_its_own_symbol(state: State) -> None:
    root = parsed(svg(process("a->b"), marks={"b": Mark(state)}))
    (symbol,) = [p.get("d") for p in root.iter(SVG + "path") if p.get("class") == "gf-symbol"]
    assert symbol == SYMBOLS[state]
    assert f"gf-node gf-kind-human gf-end gf-{state.value}" in classes(root)


def test_symbols_differ() -> None:
    assert len(set(SYMBOLS.values())) == len(State)


def test_badges_are_shown() -> None:
    assert "3 open" in texts(parsed(svg(process("a->b"), marks={"b": Mark(State.CURRENT, "3 open")})))


# Edges and labels


def test_taken_transitions_are_marked() -> None:
    root = parsed(svg(process("a->b", "a->c eq:NO"), taken=["a->c"]))
    assert "gf-edge gf-taken" in classes(root)
    assert "gf-label gf-taken" in classes(root)


def test_marked_transitions_carry_their_state() -> None:
    root = parsed(svg(process("a->b eq:X"), marks={"a->b": Mark(State.ADDED)}))
    assert {"gf-edge gf-added", "gf-label gf-added"} <= set(classes(root))


def test_timeouts_are_dotted() -> None:
    assert "gf-edge gf-timeout" in classes(parsed(svg(process("a->b timeout:3d", "a->c"))))


def test_dangling_transitions_are_not_drawn() -> None:
    definition = replace(process("a->b"), transitions=(TransitionDef("t", "a", "ghost"),))
    assert "gf-edge" not in classes(parsed(svg(definition)))


def test_edges_lie_behind_nodes() -> None:
    order = [name.split()[0] for name in classes(parsed(svg(process("a->b eq:X", "b->c")))) if name]
    assert order == ["gf-edge", "gf-edge", "gf-label", "gf-node", "gf-node", "gf-node"]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("", "otherwise"),
        ("eq:OK", "OK"),
        ("OK", "OK"),
        ("in:A,B", "A, B"),
        ("ne:A", "not A"),
        ("notin:A,B", "not A, B"),
        ("timeout:3d", "after 3d"),
        ("wfobject.days > 3", "wfobject.days > 3"),
        ("true", "true"),
        ("outcome ==", "outcome =="),
    ],
)
def test_labels_sum_conditions_up(condition: str, text: str) -> None:
    definition = process(f"a->b {condition}", "a->c eq:Z", "a->d eq:Y", xor="a")
    assert label(definition, definition.transitions[0]) == text


def test_names_go_before_conditions() -> None:
    definition = process("a->b eq:OK")
    assert label(definition, replace(definition.transitions[0], name="Approve")) == "Approve"


def test_only_way_out_needs_no_label() -> None:
    definition = process("a->b", xor="a")
    assert label(definition, definition.transitions[0]) == ""


def test_blank_way_out_of_an_and_split_needs_no_label() -> None:
    definition = process("a->b", "a->c")
    assert label(definition, definition.transitions[0]) == ""


def test_words_can_be_translated() -> None:
    definition = process("a->b", "a->c timeout:1d", "a->d eq:X", xor="a")
    words = {**WORDS, "otherwise": "sonst", "after": "nach {duration}", "done": "erledigt"}
    root = parsed(svg(definition, marks={"a": Mark(State.DONE)}, words=words))
    assert {"sonst", "nach 1d"} <= set(texts(root))
    assert outline(definition, {"a": Mark(State.DONE)}, words=words)[0].state == "erledigt"


def test_labels_do_not_cover_each_other() -> None:
    definition = process(*(f"a->n{i} eq:To department {i}" for i in range(12)), xor="a")
    root = parsed(svg(definition))
    boxes = [
        Box(*(float(r.get(name, "")) for name in ("x", "y", "width", "height")))
        for r in root.iter(SVG + "rect")
        if r.get("class") in ("gf-label-back", "gf-shape")
    ]
    assert [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])] == []


SAMPLES = sorted((ROOT / "sampleproject" / "sampleapp" / "processes").glob("*.json"))
GERMAN = {**WORDS, "otherwise": "sonst", "after": "nach {duration}", "not": "nicht {outcomes}"}
CONDITIONS = (
    "",
    "eq:YES",
    "timeout:3d",
    "wfobject.days > 3 and outcome == 'Ja, schon länger'",
    f"eq:{'Aktenzeichen' * 4}",
)


def labelled(seed: int) -> ProcessDef:
    """Up to forty activities that lead anywhere, on conditions of every length."""
    pick = random.Random(seed)
    keys = [f"n{index}" for index in range(pick.randint(2, 40))]
    ways = tuple(
        TransitionDef(f"t{index}", pick.choice(keys), pick.choice(keys), condition=pick.choice(CONDITIONS))
        for index in range(2 * len(keys))
    )
    return ProcessDef("p", "P", tuple(ActivityDef(key, key) for key in keys), ways, begin=keys[0])


def sampled() -> list[ProcessDef]:
    return [exchange.from_dict(json.loads(path.read_text(encoding="utf-8"))) for path in SAMPLES]


def boxes_of(root: ET.Element, name: str) -> list[Box]:
    sides = ("x", "y", "width", "height")
    return [
        Box(*(float(r.get(side, "")) for side in sides))
        for r in root.iter(SVG + "rect")
        if r.get("class") == name
    ]


def heads(root: ET.Element) -> list[Box]:
    found = []
    for path in (p for p in root.iter(SVG + "path") if p.get("class") == "gf-arrow"):
        numbers = [float(number) for number in re.findall(r"-?[0-9.]+", path.get("d", ""))]
        xs, ys = numbers[::2], numbers[1::2]
        found.append(Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return found


@pytest.mark.parametrize("words", [WORDS, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize(
    "source", [sampled, lambda: [labelled(seed) for seed in range(30)]], ids=["samples", "random"]
)
def test_labels_cover_no_label_no_arrow_head_and_no_activity(
    source: Callable[[], list[ProcessDef]], words: dict[str, str]
) -> None:
    for definition in source():
        root = parsed(svg(definition, words=words))
        labels = boxes_of(root, "gf-label-back")
        # What is written is rounded to tenths of a pixel.
        inner = [label.grown(-0.2) for label in labels]
        assert [pair for pair in combinations(inner, 2) if pair[0].meets(pair[1])] == [], definition.title
        others = heads(root) + boxes_of(root, "gf-shape")
        assert [(a, b) for a in inner for b in others if a.meets(b)] == [], definition.title


@pytest.mark.parametrize(
    "text", [*CONDITIONS, "Information missing from the customer", "up to 1000", "not A, B"]
)
def test_no_word_of_a_label_is_broken(text: str) -> None:
    lines = whole(text, 104, 11, 2, 160)
    assert len(lines) <= 2
    assert all(width(line, 11) <= 172 for line in lines)
    words = [word.rstrip(ELLIPSIS) for line in lines for word in line.split()]
    assert all(word in text.split() for word in words) or lines[0].endswith(ELLIPSIS)


def test_one_long_word_widens_its_label_and_a_longer_one_is_cut() -> None:
    assert whole("instance.priority", 60, 11, 2, 160) == ["instance.priority"]
    assert whole("Donaudampfschifffahrtsgesellschaft", 60, 11, 2, 160) == ["Donaudampfschifffahrtsgese…"]


def test_words_left_out_are_told_by_an_ellipsis() -> None:
    assert whole("one two three four five", 45, 11, 2, 160) == ["one two", "three…"]


def test_parallel_transitions_keep_the_height_of_a_label_apart() -> None:
    root = parsed(svg(process("a->b eq:APPROVED", "a->b eq:REJECTED", "a->b timeout:3d", "b->c", xor="a")))
    assert len({box.center.x for box in boxes_of(root, "gf-label-back")}) == 1
    first, second, third = sorted(box.center.y for box in boxes_of(root, "gf-label-back"))
    assert second - first == third - second == 20


def test_label_of_a_loop_lies_above_it() -> None:
    definition = process("a->a eq:AGAIN", "a->b", xor="a")
    root = parsed(svg(definition))
    (label_box,) = [
        box for box in boxes_of(root, "gf-label-back") if box.bottom < boxes_of(root, "gf-shape")[0].y
    ]
    loop = next(p.get("d", "") for p in root.iter(SVG + "path") if p.get("class") == "gf-line")
    top = min(float(number) for number in re.findall(r"-?[0-9.]+", loop)[1::2])
    assert label_box.bottom <= boxes_of(root, "gf-shape")[0].y - 0.7 * (boxes_of(root, "gf-shape")[0].y - top)


def test_only_the_first_blank_way_of_a_choice_is_the_otherwise() -> None:
    definition = process("a->b eq:X", "a->c", "a->d", xor="a")
    assert [label(definition, way) for way in definition.transitions] == ["X", "otherwise", ""]


def test_hundreds_of_activities_are_drawn() -> None:
    edges = [f"n{i}->n{j} eq:Go on {i}" for i in range(400) for j in ((i + 1) % 400, i * 7 % 400)]
    assert classes(parsed(svg(process(*edges)))).count("gf-edge") == 800


# The text twin


def test_outline_tells_what_the_drawing_shows() -> None:
    definition = process("a->d eq:GO", "d->b", "d->c eq:GO", xor="d", dummies="d", automatic="b")
    assert outline(definition, {"a": Mark(State.CURRENT, "Ana")}) == [
        OutlineRow("a", "A", "human", "current", "Ana", (("GO", "D"),)),
        OutlineRow("d", "D", "dummy", "", "", (("otherwise", "B"), ("GO", "C"))),
        OutlineRow("b", "B", "automatic", "", "", ()),
        OutlineRow("c", "C", "human", "", "", ()),
    ]


def test_outline_names_unknown_targets_by_key() -> None:
    activity = ActivityDef("a", "", kind=Kind.SUBFLOW)
    definition = ProcessDef("p", "P", (activity,), (TransitionDef("t", "a", "ghost"),))
    assert outline(definition) == [OutlineRow("a", "a", "subflow", "", "", (("", "ghost"),))]


def test_graphviz_text_is_escaped() -> None:
    definition = titled(process("a->d eq:OK", "d->b", dummies="d"), "a", 'Say "hi"\\\nthere')
    assert dot(definition).splitlines() == [
        'digraph "p" {',
        "  rankdir=LR;",
        '  "a" [label="Say \\"hi\\"\\\\\\nthere", shape=box];',
        '  "d" [label="D", shape=diamond];',
        '  "b" [label="B", shape=oval];',
        '  "a" -> "d" [label="OK"];',
        '  "d" -> "b" [label=""];',
        "}",
    ]


# Lettering


def test_wrap_keeps_words_together() -> None:
    assert wrap("Finance review", 60, 13, 2) == ["Finance", "review"]


def test_wrap_breaks_words_that_are_too_long() -> None:
    lines = wrap("Donaudampfschifffahrt", 60, 13, 3)
    assert "".join(lines) == "Donaudampfschifffahrt"
    assert all(width(line, 13) <= 60 for line in lines)


def test_wrap_breaks_wide_characters_anywhere() -> None:
    assert wrap("法务部门审核", 40, 13, 2) == ["法务部", "门审核"]


def test_wrap_ends_in_an_ellipsis() -> None:
    assert wrap("one two three four", 30, 13, 2)[-1].endswith(ELLIPSIS)


def test_blank_text_has_no_lines() -> None:
    assert wrap("  ", 30, 13, 2) == []


def test_combining_marks_take_no_room() -> None:
    assert width("e\u0301", 10) == width("e", 10)


def test_clean_drops_what_xml_cannot_hold() -> None:
    assert clean("a\x00b\ufffec\ud800d\U0001f600") == "abcd\U0001f600"


# Ways between boxes


def crossed(boxes: dict[str, Box], edge: Edge) -> list[str]:
    line = points(routes(boxes, [edge])[edge.key])
    others = {key: box for key, box in boxes.items() if key not in edge[1:]}
    return [key for key, box in others.items() if any(box.meets(Box(x, y, 0.1, 0.1)) for x, y in line)]


def row(*spots: tuple[float, float]) -> dict[str, Box]:
    return {"abcdefgh"[index]: Box(x, y, 144, 56) for index, (x, y) in enumerate(spots)}


def test_forward_line_goes_around_what_is_between() -> None:
    assert crossed(row((0, 0), (216, 0), (432, 0)), Edge("t", "a", "c")) == []


def test_line_back_runs_underneath() -> None:
    boxes = row((0, 0), (216, 0))
    line = points(routes(boxes, [Edge("t", "b", "a")])["t"])
    assert max(y for _, y in line) > 56


def test_line_back_avoids_what_lies_below() -> None:
    assert crossed(row((0, 0), (216, 0), (108, 76)), Edge("t", "b", "a")) == []


def test_line_back_goes_above_when_below_is_full() -> None:
    boxes = row((0, 0), (216, 0)) | {"x": Box(0, 60, 360, 2000)}
    assert min(y for _, y in points(routes(boxes, [Edge("t", "b", "a")])["t"])) < 0


def test_boxed_in_line_goes_round_everything() -> None:
    boxes = row((0, 0), (216, 0)) | {"x": Box(0, 60, 360, 800), "y": Box(0, -2000, 360, 1996)}
    line = points(routes(boxes, [Edge("t", "b", "a")])["t"])
    assert max(y for _, y in line) > 860


def test_boxed_in_forward_line_goes_straight() -> None:
    boxes = row((0, 0), (500, 0)) | {"x": Box(250, -4000, 100, 8000)}
    assert len(routes(boxes, [Edge("t", "a", "b")])["t"]) > 0


def test_forward_line_without_room_for_a_lane_goes_straight() -> None:
    boxes = row((0, 0), (200, 0)) | {"x": Box(160, -50, 20, 200)}
    assert len(routes(boxes, [Edge("t", "a", "b")])["t"]) == 1


def test_line_down_is_short() -> None:
    line = points(routes(row((0, 0), (10, 120)), [Edge("t", "a", "b")])["t"])
    assert (line[0].y, line[-1].y) == (56, 120)


def test_line_up_is_short() -> None:
    line = points(routes(row((0, 120), (10, 0)), [Edge("t", "a", "b")])["t"])
    assert (line[0].y, line[-1].y) == (120, 56)


def test_line_down_avoids_what_is_between() -> None:
    assert crossed(row((0, 0), (0, 240), (0, 120)), Edge("t", "a", "b")) == []


def test_overlapping_boxes_are_still_connected() -> None:
    assert "t" in routes(row((0, 0), (20, 10)), [Edge("t", "a", "b")])


def test_two_lanes_do_not_lie_on_each_other() -> None:
    boxes = row((0, 0), (216, 0), (432, 0), (648, 0))
    found = routes(boxes, [Edge("t", "d", "a"), Edge("u", "c", "a")])
    lowest = [max(y for _, y in points(path)) for path in found.values()]
    assert abs(lowest[0] - lowest[1]) >= 8


def test_several_loops_of_one_box_differ() -> None:
    found = routes(row((0, 0)), [Edge("t", "a", "a"), Edge("u", "a", "a")])
    assert found["t"] != found["u"]


def test_label_avoids_what_is_taken() -> None:
    path = routes(row((0, 0), (400, 0)), [Edge("t", "a", "b")])["t"]
    space = Space()
    space.add("x", Box(250, 10, 40, 40))
    box = place_label(path, 30, 14, space)
    assert list(space.hits(box)) == []


def test_label_at_the_end_stands_before_the_arrow() -> None:
    path = routes(row((0, 0), (400, 0)), [Edge("t", "a", "b")])["t"]
    assert place_label(path, 30, 14, Space(), at_end=True).right < 400


def test_label_of_a_line_without_length_lies_at_its_end() -> None:
    spot = Point(3, 4)
    assert place_label(((spot, spot, spot, spot),), 10, 10, Space()) == Box(-2, -1, 10, 10)
