from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from goflow.desk import answers
from goflow.desk.answers import FromPage
from goflow.desk.forms import CommentForm, facts, form_for, plain
from goflow.desk.refusals import AnswersInvalid
from goflow.errors import ContentObjectMissing, MissingRegistration
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.runtime.task import Task
from goflow.testing import person, process
from goflow.workflow import registry
from goflow.workflow.loader import Loaded, definition
from leavedemo.leave.models import LeaveRequest

pytestmark = pytest.mark.django_db


class AmountForm(forms.Form):
    amount = forms.DecimalField()
    day = forms.DateField()


class ReasonForm(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ["reason"]


def started(item: Any = None, **review: Any) -> tuple[WorkItem, Loaded]:
    process("Purchase", [("Review", review), "Pay"], [("Review", "Pay")])
    found = engine.start("Purchase", person("anna"), item, title="Laptop", data={"pages": 3})
    return found, definition(found.instance.process_id, found.instance.fingerprint)


def answer(item: WorkItem, loaded: Loaded, query: str, form_class: Any = None) -> dict[str, Any]:
    sent = FromPage(QueryDict(query), MultiValueDict())
    answers.complete(item, loaded, actor=item.instance.user, sent=sent, form_class=form_class)
    item.instance.refresh_from_db()
    found: dict[str, Any] = item.instance.data
    return found


def leave() -> LeaveRequest:
    return LeaveRequest.objects.create(day_start=date(2030, 1, 7), day_end=date(2030, 1, 8), reason="old")


def test_generic_form_asks_for_a_comment() -> None:
    item, loaded = started()
    assert isinstance(form_for(item.instance, loaded, "review"), CommentForm)


def test_generic_answers_go_to_the_data_under_the_activity() -> None:
    item, loaded = started()
    assert answer(item, loaded, "comment=fine")["review"] == {"comment": "fine"}


def test_silence_leaves_no_trace() -> None:
    item, loaded = started()
    assert answer(item, loaded, "comment=") == {"pages": 3}


def test_registered_form_is_used() -> None:
    with registry.registered(registry.FORM, "amount", AmountForm):
        item, loaded = started(form_class="amount")
        data = answer(item, loaded, "amount=1.50&day=2030-01-07")
    assert data["review"] == {"amount": "1.50", "day": "2030-01-07"}


def test_form_shows_what_the_instance_already_knows() -> None:
    class PagesForm(forms.Form):
        pages = forms.IntegerField()

    item, loaded = started()
    form = form_for(item.instance, loaded, "review", form_class=PagesForm)
    assert form["pages"].value() == 3


def test_unregistered_form_is_an_error() -> None:
    item, loaded = started()
    missing = loaded.graph.activity("review")
    object.__setattr__(missing, "form_class", "nobody.knows")
    with pytest.raises(MissingRegistration, match=r"nobody\.knows"):
        form_for(item.instance, loaded, "review")
    object.__setattr__(missing, "form_class", "")


def test_answers_of_other_steps_are_not_shown() -> None:
    class PayForm(forms.Form):
        pay = forms.CharField(required=False)

    item, loaded = started()
    item.instance.data["pay"] = {"comment": "paid"}
    assert form_for(item.instance, loaded, "review", form_class=PayForm)["pay"].value() is None


def test_generic_form_begins_blank() -> None:
    item, loaded = started()
    item.instance.data = {"comment": "of the start", "review": {"comment": "of the last round"}}
    assert form_for(item.instance, loaded, "review")["comment"].value() is None


def test_model_form_saves_the_object() -> None:
    item, loaded = started(leave())
    answer(item, loaded, "reason=new", ReasonForm)
    assert LeaveRequest.objects.get().reason == "new"


def test_model_form_keeps_what_others_changed_meanwhile() -> None:
    item, loaded = started(leave())
    item.instance.wfobject()
    LeaveRequest.objects.update(reason_denial="too many")
    answer(item, loaded, "reason=new", ReasonForm)
    assert LeaveRequest.objects.get().reason_denial == "too many"


def test_model_form_without_its_object_is_refused() -> None:
    item, loaded = started()
    with pytest.raises(ContentObjectMissing):
        form_for(item.instance, loaded, "review", form_class=ReasonForm)


def test_answers_that_do_not_fit_are_refused() -> None:
    item, loaded = started()
    with pytest.raises(AnswersInvalid):
        answer(item, loaded, "amount=x", AmountForm)


def test_form_may_store_its_answers_itself() -> None:
    class Own(CommentForm):
        def apply(self, task: Task) -> None:
            task.data["said"] = self.cleaned_data["comment"]

    item, loaded = started()
    assert answer(item, loaded, "comment=hi", Own)["said"] == "hi"


def test_plain_answers_are_json() -> None:
    found = leave()
    assert plain({"n": Decimal("1.5"), "o": found, "q": LeaveRequest.objects.all()}) == {
        "n": "1.5",
        "o": found.pk,
        "q": [found.pk],
    }


def test_facts_show_the_object_and_the_answers() -> None:
    item, loaded = started(leave())
    item.instance.data["review"] = {"comment": "fine"}
    found = {fact.label: fact.value for fact in facts(item.instance, loaded)}
    assert (found["Reason"], found["Review"], found["Pages"], found["Type"]) == ("old", "fine", 3, "Vacation")


def test_values_of_the_request_are_not_labelled_as_steps() -> None:
    item, loaded = started()
    item.instance.data["pay"] = True
    assert [fact.label for fact in facts(item.instance, loaded)] == ["Pages", "Pay"]
    loaded.titles["pay"] = "Pay the bill"
    assert [fact.label for fact in facts(item.instance, loaded)] == ["Pages", "Pay"]
