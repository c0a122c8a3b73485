from __future__ import annotations

from goflow.core.graph import ActivityDef, ProcessDef
from goflow.core.readers import MAX_TITLE
from goflow.desk.importing import distinct


def drawn(*titles: str) -> ProcessDef:
    activities = tuple(ActivityDef(key=f"a{i}", title=title) for i, title in enumerate(titles))
    return ProcessDef(code="drawn", title="Drawn", activities=activities)


def titles(definition: ProcessDef) -> list[str]:
    return [activity.title for activity in definition.activities]


def test_doubled_titles_get_numbers_and_are_told() -> None:
    found, lines = distinct(drawn("Ask", "Ask", "Ask 2", "Ask"))
    assert titles(found) == ["Ask", "Ask 3", "Ask 2", "Ask 4"]
    assert [line.count("Ask") for line in lines] == [2, 2]


def test_different_titles_stay() -> None:
    definition = drawn("Ask", "ask", "Decide")
    assert distinct(definition) == (definition, [])


def test_a_long_title_stays_storable() -> None:
    found, _ = distinct(drawn("x" * MAX_TITLE, "x" * MAX_TITLE))
    assert max(map(len, titles(found))) == MAX_TITLE
    assert len(set(titles(found))) == 2
