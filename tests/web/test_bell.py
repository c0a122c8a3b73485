from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from goflow.outbound.models import Notification
from goflow.testing import count_statements
from tests.web.conftest import TITLE, As, Company, Unchanged

LIST = "/workflow/notifications/"


def tell(user: Any, company: Company, number: int = 1, event: str = "queued", **fields: Any) -> list[int]:
    params = {"activity": "Review", "request": TITLE, "process": "Purchase"}
    rows = [
        Notification(
            user=user,
            event=event,
            params=params,
            workitem_id=company.item.pk,
            instance_id=company.item.instance_id,
            **fields,
        )
        for _number in range(number)
    ]
    for row in rows:
        row.save()
    return [row.pk for row in rows]


def unread(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{LIST}unread/").json()
    return found


@pytest.mark.parametrize(
    ("number", "count", "label"),
    [
        (0, "0", "Notifications, all read"),
        (1, "1", "Notifications, 1 unread"),
        (99, "99", "Notifications, 99 unread"),
        (150, "99+", "Notifications, 99+ unread"),
    ],
)
def test_the_bell_counts_what_is_unread(
    as_: As, company: Company, number: int, count: str, label: str
) -> None:
    tell(company.bob, company, number)
    text = as_(company.bob).get("/workflow/mywork/").content.decode()
    assert f'<span class="visually-hidden" id="bell-label">{label}</span>' in text
    assert f'aria-hidden="true"{"" if number else " hidden"}>{count}</span></a>' in text


@pytest.mark.parametrize("path", ["mywork/", "done/", "start/", "notifications/settings/", "workitems/999/"])
def test_every_page_has_the_bell(as_: As, company: Company, path: str) -> None:
    assert b'id="bell"' in as_(company.bob).get(f"/workflow/{path}").content


def test_strangers_hear_no_bell(client: Client, db: None) -> None:
    assert b"bell" not in client.get("/workflow/accounts/login/").content


def test_there_is_no_bell_where_nobody_is_told(as_: As, company: Company, settings: Any) -> None:
    settings.GOFLOW_NOTIFICATIONS_ENABLED = False
    client = as_(company.bob)
    assert b'id="bell"' not in client.get("/workflow/mywork/").content
    assert unread(client) == {"unread": 0, "count": "", "label": ""}


def test_the_bell_speaks_the_language_of_the_page(as_: As, company: Company) -> None:
    tell(company.bob, company, 3)
    client = as_(company.bob)
    with translation.override("de"):
        expected = translation.ngettext(
            "Notifications, %(count)s unread", "Notifications, %(count)s unread", 3
        )
    assert expected % {"count": 3} in client.get("/de/workflow/mywork/").content.decode()
    assert client.get("/de/workflow/notifications/unread/").json()["label"] == expected % {"count": 3}


def test_the_number_is_sent_again_only_when_it_changed(as_: As, company: Company) -> None:
    tell(company.bob, company, 2)
    client = as_(company.bob)
    first = client.get(f"{LIST}unread/")
    assert first.json() == {"unread": 2, "count": "2", "label": "Notifications, 2 unread"}
    again = client.get(f"{LIST}unread/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    tell(company.bob, company)
    assert client.get(f"{LIST}unread/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_list_tells_the_latest_first(as_: As, company: Company) -> None:
    ids = tell(company.bob, company, 3)
    shown = as_(company.bob).get(LIST).context["notices"]
    assert [notice.pk for notice in shown] == ids[::-1]


def test_the_list_goes_on_page_by_page(as_: As, company: Company) -> None:
    ids = tell(company.bob, company, 60)
    client, seen, path = as_(company.bob), [], LIST
    while path:
        page = client.get(path)
        seen += [notice.pk for notice in page.context["notices"]]
        path = page.context["page"].next
    assert seen == ids[::-1]


def test_nobody_sees_what_others_were_told(as_: As, company: Company) -> None:
    tell(company.bob, company)
    client = as_(company.carl)
    assert client.get(LIST).context["notices"] == []
    assert unread(client)["unread"] == 0


def test_titles_in_the_list_stay_text(as_: As, company: Company) -> None:
    tell(company.bob, company)
    text = as_(company.bob).get(LIST).content.decode()
    assert TITLE not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize("number", [1, 60])
def test_the_list_costs_the_same_for_any_number(as_: As, company: Company, number: int) -> None:
    tell(company.bob, company, number)
    client = as_(company.bob)
    client.get(LIST)
    with count_statements() as found:
        client.get(LIST)
    assert len([text for text in found if "goflow_notification" in text]) == 3, found  # bell, count, rows


@pytest.mark.parametrize(
    ("event", "path"), [("queued", "workitems/{item}/"), ("request_moved", "instances/{instance}/")]
)
def test_opening_one_reads_it_and_leads_to_it(as_: As, company: Company, event: str, path: str) -> None:
    first, second = tell(company.bob, company, 2, event=event)
    client = as_(company.bob)
    answer = client.post(f"{LIST}{first}/open/")
    expected = path.format(item=company.item.pk, instance=company.item.instance_id)
    assert answer["Location"] == f"/workflow/{expected}"
    assert list(Notification.objects.filter(read_at=None).values_list("pk", flat=True)) == [second]


def test_nobody_opens_what_others_were_told(as_: As, company: Company, unchanged: Unchanged) -> None:
    [pk] = tell(company.bob, company)
    with unchanged():
        assert as_(company.carl).post(f"{LIST}{pk}/open/").status_code == 404


def test_one_that_leads_nowhere_leads_back(as_: As, company: Company) -> None:
    row = Notification.objects.create(user=company.bob, event="incident", params={"request": "Gone"})
    assert as_(company.bob).post(f"{LIST}{row.pk}/open/")["Location"] == LIST


def test_all_that_was_seen_is_read(as_: As, company: Company) -> None:
    tell(company.bob, company, 3)
    client = as_(company.bob)
    newest = client.get(LIST).context["newest"]
    tell(company.bob, company)
    assert client.post(f"{LIST}read/", {"newest": str(newest)})["Location"] == LIST
    assert unread(client)["unread"] == 1


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 40, "9" * 5000, "²"])
def test_nonsense_reads_everything_or_nothing_but_never_fails(as_: As, company: Company, newest: str) -> None:
    tell(company.bob, company)
    assert as_(company.bob).post(f"{LIST}read/", {"newest": newest}).status_code == 302


def test_a_link_of_a_mail_survives_signing_in(client: Client, company: Company) -> None:
    path = f"/workflow/workitems/{company.item.pk}/"
    answer = client.get(path)
    assert answer["Location"] == f"/accounts/login/?next={path}"
    signed_in = client.post(answer["Location"], {"username": "bob", "password": "bob", "next": path})
    assert signed_in["Location"] == path
