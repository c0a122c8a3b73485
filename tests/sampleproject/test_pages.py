from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from goflow.models import ProcessInstance, WorkItem
from sampleproject.sampleapp import seed
from sampleproject.sampleapp.models import SampleModel

START = "/workflow/start/sampleapp/samplemodel/?process=sample-process"


@pytest.fixture(autouse=True)
def project() -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF="sampleproject.urls", WF_APPS_PREFIX="/sampleapp", LOGIN_URL="goflow:login"
    ):
        yield


@pytest.fixture
def sample(company: None) -> None:
    seed.load(seed.PROCESSES / "sample-process.json")


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def started(client: Client) -> WorkItem:
    client.post(START, {"text": "A sample", "number": "3"})
    found: WorkItem = WorkItem.objects.get()
    return found


def test_the_home_page_names_the_people(company: None) -> None:
    assert "userg1" in Client().get("/sampleapp/").content.decode()


def test_the_root_leads_to_the_home_page(company: None) -> None:
    assert Client().get("/").headers["Location"] == "/sampleapp/"


@pytest.mark.parametrize("path", ["/ui/sample-task/", "/workflow/ui/sample-task/"])
def test_the_sample_task_shows_its_form(company: None, path: str) -> None:
    response = signed_in("user1").get(path)
    assert response.status_code == 200
    assert 'name="priority"' in response.content.decode()


def test_the_sample_task_asks_to_sign_in(company: None) -> None:
    assert Client().get("/ui/sample-task/").headers["Location"].startswith("/workflow/accounts/login/")


def test_an_incomplete_sample_task_is_shown_again(company: None) -> None:
    assert signed_in("user1").post("/ui/sample-task/", {"text": "only this"}).status_code == 422


def test_a_complete_sample_task_is_accepted_and_stored_nowhere(company: None) -> None:
    answers = {"text": "all", "choice": "a", "priority": "0", "agreed": "on"}
    response = signed_in("user1").post("/ui/sample-task/", answers, follow=True)
    assert "Nothing was stored" in response.content.decode()
    assert ProcessInstance.objects.count() == 0


def test_a_request_starts_with_a_sample_of_the_requester(sample: None) -> None:
    started(signed_in("user1"))
    assert SampleModel.objects.get().requester.username == "user1"


def test_a_step_has_its_page_below_sampleapp(sample: None) -> None:
    client = signed_in("user1")
    item = started(client)
    response = client.get(f"/workflow/workitems/{item.pk}/")
    assert response.headers["Location"] == f"/sampleapp/choice/{item.pk}/"
    assert client.get(f"/sampleapp/choice/{item.pk}/").status_code == 200


def test_the_buttons_of_a_step_decide(sample: None) -> None:
    client = signed_in("user1")
    item = started(client)
    client.post(f"/sampleapp/choice/{item.pk}/", {"outcome": "edit"})
    edition = WorkItem.objects.get(activity_key="edition_group1")
    signed_in("userg1").post(
        f"/sampleapp/edit/{edition.pk}/", {"outcome": "ok", "text": "Better", "number": "4"}
    )
    assert SampleModel.objects.get().text == "Better"
    assert WorkItem.objects.get(activity_key="edition_user2").user.username == "user2"


def test_a_page_of_a_step_without_an_item_leads_to_my_work(company: None) -> None:
    assert signed_in("user1").get("/sampleapp/view/").headers["Location"] == "/workflow/mywork/"
