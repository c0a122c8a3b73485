"""
Every incident has its sentence, in the table and in the language of who reads it.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from goflow import testing
from goflow.core.incident_texts import TEXTS
from goflow.desk import incidents
from goflow.desk.incidents import told
from goflow.runtime import engine
from goflow.runtime.models import Incident
from goflow.runtime.recovery import stop_stranded
from tests.runtime.reading import unsound


@pytest.fixture
def starved(db: None) -> Incident:
    """
    A join whose second branch ended elsewhere.
    """
    unsound(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("Join", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "Join"), ("C", "Join")],
    )
    ana = testing.person("ana")
    only = engine.complete(engine.start("Starve", ana).pk, actor=ana, outcome="B").opened[0]
    engine.complete(only.pk, actor=ana)
    return Incident.objects.get()


def test_a_starved_join_is_told_with_its_name(starved: Incident) -> None:
    assert starved.code == "join-starved"
    assert starved.message.startswith("“Join” waits for a branch that cannot come any more.")
    assert told(starved) == starved.message


def test_an_empty_pool_is_told_with_its_step(db: None) -> None:
    testing.process("Pool", [("Work", {"roles": ["team"]}), "End"], [("Work", "End")])
    item = engine.start("Pool", testing.person("ana"))
    assert stop_stranded(item.pk)
    found = Incident.objects.get()
    assert told(found) == found.message
    assert found.message.startswith("Nobody active may take “Work”.")


def test_what_an_exception_said_is_kept(starved: Incident) -> None:
    assert told(Incident(code="application-failed", message="no ink")) == "no ink"
    assert told(Incident(code="application-failed")) == "application-failed"


def test_it_is_told_in_the_language_of_the_reader(starved: Incident, monkeypatch: Any) -> None:
    monkeypatch.setattr(incidents, "gettext", lambda text: f"[{translation.get_language()}] {text}")
    with translation.override("de"):
        assert told(starved).startswith("[de] “Join”")


def test_every_sentence_names_the_step_and_what_to_do() -> None:
    assert [code for code, text in TEXTS.items() if text.count("{title}") != 1 or text.count(". ") < 1] == []
