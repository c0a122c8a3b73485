"""
A client drives the leave process of the demo over HTTP.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from goflow.runtime.models import ProcessInstance
from goflow.testing.client import ApiError, Client
from leavedemo.leave.models import LeaveRequest
from leavedemo.leave.seed import seed

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime.date(2030, 1, 7)
ABOUT = ("leave", "leaverequest")


@pytest.fixture
def address(live_server: Any) -> str:
    seed()
    return f"{live_server.url}/api"


@pytest.fixture
def asked(address: str) -> LeaveRequest:
    """A stored request of tertius, whose secretary is socius."""
    return LeaveRequest.objects.create(
        day_start=MONDAY,
        day_end=MONDAY + datetime.timedelta(days=2),
        type="Vacation",
        requester=User.objects.get(username="tertius"),
    )


def signed_in(address: str, name: str) -> Client:
    client = Client(address)
    client.sign_in(name, name[0])
    return client


def decide(address: str, name: str, condition: str | None) -> None:
    """Take and decide the one item that waits for this person."""
    client = signed_in(address, name)
    (item,) = client.my_workitems(open="true")
    assert client.activate(item.id).status == "activated"
    assert client.complete(item.id, condition).status == "completed"


def test_a_leave_request_from_start_to_end(address: str, asked: LeaveRequest) -> None:
    tertius = signed_in(address, "tertius")
    started = tertius.start("leave", (*ABOUT, asked.pk), title="Skiing", priority=1, key="first")
    decide(address, "socius", "OK: Forward to supervisor")
    decide(address, "prefectus", "OK: Forward to secretary")
    decide(address, "socius", None)
    instance = tertius.instance(started.instance_id)
    assert (instance["status"], instance["title"]) == ("running", "Skiing")
    (last,) = tertius.my_workitems(open="true")
    tertius.complete(last.id, "OK")
    told = tertius.instance(started.instance_id)
    assert told["status"] == ProcessInstance.Status.COMPLETE


def test_a_denied_request_comes_back(address: str, asked: LeaveRequest) -> None:
    tertius = signed_in(address, "tertius")
    tertius.start("leave", (*ABOUT, str(asked.pk)))
    decide(address, "socius", "Denied: Back to requester")
    (item,) = tertius.my_workitems(open="true")
    told = tertius.workitem(item.id)
    assert (told["activity"], [one["value"] for one in told["outcomes"]]) == (
        "Refinement",
        ["Re-request", "Withdraw request"],
    )


def test_somebody_elses_request_cannot_be_started(address: str, asked: LeaveRequest) -> None:
    with pytest.raises(ApiError) as refused:
        signed_in(address, "quartus").start("leave", (*ABOUT, asked.pk))
    assert (refused.value.status, refused.value.code) == (403, "object-not-allowed")


def test_an_expired_access_token_is_refreshed(address: str) -> None:
    client = signed_in(address, "primus")
    client.access = "expired"
    assert client.me() == "primus"


def test_a_wrong_password(address: str) -> None:
    with pytest.raises(ApiError) as refused:
        Client(address).sign_in("primus", "wrong")
    assert (refused.value.status, refused.value.code) == (401, "not-authenticated")


def test_an_address_that_is_none() -> None:
    with pytest.raises(ValueError, match="is no address"):
        Client("file:///tmp")
