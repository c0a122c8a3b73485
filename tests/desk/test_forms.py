from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from goflow.desk.forms import CommentForm, FormOutdated, facts, form_for, plain, save
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


def task(item: WorkItem, loaded: Loaded) -> Task:
    return Task(item.instance, item, loaded.graph.activity("review"))


def leave() -> LeaveRequest:
    return LeaveRequest.objects.create(day_start=date(2030, 1, 7), day_end=date(2030, 1, 8), reason="old")


def test_generic_form_asks_for_a_comment() -> None:
    item, loaded = started()
    assert isinstance(form_for(item.instance, loaded, "review"), CommentForm)


def test_generic_answers_go_to_the_data_under_the_activity() -> None:
    item, loaded = started()
    form = form_for(item.instance, loaded, "review", data=QueryDict("comment=fine"))
    save(form, task(item, loaded))
    assert item.instance.data["review"] == {"comment": "fine"}


def test_registered_form_is_used() -> None:
    with registry.registered(registry.FORM, "amount", AmountForm):
        item, loaded = started(form_class="amount")
        form = form_for(item.instance, loaded, "review", data=QueryDict("amount=1.50&day=2030-01-07"))
        save(form, task(item, loaded))
    assert item.instance.data["review"] == {"amount": "1.50", "day": "2030-01-07"}


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


def test_model_form_saves_the_object() -> None:
    item, loaded = started(leave())
    form = form_for(item.instance, loaded, "review", data=QueryDict("reason=new"), form_class=ReasonForm)
    save(form, task(item, loaded))
    assert LeaveRequest.objects.get().reason == "new"


def test_model_form_keeps_what_others_changed_meanwhile() -> None:
    item, loaded = started(leave())
    form = form_for(item.instance, loaded, "review", data=QueryDict("reason=new"), form_class=ReasonForm)
    assert form.is_valid()
    LeaveRequest.objects.update(reason_denial="too many")
    fresh = WorkItem.objects.select_related("instance").get(pk=item.pk)
    save(form, task(fresh, loaded))
    assert LeaveRequest.objects.get().reason_denial == "too many"


def test_model_form_without_its_object_is_refused() -> None:
    item, loaded = started()
    with pytest.raises(ContentObjectMissing):
        form_for(item.instance, loaded, "review", form_class=ReasonForm)


def test_answers_that_do_not_fit_any_more_are_refused() -> None:
    item, loaded = started()
    form = form_for(item.instance, loaded, "review", data=QueryDict("amount=x"), form_class=AmountForm)
    with pytest.raises(FormOutdated):
        save(form, task(item, loaded))


def test_form_may_store_its_answers_itself() -> None:
    class Own(CommentForm):
        def apply(self, task: Task) -> None:
            task.data["said"] = self.cleaned_data["comment"]

    item, loaded = started()
    save(
        form_for(item.instance, loaded, "review", data=QueryDict("comment=hi"), form_class=Own),
        task(item, loaded),
    )
    assert item.instance.data["said"] == "hi"


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
