"""
What stands at the transitions can be read: whole words, beside each other, beside arrow heads and activities.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from tests.e2e.designer import BLANK, Drawer, draft
from tests.messages import ROOT

FOLDER = ROOT / "sampleproject" / "sampleapp" / "processes"
SAMPLES = sorted(path.stem for path in FOLDER.glob("*.json"))
DRAWN = (
    "key",
    "title",
    "position",
    "split_mode",
    "join_mode",
    "source",
    "target",
    "ordering",
    "condition",
    "name",
)

SEEN = """() => {
  const boxOf = (element) => {
    const {left, top, right, bottom} = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const isCut = ({scrollWidth, clientWidth}) => scrollWidth > clientWidth + 1;
  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    labels: all('.ds-label').map((label) => [label.textContent.trim(), boxOf(label)]),
    lines: all('.ds-label > span').map((line) => [line.textContent.trim(), isCut(line)]),
    arrows: all('.ds-world path.jtk-overlay').map(boxOf),
    nodes: all('.ds-node').map(boxOf),
  };
}"""

Rect = list[float]


def meet(one: Rect, other: Rect) -> bool:
    """Whether two rectangles overlap by more than a border."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 1


def settled(drawer: Drawer) -> dict[str, Any]:
    """What is seen at its real size, once the labels have found their places."""
    drawer.page.evaluate("document.body.designer.view.viewport.set(0, 0, 1)")
    drawer.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return drawer.page.evaluate(SEEN)


def covered(seen: dict[str, Any]) -> list[tuple[str, str]]:
    labels = seen["labels"]
    found = [(a, b) for (a, one), (b, other) in combinations(labels, 2) if meet(one, other)]
    for kind in ("arrows", "nodes"):
        found += [(text, kind) for text, box in labels for other in seen[kind] if meet(box, other)]
    return found


def ways(*conditions: str) -> dict[str, Any]:
    """Two activities, as far apart as they are put, with several transitions from one to the other."""
    return {
        "begin": "ask",
        "end": "done",
        "activities": [
            {"key": "ask", "title": "Ask", "split_mode": "xor", "position": [80, 160]},
            {"key": "done", "title": "Done", "join_mode": "xor", "position": [320, 160]},
        ],
        "transitions": [
            {"key": f"way-{n}", "source": "ask", "target": "done", "ordering": n, "condition": condition}
            for n, condition in enumerate(conditions)
        ],
    }


def picture(name: str) -> dict[str, Any]:
    """A sample process without what only its own application knows."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    kept = {
        kind: [{k: v for k, v in element.items() if k in DRAWN} for element in data[kind]]
        for kind in ("activities", "transitions")
    }
    return {**BLANK, "begin": data["begin"], "end": data["end"], **kept}


@pytest.mark.parametrize("language", ["", "/de"])
def test_labels_of_the_sample_processes_cover_nothing(draw: Callable[..., Drawer], language: str) -> None:
    drawer = draw()
    drawer.open(draft(), language)
    for name in SAMPLES:
        drawer.page.evaluate("graph => document.body.designer.editor.graph.load(graph)", picture(name))
        seen = settled(drawer)
        drawer.look(f"labels-{name}{language.replace('/', '-')}")
        assert covered(seen) == [], name
        assert [text for text, is_cut in seen["lines"] if is_cut] == [], name


def test_parallel_transitions_keep_their_labels_apart(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**ways("eq:APPROVED", "eq:REJECTED", "timeout:3d")))
    seen = settled(drawer)
    assert [text for text, _ in seen["labels"]] == ["APPROVED", "REJECTED", "after 3d"]
    assert covered(seen) == []


def test_arrows_of_parallel_transitions_lie_apart(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    drawer.open(draft(**ways("eq:APPROVED", "eq:REJECTED", "timeout:3d")))
    seen = settled(drawer)
    first, second, third = sorted(box[1] for box in seen["arrows"])
    assert second - first == pytest.approx(20, abs=1)
    assert third - second == pytest.approx(20, abs=1)
    middles = [(box[1] + box[3]) / 2 for _, box in seen["labels"]]
    assert all(
        abs(middle - arrow - 5) <= 30 for middle, arrow in zip(middles, (first, second, third), strict=True)
    )


@pytest.mark.parametrize(("language", "word"), [("", "otherwise"), ("/de", "sonst")])
def test_otherwise_lies_on_its_line_between_appended_activities(
    draw: Callable[..., Drawer], language: str, word: str
) -> None:
    drawer = draw()
    drawer.open(draft(**ways("eq:YES", "")), language)
    seen = settled(drawer)
    (box,) = [box for text, box in seen["labels"] if text == word]
    ask, done = seen["nodes"]
    assert covered(seen) == []
    assert ask[2] <= box[0] < box[2] <= done[0]
    assert ask[1] <= box[1] < box[3] <= ask[3]
