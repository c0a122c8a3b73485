from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from goflow.models import ProcessInstance, WorkItem
from goflow.runtime.jobs import tick
from goflow.testing import moved

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def tertius(client: Client) -> Client:
    client.login(username="tertius", password="t")
    return client


def test_the_root_leads_to_the_leave_pages(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/leave/"


def test_the_home_page_is_open_and_lists_the_three_exercises(client: Client) -> None:
    page = client.get("/leave/").content.decode()
    assert "Automate the check" in page
    assert "Let secretaries draw from a pool" in page
    assert "Let the requester withdraw while it waits" in page


def test_the_home_page_tells_the_days_left(tertius: Client) -> None:
    assert "You have 10 days left" in tertius.get("/leave/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/leave/",
        "/leave/start/",
        "/leave/checkstatus_auto/",
        "/leave/hr_auto/",
        "/leave/mywork/",
        "/workflow/start/",
        "/fr/leave/",
        "/ja/leave/start/",
        "/de/workflow/mywork/",
    ],
)
def test_pages_answer(tertius: Client, path: str) -> None:
    assert tertius.get(path).status_code == 200


@pytest.mark.parametrize("name", ["checkstatus", "refine", "approvalform", "hrform", "finalinfo"])
def test_a_step_without_an_item_leads_to_ones_own_work(tertius: Client, name: str) -> None:
    assert tertius.get(f"/leave/{name}/").headers["Location"] == "/leave/mywork/"


def test_a_step_names_its_item_in_the_query_too(tertius: Client) -> None:
    answer = tertius.get("/leave/checkstatus/?workitem_id=7")
    assert answer.headers["Location"] == "/leave/workitems/7/"


def test_a_step_asks_strangers_to_sign_in(client: Client) -> None:
    answer = client.get("/leave/checkstatus/7/")
    assert answer.headers["Location"] == "/leave/accounts/login/?next=/leave/checkstatus/7/"


def test_an_unknown_item_is_not_found(tertius: Client) -> None:
    assert tertius.get("/leave/checkstatus/7/").status_code == 404


def test_an_unknown_address_is_not_found(tertius: Client) -> None:
    assert tertius.get("/leave/nowhere/").status_code == 404


def test_the_old_address_of_the_administration_leads_to_it(client: Client) -> None:
    assert client.get("/leave/admin/").headers["Location"] == "/admin/"
    assert client.get("/leave/admin/leave/account/?q=x").headers["Location"] == "/admin/leave/account/?q=x"


def test_links_stay_behind_the_language(tertius: Client) -> None:
    page = tertius.get("/fr/leave/").content.decode()
    assert 'href="/fr/leave/mywork/"' in page
    assert 'href="/fr/leave/start/"' in page
    assert 'href="/fr/workflow/start/"' in page


def test_starting_behind_a_language_stays_there(tertius: Client) -> None:
    answers = {"day_start": "2030-01-07", "day_end": "2030-01-09", "type": "Vacation"}
    assert tertius.post("/fr/leave/start/", answers).headers["Location"] == "/fr/leave/myrequests/"


def test_the_sign_in_page_offers_the_sample_users(client: Client, settings: Any) -> None:
    settings.TEST_USERS = (("tertius", "t"),)
    assert 'value="tertius"' in client.get("/leave/accounts/login/").content.decode()


def test_what_is_parked_is_left_by_the_clock_after_a_minute(tertius: Client) -> None:
    tertius.post("/workflow/start_proto/dummy/", {"title": "my car"})
    instance = ProcessInstance.objects.get(title="my car")
    with moved(timedelta(seconds=59)):
        assert tick()["timeouts"]["fired"] == 0
    with moved(timedelta(seconds=61)):
        assert tick()["timeouts"]["fired"] == 1
    open_item = WorkItem.objects.get(instance=instance, status="inactive")
    assert (open_item.activity.title, open_item.user.username) == ("Notification", "tertius")
