"""
The shared vectors of the condition language: what is stored, and what it answers.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from goflow.core.conditions import evaluate, explain, normalise
from goflow.core.errors import ConditionError

VECTORS = json.loads((Path(__file__).parent / "vectors" / "conditions.json").read_text(encoding="utf-8"))
STORED = [pytest.param(vector, id=str(vector["id"])) for vector in VECTORS if vector["stored"] is not None]
REFUSED = [pytest.param(vector, id=str(vector["id"])) for vector in VECTORS if vector["stored"] is None]
NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)


def facts(outcome: str | None) -> dict[str, object]:
    return {
        "outcome": outcome,
        "outcomes": [],
        "now": NOW,
        "instance": {"id": 1, "user": {"username": "ann"}},
        "workitem": {"id": 7, "opened_at": NOW - timedelta(days=4)},
        "wfobject": {
            "days": 5,
            "amount": 1500,
            "approved": True,
            "name": "x",
            "none": None,
            "tags": ["a", "b"],
        },
        "data": {},
    }


@pytest.mark.parametrize("vector", STORED)
def test_normalise__gives_stored_text(vector: dict[str, object]) -> None:
    assert normalise(vector["condition"]) == vector["stored"]


@pytest.mark.parametrize("vector", STORED)
def test_evaluate__stored_text_gives_result(vector: dict[str, object]) -> None:
    assert evaluate(vector["stored"], facts(vector["outcome"])) is vector["result"]


@pytest.mark.parametrize("vector", STORED)
def test_evaluate__typed_text_gives_result(vector: dict[str, object]) -> None:
    assert evaluate(vector["condition"], facts(vector["outcome"])) is vector["result"]


@pytest.mark.parametrize("vector", REFUSED)
def test_normalise__refuses_text(vector: dict[str, object]) -> None:
    with pytest.raises(ConditionError):
        normalise(vector["condition"])


@pytest.mark.parametrize("vector", REFUSED)
def test_evaluate__unparsable_text_means_the_outcome(vector: dict[str, object]) -> None:
    assert evaluate(vector["condition"], facts(vector["outcome"])) is (
        vector["condition"] == vector["outcome"]
    )


@pytest.mark.parametrize("vector", REFUSED)
def test_evaluate__unparsable_text_is_false_when_strict(vector: dict[str, object]) -> None:
    assert evaluate(vector["condition"], facts(vector["outcome"]), strategy="strict") is False


@pytest.mark.parametrize("vector", [*STORED, *REFUSED])
def test_explain__agrees_and_is_json(vector: dict[str, object]) -> None:
    explanation = explain(vector["condition"], facts(vector["outcome"]))
    assert explanation.value is evaluate(vector["condition"], facts(vector["outcome"]))
    assert json.loads(json.dumps(explanation.as_dict(), allow_nan=False)) == explanation.as_dict()
