from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from goflow.core.comparing import Change, Diff, diff, diff_svg
from goflow.core.graph import EscalationAction, EscalationDef, ProcessDef
from goflow.core.outline import State
from tests.core.builders import process
from tests.core.test_stepping_properties import processes

SVG = "{http://www.w3.org/2000/svg}"
BASE = process("a->b", "b->c eq:OK", end="c")


def with_activity(definition: ProcessDef, key: str, /, **changes: object) -> ProcessDef:
    changed = tuple(replace(a, **changes) if a.key == key else a for a in definition.activities)
    return replace(definition, activities=changed)


def with_transition(definition: ProcessDef, key: str, /, **changes: object) -> ProcessDef:
    changed = tuple(replace(t, **changes) if t.key == key else t for t in definition.transitions)
    return replace(definition, transitions=changed)


def keys(found: Diff) -> dict[str, list[str]]:
    return {state: [entry["key"] for entry in entries] for state, entries in found.as_dict().items()}


def classes(text: str, name: str) -> list[str]:
    groups = ET.fromstring(text).iter(SVG + "g")
    return [c for c in (group.get("class", "") for group in groups) if name in c.split()]


def test_equal_definitions_do_not_differ() -> None:
    assert diff(BASE, BASE).differences == ()


def test_version_and_code_are_not_compared() -> None:
    assert diff(BASE, replace(BASE, version=2, code="q")).differences == ()


def test_added_and_removed_elements() -> None:
    found = keys(diff(BASE, process("a->b", "b->d eq:OK", end="d")))
    assert found == {"added": ["d", "b->d"], "removed": ["c", "b->c"], "changed": ["p"], "moved": []}


def test_changed_fields_of_an_activity() -> None:
    (found,) = diff(BASE, with_activity(BASE, "b", title="Check", roles=("clerk",))).changed
    assert (found.kind, found.key, found.title) == ("activity", "b", "Check")
    assert found.changes == (Change("title", "B", "Check"), Change("roles", [], ["clerk"]))


def test_changed_fields_of_a_transition() -> None:
    (found,) = diff(BASE, with_transition(BASE, "b->c", source="a", name="Skip")).changed
    assert [change.field for change in found.changes] == ["source", "name"]


def test_changed_head() -> None:
    (found,) = diff(BASE, replace(BASE, title="Q")).changed
    assert (found.kind, found.changes) == ("process", (Change("title", "P", "Q"),))


def test_spelling_of_a_condition_is_no_difference() -> None:
    assert diff(BASE, with_transition(BASE, "b->c", condition="OK")).differences == ()


def test_moved_only() -> None:
    (found,) = diff(BASE, with_activity(BASE, "b", position=(8, 16))).moved
    assert found.changes == (Change("position", None, [8, 16]),)


def test_moved_and_changed_is_changed() -> None:
    found = diff(BASE, with_activity(BASE, "b", position=(8, 16), title="X"))
    assert (len(found.moved), len(found.changed)) == (0, 1)


def test_added_and_removed_properties() -> None:
    found = diff(BASE, process("a->b", "b->c OK", "b->d", end="c"))
    assert [d.title for d in found.added] == ["D", "b → d"]
    assert [d.title for d in diff(BASE, process("a->b", end="b")).removed] == ["C", "b → c"]


def test_data_is_json_serialisable() -> None:
    found = diff(BASE, with_activity(BASE, "b", join_mode="and", app_params={"x": 1})).as_dict()
    assert json.loads(json.dumps(found)) == found


def test_text_names_fields_and_values() -> None:
    other = with_transition(with_activity(BASE, "b", roles=("x", "y")), "b->c", name="Go")
    assert diff(BASE, other).as_text().splitlines() == [
        "changed: activity “B”",
        "  roles: nothing → x, y",
        "changed: transition “Go”",
        "  name: nothing → Go",
    ]


def test_text_tells_a_step_by_its_values() -> None:
    steps = (
        EscalationDef("1d", EscalationAction.REMIND),
        EscalationDef("2d", EscalationAction.REASSIGN, ("x", "y")),
    )
    text = diff(BASE, with_activity(BASE, "b", escalations=steps)).as_text()
    assert text.splitlines()[1] == "  escalations: nothing → 1d remind, 2d reassign x y"


def test_text_of_equal_definitions() -> None:
    assert diff(BASE, BASE).as_text() == "No differences."


def test_text_is_translated() -> None:
    words = {"changed": "geändert", "activity": "Aktivität", "title": "Titel"}
    other = with_activity(BASE, "b", title="X")
    assert diff(BASE, other).as_text(words) == "geändert: Aktivität “X”\n  Titel: B → X"


def test_picture_marks_what_differs() -> None:
    other = with_activity(process("a->b", "b->d", end="d"), "a", title="X")
    text = diff_svg(BASE, with_activity(other, "b", position=(80, 80)))
    assert len(classes(text, "gf-node")) == 4
    assert [len(classes(text, f"gf-{state.value}")) for state in list(State)[4:]] == [2, 3, 1, 1]


def test_picture_tells_activities_and_transitions_of_one_key_apart() -> None:
    base = with_transition(BASE, "a->b", key="b")
    text = diff_svg(base, with_activity(base, "b", title="X"))
    assert len(classes(text, "gf-changed")) == 1


def test_removed_activity_makes_room_for_an_added_one() -> None:
    base = with_activity(process("a->b"), "b", position=(8, 8))
    other = with_activity(process("a->c"), "c", position=(8, 8))
    rects = [r.attrib for r in ET.fromstring(diff_svg(base, other)).iter(SVG + "rect")]
    places = [(r["x"], r["y"]) for r in rects if r.get("class") == "gf-shape"]
    assert len(set(places)) == 3


def test_picture_has_the_given_title() -> None:
    root = ET.fromstring(diff_svg(BASE, BASE, title="1 → 2"))
    assert root.find(SVG + "title").text == "1 → 2"


@settings(max_examples=60, deadline=None)
@given(processes(), processes())
def test_the_other_way_round_swaps_added_and_removed(one: ProcessDef, two: ProcessDef) -> None:
    forth, back = keys(diff(one, two)), keys(diff(two, one))
    assert (forth["added"], forth["changed"]) == (back["removed"], back["changed"])
    assert ET.fromstring(diff_svg(one, two)).tag == SVG + "svg"


def test_removed_activity_covers_none_that_took_part_of_its_place() -> None:
    base = with_activity(process("a->b"), "b", position=(240, 40))
    other = with_activity(with_activity(process("a->c"), "a", position=(0, 40)), "c", position=(280, 64))
    rects = [
        r.attrib
        for r in ET.fromstring(diff_svg(base, other)).iter(SVG + "rect")
        if r.get("class") == "gf-shape"
    ]
    tops = [float(rect["y"]) for rect in rects]
    assert tops[2] >= tops[1] + float(rects[1]["height"])
