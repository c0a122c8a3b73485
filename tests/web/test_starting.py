from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from goflow.runtime.models import ProcessInstance
from goflow.testing import process
from leavedemo.leave.models import LeaveRequest
from tests.web.conftest import As, Company, Unchanged

LEAVE = {"day_start": "2030-01-07", "day_end": "2030-01-09", "type": "Vacation"}


@pytest.fixture
def holidays(company: Company) -> None:
    process(
        "Holidays",
        [("Check", {"roles": ["buyers"]}), "End"],
        [("Check", "End")],
        content_type=ContentType.objects.get_for_model(LeaveRequest),
    )


def test_catalogue_offers_what_may_be_started(as_: As, company: Company, holidays: None) -> None:
    paths = [offer.path for offer in as_(company.anna).get("/workflow/start/").context["offers"]]
    assert paths == [
        "/workflow/start/leave/leaverequest/?process=holidays",
        "/workflow/start_proto/purchase/",
    ]


def test_catalogue_is_empty_without_the_right(as_: As, company: Company) -> None:
    assert b"There is no process that you may start" in as_(company.carl).get("/workflow/start/").content


def test_d45_model_is_started_with_its_form(as_: As, company: Company, holidays: None) -> None:
    client = as_(company.anna)
    assert client.get("/workflow/start/leave/leaverequest/").status_code == 200
    response = client.post("/workflow/start/leave/leaverequest/", LEAVE)
    assert response["Location"] == "/workflow/myrequests/"
    assert ProcessInstance.objects.latest("pk").wfobject() == LeaveRequest.objects.get(requester=company.anna)


def test_incomplete_form_is_shown_again(
    as_: As, company: Company, holidays: None, unchanged: Unchanged
) -> None:
    with unchanged():
        response = as_(company.anna).post("/workflow/start/leave/leaverequest/", LEAVE | {"day_end": ""})
    assert response.status_code == 422
    assert b"This field is required" in response.content


def test_start_without_object(as_: As, company: Company) -> None:
    as_(company.anna).post("/workflow/start_proto/purchase/", {"title": "Chair", "comment": "red"})
    started = ProcessInstance.objects.latest("pk")
    assert (started.title, started.data, started.user) == ("Chair", {"comment": "red"}, company.anna)


def test_own_first_step_is_opened_at_once(as_: As, company: Company) -> None:
    process("Own", ["Do", "End"], [("Do", "End")])
    response = as_(company.anna).post("/workflow/start_proto/own/", {"title": "Chair"})
    item = ProcessInstance.objects.latest("pk").workitems.get()
    assert response["Location"] == f"/workflow/workitems/{item.pk}/"


def test_no_right_starts_nothing(as_: As, company: Company, holidays: None, unchanged: Unchanged) -> None:
    client = as_(company.carl)
    with unchanged():
        assert client.post("/workflow/start/leave/leaverequest/", LEAVE).status_code == 403
        assert client.post("/workflow/start_proto/purchase/", {"title": "Chair"}).status_code == 403


def sent_twice(client: Client, path: str, answers: dict[str, str]) -> list[int]:
    return [client.post(path, answers | {"goflow_key": "k1"}).status_code for _ in range(2)]


def test_sending_twice_starts_once(as_: As, company: Company) -> None:
    assert sent_twice(as_(company.anna), "/workflow/start_proto/purchase/", {"title": "Chair"}) == [302, 302]
    assert ProcessInstance.objects.filter(title="Chair").count() == 1


def test_sending_an_object_twice_starts_once(as_: As, company: Company, holidays: None) -> None:
    assert sent_twice(as_(company.anna), "/workflow/start/leave/leaverequest/", LEAVE) == [302, 302]
    assert LeaveRequest.objects.count() == 1


@pytest.mark.parametrize("change", [{"enabled": False}, {"status": "retired", "published_code": None}])
def test_closed_process_is_not_found(
    as_: As, company: Company, unchanged: Unchanged, change: dict[str, object]
) -> None:
    type(company.item.instance.process).objects.update(**change)
    with unchanged():
        assert as_(company.anna).post("/workflow/start_proto/purchase/", {"title": "x"}).status_code == 404
