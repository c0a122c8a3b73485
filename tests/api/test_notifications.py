from __future__ import annotations

from typing import Any

import pytest

from goflow.api.notification_shapes import PREFERENCES
from goflow.outbound.models import Notification, UserProfile
from goflow.testing import count_statements
from tests.api.conftest import Caller, Company


def tell(company: Company, number: int = 1) -> list[int]:
    params = {"activity": "Review", "request": "Laptop", "process": "Purchase"}
    fields = {"instance_id": company.item.instance_id, "workitem_id": company.item.pk}
    rows = [
        Notification(user=company.bob, event="queued", params=params, **fields) for _number in range(number)
    ]
    for row in rows:
        row.save()
    return [row.pk for row in rows]


def test_one_is_told_in_words_with_what_it_is_about(company: Company) -> None:
    [pk] = tell(company)
    [found] = Caller(company.bob).get("/notifications").json()
    created = found.pop("created_at")
    assert created
    assert found == {
        "id": pk,
        "event": "queued",
        "text": "“Review” of “Laptop” can be taken",
        "process": "Purchase",
        "request": "Laptop",
        "activity": "Review",
        "instance_id": company.item.instance_id,
        "workitem_id": company.item.pk,
        "read_at": None,
    }


def test_the_list_leads_on_from_the_latest(company: Company) -> None:
    ids = tell(company, 5)
    caller, seen, query = Caller(company.bob), [], "?limit=2"
    while query:
        answer = caller.get(f"/notifications{query}")
        seen += [row["id"] for row in answer.json()]
        cursor = answer.headers.get("X-Next-Cursor")
        query = f"?limit=2&cursor={cursor}" if cursor else ""
    assert seen == ids[::-1]


def test_the_list_shows_what_is_unread_or_what_is_read(company: Company) -> None:
    first, second = tell(company, 2)
    caller = Caller(company.bob)
    assert caller.post(f"/notifications/{first}/read").json() == {"status": "read", "notification_id": first}
    assert [row["id"] for row in caller.get("/notifications?unread=true").json()] == [second]
    assert [row["id"] for row in caller.get("/notifications?unread=false").json()] == [first]


def test_reading_twice_is_as_good_as_once(company: Company) -> None:
    [pk] = tell(company)
    caller = Caller(company.bob)
    caller.post(f"/notifications/{pk}/read")
    read_at = Notification.objects.get().read_at
    assert caller.post(f"/notifications/{pk}/read").status_code == 200
    assert Notification.objects.get().read_at == read_at


def test_others_have_no_such_notification(company: Company) -> None:
    [pk] = tell(company)
    answer = Caller(company.anna).post(f"/notifications/{pk}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "notification-not-found")
    assert Notification.objects.get().read_at is None


@pytest.mark.parametrize(("body", "left"), [(None, 0), ({}, 0), ({"up_to": None}, 0), ("second", 1)])
def test_all_are_read_or_those_that_were_seen(company: Company, body: Any, left: int) -> None:
    ids = tell(company, 3)
    answer = Caller(company.bob).post("/notifications/read", {"up_to": ids[1]} if body == "second" else body)
    assert answer.json() == {"status": "read", "count": 3 - left}
    assert Notification.objects.filter(read_at=None).count() == left


def test_a_list_costs_the_same_for_any_number(company: Company) -> None:
    tell(company, 2)
    caller = Caller(company.bob)
    with count_statements() as few:
        caller.get("/notifications")
    tell(company, 30)
    with count_statements() as many:
        caller.get("/notifications")
    assert len(few) == len(many)


def test_preferences_are_the_defaults_until_somebody_chooses(company: Company) -> None:
    assert Caller(company.bob).get("/notifications/preferences").json() == PREFERENCES
    assert not UserProfile.objects.exists()


def test_preferences_are_replaced(company: Company) -> None:
    wanted = {
        **PREFERENCES,
        "notified": False,
        "choices": {**PREFERENCES["choices"], "queued": "off"},
        "notif_delay": 7,
        "language": "de",
    }
    caller = Caller(company.bob)
    assert caller.send("put", "/notifications/preferences", wanted).json() == wanted
    assert caller.get("/notifications/preferences").json() == wanted
    assert UserProfile.objects.get().choices["queued"] == "off"


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": {"assigned": "now"}},
        {"choices": {**PREFERENCES["choices"], "queued": "sometimes"}},
        {"language": "tlh"},
        {"nb_wi_notif": 0},
        {"notif_delay": -1},
        {"urgent_priority": 10**9},
    ],
)
def test_nonsense_is_refused(company: Company, wrong: dict[str, Any]) -> None:
    answer = Caller(company.bob).send("put", "/notifications/preferences", {**PREFERENCES, **wrong})
    assert answer.status_code == 422
    assert not UserProfile.objects.exists()
