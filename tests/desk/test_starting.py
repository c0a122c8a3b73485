from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict

from goflow.desk import starting
from goflow.errors import NotAllowed, ProcessNotFound
from goflow.runtime.models import ProcessInstance
from goflow.testing import count_statements, group, person, process
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest

pytestmark = pytest.mark.django_db

LEAVE = "day_start=2030-01-07&day_end=2030-01-09&type=Vacation"


def simple(title: str, **fields: object) -> Process:
    return process(title, ["Do", "End"], [("Do", "End")], **fields)


def for_leave(title: str = "Holidays") -> Process:
    return simple(title, content_type=ContentType.objects.get_for_model(LeaveRequest))


def test_startable_leaves_out_disabled_and_drafts() -> None:
    simple("Open")
    simple("Closed", enabled=False)
    Process.objects.create(title="Draft")
    assert [found.title for found in starting.startable(person("anna"))] == ["Open"]


def test_startable_is_nothing_without_the_right() -> None:
    simple("Open")
    assert starting.startable(person("carl", may_start=False)) == []


def test_startable_asks_the_group_of_the_process() -> None:
    simple("Open")
    group("Open")
    assert starting.startable(person("anna")) == []
    assert [found.title for found in starting.startable(person("bob", "Open"))] == ["Open"]


def test_startable_costs_the_same_for_many_processes() -> None:
    anna = person("anna")
    for number in range(12):
        simple(f"P{number}")
    with count_statements() as statements:
        assert len(starting.startable(anna)) == 12
    assert len(statements) <= 5, statements


def test_process_of_refuses_unknown_names() -> None:
    with pytest.raises(ProcessNotFound):
        starting.process_of(person("anna"), "nothing")


def test_process_of_refuses_people_without_the_right() -> None:
    simple("Open")
    with pytest.raises(NotAllowed):
        starting.process_of(person("carl", may_start=False), "open")


def test_process_for_model_takes_the_one_asked_for() -> None:
    for_leave("A")
    wanted = for_leave("B")
    assert starting.process_for_model(person("anna"), "leave.leaverequest", "b") == wanted


def test_registered_start_form_fits_the_model() -> None:
    form = starting.start_form(for_leave(), person("anna"))
    assert list(form.fields) == ["day_start", "day_end", "type", "reason"]


def test_generated_form_leaves_people_out() -> None:
    assert "requester" not in starting._generated(LeaveRequest)().fields


def test_begin_saves_the_object_for_the_requester() -> None:
    anna, holidays = person("anna"), for_leave()
    item = starting.begin(starting.start_form(holidays, anna, QueryDict(LEAVE)), holidays, anna)
    assert item.instance.wfobject() == LeaveRequest.objects.get(requester=anna)


def test_refused_start_saves_no_object() -> None:
    carl, holidays = person("carl", may_start=False), for_leave()
    form = starting.start_form(holidays, carl, QueryDict(LEAVE))
    with pytest.raises(NotAllowed):
        starting.begin(form, holidays, carl)
    assert not LeaveRequest.objects.exists()
    assert not ProcessInstance.objects.exists()


def test_start_without_object_keeps_the_answers() -> None:
    anna, plain = person("anna"), simple("Plain")
    form = starting.start_form(plain, anna, QueryDict("title=Chair&comment=red"))
    assert form.is_valid()
    instance = starting.begin(form, plain, anna).instance
    assert (instance.title, instance.data) == ("Chair", {"comment": "red"})
