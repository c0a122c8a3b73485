from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from goflow import clock, testing
from goflow.errors import ContentObjectMissing
from goflow.runtime import engine, facts
from goflow.runtime.task import Task
from goflow.testing import count_statements
from leavedemo.leave.models import LeaveRequest


@pytest.fixture
def request_(ana):
    return LeaveRequest.objects.create(
        day_start="2026-01-01", day_end="2026-01-02", type="Illness", requester=ana
    )


@pytest.fixture
def task(ana, request_):
    testing.process("Facts", ["A", "B"], [("A", "B")], priority=4)
    item = engine.start("Facts", ana, request_, title="To Rome", data={"days": 2, "to": {"city": "Rome"}})
    item.refresh_from_db()
    item.instance.refresh_from_db()
    return Task(instance=item.instance, workitem=item, activity=None)


def test_plain_names_cost_nothing(task):
    with count_statements() as statements:
        found = facts.gather(task, {"outcome", "instance.title", "data.days", "workitem.priority"})
    assert len(statements) == 0, statements
    assert (found["instance"]["title"], found["instance"]["priority"]) == ("To Rome", 4)
    assert (found["workitem"]["status"], found["workitem"]["priority"]) == ("inactive", 4)
    assert found["data"] == {"days": 2, "to": {"city": "Rome"}}


def test_the_object_is_read_only_when_asked_for(task):
    with count_statements() as statements:
        assert facts.gather(task, {"instance.id"})["wfobject"] == {}
    assert len(statements) == 0, statements


def test_only_the_fields_asked_for_are_given(task):
    assert facts.gather(task, {"wfobject.type"})["wfobject"] == {"type": "Illness"}


def test_a_relation_is_its_id(task, ana):
    assert facts.gather(task, {"wfobject.requester_id"})["wfobject"] == {"requester_id": ana.pk}


def test_one_relation_step_is_followed_when_the_setting_names_it(task, settings):
    settings.GOFLOW_CONDITION_FIELDS = {"leave.LeaveRequest": ["requester.username"]}
    found = facts.gather(task, {"wfobject.requester.username"})
    assert found["wfobject"] == {"requester": {"username": "ana"}}


@pytest.mark.parametrize(
    "secret", ["wfobject.requester.password", "wfobject.delete", "wfobject._state", "wfobject.__class__"]
)
def test_nothing_else_of_the_object_is_given(task, secret):
    assert facts.gather(task, {secret})["wfobject"] == {}


def test_the_setting_limits_the_fields(task, settings):
    settings.GOFLOW_CONDITION_FIELDS = {"leave.leaverequest": ["reason"]}
    assert facts.gather(task, {"wfobject.type", "wfobject.reason"})["wfobject"] == {"reason": ""}


def test_people_are_given_by_user_name(task):
    found = facts.gather(task, {"instance.user.username", "workitem.user.username"})
    assert (found["instance"]["user"], found["workitem"]["user"]) == (
        {"username": "ana"},
        {"username": "ana"},
    )


def test_the_process_is_given_when_asked_for(task):
    assert facts.gather(task, {"instance.process.version"})["instance"]["process"]["version"] == 1


def test_now_is_the_clocks(task):
    with testing.moved(timedelta(days=400)):
        assert facts.gather(task, ())["now"] > clock.now() - timedelta(minutes=1)


def test_a_deleted_object_is_told(task, request_):
    request_.delete()
    with pytest.raises(ContentObjectMissing):
        facts.gather(task, {"wfobject.type"})


def test_an_instance_about_no_object_has_no_fields(ana):
    testing.process("Plain", ["A"], [])
    item = engine.start("Plain", ana)
    found = facts.gather(Task(item.instance, item, None), {"wfobject.type"})
    assert found["wfobject"] == {}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("1.50"), Decimal("1.50")),
        (date(2026, 1, 2), date(2026, 1, 2)),
        (datetime(2026, 1, 2, 3), datetime(2026, 1, 2, 3)),  # noqa: DTZ001 - as a host field may hold it
        (time(8, 30), "08:30:00"),
        (timedelta(minutes=2), timedelta(minutes=2)),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ((1, {"a": (2,)}), [1, {"a": [2]}]),
        (object(), None),
    ],
)
def test_values_become_plain_data(value, plain):
    assert facts._plain(value) == plain
