"""Numbers in the format of Prometheus."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from goflow.journal.models import OutboxMessage
from goflow.outbound.models import WebhookEndpoint
from goflow.runtime.models import Heartbeat, Incident
from goflow.testing import count_statements
from goflow.web import metrics
from tests.web.conftest import As, Company

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-long-random-text"


@pytest.fixture
def token(settings: Any) -> dict[str, str]:
    settings.GOFLOW_METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def samples(client: Client, headers: dict[str, str]) -> dict[tuple[Any, ...], float]:
    text = client.get("/metrics", headers=headers).content.decode()
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers_are_labelled(client: Client, company: Company, token: dict[str, str]) -> None:
    Heartbeat.objects.create(name="scheduler")
    OutboxMessage.objects.create(kind="events")
    WebhookEndpoint.objects.create(name="x", url="u", enabled=False)
    Incident.objects.create(instance=company.item.instance, code="no-transition")
    found = samples(client, token)
    assert found["goflow_instances", ("process", "purchase"), ("status", "running")] == 1
    assert found["goflow_work_items", ("status", "inactive")] == 1
    assert found["goflow_incidents_open", ("code", "no-transition")] == 1
    assert found["goflow_outbox_messages", ("kind", "events"), ("status", "due")] >= 1
    assert found["goflow_webhook_endpoints", ("state", "disabled")] == 1
    assert found["goflow_work_items_overdue",] == found["goflow_timers_overdue",] == 0
    assert ("goflow_scheduler_heartbeat_age_seconds", ("name", "scheduler")) in found
    assert ("goflow_outbox_oldest_due_seconds", ("kind", "events")) in found


def test_the_answer_is_prometheus_text(client: Client, db: None, token: dict[str, str]) -> None:
    response = client.get("/metrics", headers=token)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response["Cache-Control"]


def test_every_number_is_documented(client: Client, db: None, token: dict[str, str]) -> None:
    page = (ROOT / "docs/source/reference/metrics.md").read_text("utf-8")
    families = text_string_to_metric_families(client.get("/metrics", headers=token).content.decode())
    assert {f.name for f in families} == set(re.findall(r"^\| `(goflow_\w+)`", page, re.MULTILINE))


def test_without_the_token_there_is_no_such_page(client: Client, db: None, token: dict[str, str]) -> None:
    wrong = [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": TOKEN},
    ]
    assert {client.get("/metrics", headers=headers).status_code for headers in wrong} == {404}


def test_a_blank_token_opens_nothing(client: Client, db: None) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_superusers_see_the_numbers_and_others_do_not(as_: As, company: Company) -> None:
    found = {
        name: as_(getattr(company, name)).get("/metrics").status_code for name in ("root", "bea", "anna")
    }
    assert found == {"root": 200, "bea": 404, "anna": 404}


def test_a_superuser_who_left_sees_nothing(as_: As, company: Company) -> None:
    client = as_(company.root)
    company.root.is_active = False
    company.root.save()
    assert client.get("/metrics").status_code == 404


def test_a_wrong_token_is_not_made_good_by_a_session(
    as_: As, company: Company, token: dict[str, str]
) -> None:
    assert as_(company.root).get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404


def test_a_token_of_any_letters_is_compared(client: Client, db: None, settings: Any) -> None:
    settings.GOFLOW_METRICS_TOKEN = "é"
    assert client.get("/metrics", headers={"Authorization": "Bearer ü"}).status_code == 404


def test_without_the_library_it_says_what_to_install(
    client: Client, db: None, token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "HAS_CLIENT", False)
    response = client.get("/metrics", headers=token)
    assert response.status_code == 501
    assert b'pip install "django-goflow[metrics]"' in response.content


def test_goflow_loads_without_the_library() -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "import django; django.setup()\n"
        "from goflow.web import metrics\n"
        "assert not metrics.HAS_CLIENT"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_a_database_that_is_down_is_503(
    client: Client, db: None, token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(now: object) -> None:
        raise OperationalError("secret-host refused")

    monkeypatch.setattr("goflow.reporting.numbers.read", fails)
    response = client.get("/metrics", headers=token)
    assert (response.status_code, response.content) == (503, b"the database did not answer\n")


def test_a_reading_costs_the_same_for_many_requests(
    client: Client, company: Company, token: dict[str, str]
) -> None:
    company.ask()
    with count_statements() as few:
        client.get("/metrics", headers=token)
    for number in range(10):
        company.ask(f"Laptop {number}")
    with count_statements() as many:
        client.get("/metrics", headers=token)
    assert len(few) == len(many)
    assert len(many) <= 25, many
