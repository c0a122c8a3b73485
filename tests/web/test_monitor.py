from __future__ import annotations

from datetime import timedelta

from goflow import clock
from goflow.runtime import engine
from goflow.runtime.models import Incident, WorkItem
from goflow.testing import count_statements
from tests.web.conftest import As, Company


def test_requests_are_counted_per_process_and_state(as_: As, company: Company) -> None:
    company.ask()
    engine.cancel(company.item.instance_id, actor=company.root)
    rows = as_(company.bea).get("/workflow/monitor/").context["rows"]
    assert [(row.title, row.counts) for row in rows] == [("Purchase", {"running": 1, "terminated": 1})]


def test_late_work_is_counted(as_: As, company: Company) -> None:
    WorkItem.objects.update(due_at=clock.now() - timedelta(hours=1))
    assert as_(company.bea).get("/workflow/monitor/").context["overdue"] == 1


def test_administrators_retry_from_the_list_of_problems(as_: As, company: Company, stuck: Incident) -> None:
    retry = f"/workflow/incidents/{stuck.pk}/retry/"
    assert retry in as_(company.root).get("/workflow/monitor/").content.decode()
    assert retry not in as_(company.bea).get("/workflow/monitor/").content.decode()


def test_latest_events_are_ten_at_most(as_: As, company: Company) -> None:
    for number in range(12):
        company.ask(f"Laptop {number}")
    latest = as_(company.bea).get("/workflow/monitor/").context["latest"]
    assert [line.text for line in latest] == ["Anna started the request"] * 10


def test_monitor_costs_the_same_for_many_requests(as_: As, company: Company) -> None:
    client = as_(company.bea)
    client.get("/workflow/monitor/")
    with count_statements() as few:
        client.get("/workflow/monitor/")
    for number in range(20):
        company.ask(f"Laptop {number}")
    with count_statements() as many:
        client.get("/workflow/monitor/")
    assert len(many) == len(few), many


def test_dot_is_graphviz(as_: As, company: Company) -> None:
    response = as_(company.bea).get(f"/workflow/process/dot/{company.item.instance.process_id}/")
    assert response["Content-Type"] == "text/vnd.graphviz; charset=utf-8"
    assert response.content.startswith(b'digraph "purchase"')
