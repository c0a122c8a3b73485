from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from goflow import clock
from goflow.journal.rows import insert
from goflow.runtime import engine
from goflow.runtime.assignment import personal_queue
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import count_statements
from tests.web.conftest import As, Company, Unchanged

BELL = 1
"""Every page counts what its reader was told and has not read."""

LOADING_THE_USER = re.compile(r"django_session|auth_permission|FROM .auth_user. WHERE")


def copies(company: Company, number: int, **fields: object) -> None:
    first = company.item.instance
    instances = [
        ProcessInstance(
            title=f"Copy {n}",
            process=first.process,
            fingerprint=first.fingerprint,
            user=company.anna,
            open_items=1,
        )
        for n in range(number)
    ]
    insert(instances)
    owner = {"queue": company.item.queue} | fields
    items = [
        WorkItem(
            instance=instance,
            activity_id=company.item.activity_id,
            activity_key="review",
            sort_key=n,
            **owner,
        )
        for n, instance in enumerate(instances)
    ]
    insert(items)


def own(company: Company) -> dict[str, object]:
    return {"queue": personal_queue(company.bob), "user": company.bob, "status": "active"}


def statements(client: Client, path: str) -> int:
    client.get(path)
    with count_statements() as found:
        assert client.get(path).status_code == 200
    return len([text for text in found if not LOADING_THE_USER.search(text)])


def subjects(client: Client, path: str) -> list[str]:
    return [row.instance.title for row in client.get(path).context["page"].rows]


@pytest.mark.parametrize("number", [10, 1_000, 20_000])
def test_pools_cost_three_statements_and_the_bell(as_: As, company: Company, number: int) -> None:
    copies(company, number)
    assert statements(as_(company.bob), "/workflow/available/") <= 3 + BELL


@pytest.mark.parametrize("number", [10, 1_000, 20_000])
def test_own_work_costs_three_statements(as_: As, company: Company, number: int) -> None:
    copies(company, number, **own(company))
    assert statements(as_(company.bob), "/workflow/mywork/") <= 3


@pytest.mark.parametrize("number", [10, 1_000, 20_000])
def test_own_requests_cost_three_statements_and_the_bell(as_: As, company: Company, number: int) -> None:
    copies(company, number, **own(company))
    assert statements(as_(company.anna), "/workflow/myrequests/") <= 3 + BELL


@pytest.mark.parametrize("number", [10, 1_000, 20_000])
def test_done_work_costs_three_statements(as_: As, company: Company, number: int) -> None:
    copies(company, number, user=company.bob, queue=None, status="complete", completed_at=clock.now())
    assert statements(as_(company.bob), "/workflow/done/") <= 3


@pytest.mark.parametrize("path", ["available/", "mywork/", "myrequests/", "done/"])
def test_pages_follow_each_other(as_: As, company: Company, path: str) -> None:
    fields = {
        "available/": {},
        "mywork/": own(company),
        "myrequests/": own(company),
        "done/": {"user": company.bob, "queue": None, "status": "complete", "completed_at": clock.now()},
    }[path]
    copies(company, 60, **fields)
    client = as_(company.anna if path == "myrequests/" else company.bob)
    first = client.get(f"/workflow/{path}").context["page"]
    second = client.get(first.next).context["page"]
    third = client.get(second.next).context["page"]
    seen = [row.pk for page in (first, second, third) for row in page.rows]
    assert len(seen) == len(set(seen)) >= 60
    assert third.next is None
    assert client.get(third.previous).context["page"].rows == list(second.rows)
    assert client.get(second.previous).context["page"].rows == list(first.rows)


def test_count_is_capped(as_: As, company: Company) -> None:
    copies(company, 1001)
    assert as_(company.bob).get("/workflow/available/").context["page"].count == "1,000+"


def test_urgent_work_comes_first(as_: As, company: Company) -> None:
    company.ask("Fire", priority=5)
    assert subjects(as_(company.bob), "/workflow/available/")[0] == "Fire"


def test_priority_is_told_in_words(as_: As, company: Company) -> None:
    company.ask("Fire", priority=5)
    assert b"Emergency" in as_(company.bob).get("/workflow/available/").content


def test_lateness_is_told_in_words(as_: As, company: Company) -> None:
    WorkItem.objects.filter(pk=company.item.pk).update(due_at=clock.now() - timedelta(days=2))
    assert b"2\xc2\xa0days late" in as_(company.bob).get("/workflow/available/").content


def test_taking_moves_the_item_to_own_work(as_: As, company: Company) -> None:
    client = as_(company.bob)
    response = client.post(f"/workflow/mywork/activate/{company.item.pk}/")
    assert response["Location"] == f"/workflow/workitems/{company.item.pk}/"
    assert (len(subjects(client, "/workflow/mywork/")), subjects(client, "/workflow/available/")) == (1, [])


def test_requests_name_who_has_them(as_: As, company: Company) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    assert b"Review: Bob" in as_(company.anna).get("/workflow/myrequests/").content


def test_requests_tell_of_a_problem(as_: As, company: Company, stuck: Incident) -> None:
    text = as_(company.root).get("/workflow/myrequests/").content.decode()
    assert "Press: " in text
    assert "stopped by a problem" in text


def test_done_work_is_listed_with_its_outcome(as_: As, company: Company) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="APPROVED")
    assert b"APPROVED" in as_(company.bob).get("/workflow/done/").content


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("mywork/", "/workflow/available/"),
        ("available/", "/workflow/mywork/"),
        ("myrequests/", "/workflow/start/"),
        ("done/", "/workflow/mywork/"),
    ],
)
def test_empty_lists_offer_one_action(as_: As, company: Company, path: str, action: str) -> None:
    text = as_(company.carl).get(f"/workflow/{path}").content.decode()
    assert f'class="button button-primary" href="{action}"' in text


def test_work_of_others_is_shown_by_name(as_: As, company: Company) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    assert len(subjects(as_(company.bea), "/workflow/otherswork/?worker=bob")) == 1


def test_old_history_addresses_lead_to_the_instance(as_: As, company: Company, unchanged: Unchanged) -> None:
    response = as_(company.anna).get(f"/workflow/myrequests/instancehistory/?id={company.item.instance_id}")
    assert response["Location"] == f"/workflow/instances/{company.item.instance_id}/"
