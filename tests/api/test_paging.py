from __future__ import annotations

from typing import Any

import pytest

from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.testing import count_statements
from tests.api.conftest import As, Company

LISTS = [
    "/workitems",
    "/my/workitems",
    "/instances",
    "/processes",
    "/definitions",
    "/incidents",
    "/reports/processes",
]


def many(company: Company, number: int) -> None:
    """So many open items of as many instances, all held by bob."""
    first = company.item
    made = ProcessInstance.objects.bulk_create(
        [
            ProcessInstance(
                title=f"Chair {n}",
                process=company.process,
                fingerprint=company.process.fingerprint,
                user=company.anna,
                open_items=1,
            )
            for n in range(number)
        ]
    )
    WorkItem.objects.bulk_create(
        [
            WorkItem(
                instance=instance,
                activity_id=first.activity_id,
                activity_key=first.activity_key,
                user=company.bob,
                queue=f"u:{company.bob.pk}",
                sort_key=n % 7,
                priority=n % 3,
            )
            for n, instance in enumerate(made)
        ]
    )


def walked(caller: Any, path: str) -> list[int]:
    """The ids of all pages, following the Link header."""
    found: list[int] = []
    response = caller.get(path)
    while True:
        found += [row["id"] for row in response.json()]
        link = response.headers.get("Link")
        if link is None:
            return found
        response = caller.client.get(link[1 : link.index(">")], **caller.headers)


@pytest.mark.parametrize(
    "ordering", ["id", "-id", "created_at", "-created_at", "urgency", "-priority", "status"]
)
def test_every_row_comes_once_in_every_order(company: Company, as_: As, ordering: str) -> None:
    many(company, 23)
    found = walked(as_(company.bob), f"/workitems?limit=5&ordering={ordering}")
    assert sorted(found) == sorted(WorkItem.objects.values_list("pk", flat=True))


def test_the_order_is_kept_across_pages(company: Company, as_: As) -> None:
    many(company, 23)
    found = walked(as_(company.bob), "/my/workitems?limit=4&ordering=urgency")
    wanted = WorkItem.objects.filter(user=company.bob).order_by("sort_key", "id")
    assert found == list(wanted.values_list("pk", flat=True))


def test_rows_that_come_meanwhile_shift_nothing(company: Company, as_: As) -> None:
    many(company, 6)
    bob = as_(company.bob)
    first = bob.get("/my/workitems?limit=3&ordering=-id")
    many(company, 2)
    second = bob.get(f"/my/workitems?limit=3&ordering=-id&cursor={first.headers['X-Next-Cursor']}")
    ids = [row["id"] for row in first.json() + second.json()]
    assert ids == sorted(set(ids), reverse=True)


def test_the_last_page_leads_nowhere(company: Company, as_: As) -> None:
    response = as_(company.bob).get("/workitems?limit=1000")
    assert "X-Next-Cursor" not in response.headers
    assert "Link" not in response.headers


def test_a_hundred_rows_unless_asked(company: Company, as_: As) -> None:
    many(company, 120)
    assert len(as_(company.bob).get("/workitems").json()) == 100


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_limit_that_does_not_fit(company: Company, as_: As, limit: str) -> None:
    assert as_(company.bob).get(f"/workitems?limit={limit}").status_code == 422


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzEsMl0", "WyJpZCIsMSwiYSJd", "WyJpZCIsbnVsbCwxXQ", "WyItaWQiLDEsMV0", "%00", "é"]
)
def test_a_cursor_that_fits_no_page(company: Company, as_: As, cursor: str) -> None:
    response = as_(company.bob).get(f"/workitems?cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid-cursor")


def test_a_cursor_with_a_value_of_another_kind(company: Company, as_: As) -> None:
    cursor = "WyJjcmVhdGVkX2F0IiwieCIsMV0"
    response = as_(company.bob).get(f"/workitems?ordering=created_at&cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid-cursor")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=inactive", 4),
        ("status=complete", 0),
        ("open=true", 4),
        ("open=false", 0),
        ("process=purchase", 4),
        ("process=other", 0),
        ("due_before=2030-01-01T00:00:00Z", 0),
    ],
)
def test_filters(company: Company, as_: As, query: str, wanted: int) -> None:
    many(company, 3)
    assert len(as_(company.bob).get(f"/workitems?{query}").json()) == wanted


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_with_10_and_with_1000_rows(company: Company, as_: As, path: str) -> None:
    many(company, 10)
    root = as_(company.root)
    root.get(path)
    with count_statements() as few:
        root.get(f"{path}?limit=1000")
    many(company, 1000)
    with count_statements() as lots:
        root.get(f"{path}?limit=1000")
    assert len(lots) == len(few), lots


@pytest.mark.parametrize(("path", "budget"), [("/workitems", 5), ("/my/workitems", 2), ("/instances", 5)])
def test_lists_stay_within_their_budget(company: Company, as_: As, path: str, budget: int) -> None:
    many(company, 50)
    bob = as_(company.bob)
    with count_statements() as found:
        bob.get(path)
    assert len(found) <= budget, found


def test_one_item_and_one_instance_cost_the_same_beside_1000_others(company: Company, as_: As) -> None:
    bob = as_(company.bob)
    paths = [f"/workitems/{company.item.pk}", f"/instances/{company.item.instance_id}"]
    ada = as_(company.ada)
    with count_statements() as few:
        found = [bob.get(paths[0]).status_code, ada.get(paths[1]).status_code]
    many(company, 1000)
    with count_statements() as lots:
        found += [bob.get(paths[0]).status_code, ada.get(paths[1]).status_code]
    assert found == [200] * 4
    assert len(lots) <= len(few), lots
