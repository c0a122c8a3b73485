from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from goflow.core import drawing, exchange, layout
from goflow.core.graph import ProcessDef
from tests.js.conftest import Run

HERE = Path(__file__).parent
LABEL = re.compile(
    r'<rect class="gf-label-back" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"[^>]*>'
    r"((?:<text.*?</text>)*)"
)
LINE = re.compile(r'class="gf-line" d="([^"]*)"')


def graph(seed: int) -> dict[str, object]:
    pick = random.Random(seed)
    keys = [f"a{index}" for index in range(pick.randint(1, 24))]
    conditions = (
        "",
        "",
        "eq:YES",
        "in:A,B",
        "timeout:3d",
        "wfobject.days > 3 and outcome == 'Ja, schon länger'",
        "eq:Donaudampfschifffahrtsgesellschaftskapitän",
        "eq:契約の内容を承認してから次の部署に回す",
    )
    activities = [
        {
            "key": key,
            "title": pick.choice(["Prüfen", "承認する", "Wait for the answer of the office"]),
            "kind": pick.choice(["standard", "standard", "dummy"]),
            "split_mode": pick.choice(["and", "xor"]),
            **({"position": [pick.randrange(0, 900, 8), pick.randrange(0, 500, 8)]} if seed % 3 == 0 else {}),
        }
        for key in keys
    ]
    transitions = [
        {
            "key": f"t{index}",
            "source": pick.choice(keys),
            "target": pick.choice(keys),
            "ordering": pick.randrange(50),
            "condition": pick.choice(conditions),
        }
        for index in range(pick.randint(0, 2 * len(keys)))
    ]
    head = {"format": "goflow-process", "format_version": 1, "code": "p", "title": "P", "begin": keys[0]}
    return {**head, "activities": activities, "transitions": transitions}


GRAPHS = [graph(seed) for seed in range(40)]


def unplaced(data: dict[str, object]) -> ProcessDef:
    activities = [
        {name: value for name, value in activity.items() if name != "position"}
        for activity in data["activities"]
    ]
    return exchange.from_dict({**data, "activities": activities})


@pytest.fixture(scope="module")
def made(run_node: Run) -> list[dict[str, object]]:
    found = run_node("tests/js/drawing.js", data=json.dumps(GRAPHS))
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_modules_pass_their_own_tests(run_node: Run) -> None:
    files = sorted(f"tests/js/{path.name}" for path in HERE.glob("*.test.js"))
    found = run_node("--test", *files)
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr


def test_browser_and_server_write_the_same_graph(made: list[dict[str, object]]) -> None:
    expected = [exchange.to_dict(exchange.from_dict(data)) for data in GRAPHS]
    assert [entry["json"] for entry in made] == expected


def test_browser_tidies_up_as_the_server_does(made: list[dict[str, object]]) -> None:
    expected = [
        {key: list(place) for key, place in layout.positions(unplaced(data)).items()} for data in GRAPHS
    ]
    assert [entry["tidied"] for entry in made] == expected


def test_browser_draws_lines_as_the_server_does(made: list[dict[str, object]]) -> None:
    expected = [LINE.findall(drawing.svg(exchange.from_dict(data))) for data in GRAPHS]
    assert [entry["lines"] for entry in made] == expected


def labels(svg: str) -> list[list[str]]:
    """Where labels are, and what they say line by line."""
    return [[*place, *re.findall(r">([^<]*)</text>", texts)] for *place, texts in LABEL.findall(svg)]


def test_browser_letters_and_places_labels_as_the_server_does(made: list[dict[str, object]]) -> None:
    expected = [labels(drawing.svg(exchange.from_dict(data))) for data in GRAPHS]
    assert sum(map(len, expected)) > 100
    assert [entry["labels"] for entry in made] == expected
