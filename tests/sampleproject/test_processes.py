"""
The processes of the sample project, run from start to end. What is played is data: see ``playing``.
"""

from __future__ import annotations

import json

import pytest

from goflow.core import lint, soundness
from goflow.core.exchange import from_dict, to_dict
from goflow.core.graph import ProcessDef
from goflow.workflow import registry
from goflow.workflow.models import Process
from sampleproject.sampleapp import people
from sampleproject.sampleapp.drawing import PICTURES, pictures
from sampleproject.sampleapp.seed import PROCESSES, files
from tests.sampleproject import playing

CODES = [path.stem for path in files()]
BUSINESS = [
    "purchase-approval",
    "supplier-invoice",
    "onboarding",
    "it-incident",
    "loan-application",
    "expense-claim",
    "recruitment",
    "insurance-claim",
    "customer-order",
    "document-review",
]


def data(code: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((PROCESSES / f"{code}.json").read_text(encoding="utf-8"))
    return found


def process(code: str) -> ProcessDef:
    return from_dict(data(code))


def roles(definition: ProcessDef) -> set[str]:
    return {name for activity in definition.activities for name in (*activity.roles, *activity.sla_roles)}


def played() -> list[object]:
    return [
        pytest.param(code, scenario, id=f"{code}: {scenario['name']}")
        for code in CODES
        for scenario in playing.scenarios(code)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("published", "scenario"), played(), indirect=["published"], scope="class")
class TestScenarios:
    def test_it_runs_from_start_to_end(self, published: Process, scenario: playing.Scenario) -> None:
        instance = playing.play(published, scenario)
        wanted = playing.expected(scenario)
        assert {key: found for key, found in playing.result(instance).items() if key in wanted} == wanted


@pytest.mark.parametrize("code", CODES)
class TestFiles:
    def test_scenarios_visit_every_activity(self, code: str) -> None:
        assert {activity.key for activity in process(code).activities} - playing.seen(code) == set()

    def test_it_is_written_as_it_would_be_exported(self, code: str) -> None:
        assert to_dict(process(code)) == data(code)

    def test_its_code_is_the_name_of_the_file(self, code: str) -> None:
        assert data(code)["code"] == code

    def test_lint_finds_no_errors(self, code: str) -> None:
        known = lint.Known(
            applications=registry.names(registry.APPLICATION) | {"choice", "view", "edit"},
            push_applications=registry.names(registry.PUSH_APPLICATION),
            forms=registry.names(registry.FORM),
            roles=frozenset(people.GROUPS),
        )
        errors = [p for p in lint.problems(process(code), known) if p.severity is lint.Severity.ERROR]
        assert errors == []

    def test_it_is_sound(self, code: str) -> None:
        found = soundness.check(process(code))
        assert found.problems == ()
        assert found.complete

    def test_every_role_has_a_member(self, code: str) -> None:
        assert roles(process(code)) <= {name for name, members in people.GROUPS.items() if members}


@pytest.mark.parametrize("code", BUSINESS)
def test_a_business_process_is_of_real_size(code: str) -> None:
    assert 8 <= len(process(code).activities) <= 20


def test_every_scenario_belongs_to_a_process() -> None:
    assert sorted(path.stem for path in playing.FOLDER.glob("*.json")) == CODES


def test_the_pictures_in_the_documentation_are_up_to_date() -> None:
    # Otherwise: python sampleproject/manage.py draw_processes
    drawn = pictures()
    assert {path: path.read_text(encoding="utf-8") for path in drawn} == drawn


def test_the_pictures_in_the_documentation_are_small() -> None:
    assert [path.name for path in PICTURES.glob("*.svg") if path.stat().st_size >= 40_000] == []
