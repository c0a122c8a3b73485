from __future__ import annotations

from unittest.mock import patch

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from goflow.desk import answers, starting
from goflow.desk.answers import FromPage
from goflow.desk.refusals import AnswersInvalid
from goflow.errors import KeyReused, KeyTaken, NotAllowed, ProcessNotFound
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance
from goflow.testing import count_statements, group, person, process
from goflow.workflow import registry
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
    with registry.registered(registry.FORM, "leave.start", forms.Form):
        form = starting.start_form(for_leave(), person("anna"))
    assert "day_start" in form.fields
    assert "requester" not in form.fields


def page(query: str) -> FromPage:
    return FromPage(QueryDict(query), MultiValueDict())


def test_start_saves_the_object_for_the_requester() -> None:
    anna = person("anna")
    item = answers.start(for_leave(), anna, page(LEAVE))
    assert item.instance.wfobject() == LeaveRequest.objects.get(requester=anna)


def test_refused_start_saves_no_object() -> None:
    with pytest.raises(NotAllowed):
        answers.start(for_leave(), person("carl", may_start=False), page(LEAVE))
    assert not LeaveRequest.objects.exists()
    assert not ProcessInstance.objects.exists()


def test_object_of_a_start_that_fails_is_not_kept() -> None:
    with patch("goflow.runtime.starting.insert", side_effect=RuntimeError), pytest.raises(RuntimeError):
        answers.start(for_leave(), person("anna"), page(LEAVE))
    assert not LeaveRequest.objects.exists()


def test_start_without_object_keeps_the_answers() -> None:
    instance = answers.start(simple("Plain"), person("anna"), page("title=Chair&comment=red")).instance
    assert (instance.title, instance.data) == ("Chair", {"comment": "red"})


def test_start_that_says_nothing_is_called_as_its_process() -> None:
    instance = answers.start(simple("Plain"), person("anna"), page("")).instance
    assert (instance.title, instance.data) == ("Plain", {})


def test_same_key_starts_once_and_says_what_it_said() -> None:
    anna, holidays = person("anna"), for_leave()
    first, again = (answers.start(holidays, anna, page(LEAVE), key="k") for _ in range(2))
    assert (first, LeaveRequest.objects.count()) == (again, 1)
    with pytest.raises(KeyReused):
        answers.start(holidays, anna, page(f"{LEAVE}&reason=skiing"), key="k")


def test_repeated_start_is_answered_though_the_form_would_refuse_it_now() -> None:
    class Once(forms.Form):
        name = forms.CharField()

        def clean_name(self) -> str:
            if ProcessInstance.objects.filter(data__name=self.cleaned_data["name"]).exists():
                raise forms.ValidationError("taken")
            return str(self.cleaned_data["name"])

    anna = person("anna")
    with registry.registered(registry.FORM, "once.start", Once):
        once = simple("Once")
        first, again = (answers.start(once, anna, page("name=x"), key="k") for _ in range(2))
        assert first == again
        with pytest.raises(AnswersInvalid):
            answers.start(once, anna, page("name=x"), key="other")


def test_data_cannot_stand_where_answers_of_a_step_belong() -> None:
    simple("Plain")
    with pytest.raises(KeyTaken, match="step “Do”"):
        engine.start("Plain", person("anna"), data={"do": {"ok": True}})
    assert not ProcessInstance.objects.exists()
