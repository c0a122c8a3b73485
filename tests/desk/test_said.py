"""
What is kept of the answers to a form, whatever kind of form it is.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from goflow.desk import answers, said
from goflow.desk.answers import FromClient, FromPage
from goflow.desk.sending import SHOWN
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, ProcessInstance, WorkItem
from goflow.testing import person, process
from goflow.workflow import registry
from goflow.workflow.loader import definition
from leavedemo.leave.models import LeaveRequest

pytestmark = pytest.mark.django_db


class Days(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ("day_start", "day_end", "type")


class Signing(forms.Form):
    note = forms.CharField()
    code_word = forms.CharField(widget=forms.PasswordInput)


def answered(form: Any, sent: answers.FromPage | FromClient, about: Any = None) -> ProcessInstance:
    ana = person("ana")
    with registry.registered(registry.FORM, "asked", form):
        process("Asked", [("Step", {"form_class": "asked"}), "End"], [("Step", "End")])
        item: WorkItem = engine.start("Asked", ana, about)
        loaded = definition(item.instance.process_id, item.instance.fingerprint)
        answers.complete(item, loaded, actor=ana, sent=sent)
    return item.instance


def leave() -> LeaveRequest:
    made: LeaveRequest = LeaveRequest.objects.create(day_start=date(2030, 1, 7), day_end=date(2030, 1, 9))
    return made


def test_the_answers_of_a_page_about_an_object_are_kept_as_given() -> None:
    sent = FromPage(QueryDict("day_start=2030-01-08&day_end=2030-01-10&type=Vacation"), MultiValueDict())
    answered(Days, sent, leave())
    kept = DataRevision.objects.get().said
    assert kept == {"day_start": "2030-01-08", "day_end": "2030-01-10", "type": "Vacation"}


def test_of_a_client_only_what_it_sent_is_kept() -> None:
    answered(Days, FromClient({"day_end": "2030-01-12"}), leave())
    assert DataRevision.objects.get().said == {"day_end": "2030-01-12"}


def test_what_is_hidden_while_it_is_typed_is_not_repeated() -> None:
    answered(Signing, FromClient({"note": "yes", "code_word": "open sesame"}))
    assert DataRevision.objects.get().said == {"note": "yes"}


def test_labels_are_those_of_the_model_of_the_object() -> None:
    instance = answered(Days, FromClient({"day_end": "2030-01-12"}), leave())
    with registry.registered(registry.FORM, "asked", Days):
        found = said.of(instance, definition(instance.process_id, instance.fingerprint))
    assert [(fact.label, fact.value) for fact in found[0].answers] == [
        (str(Days.base_fields["day_end"].label), "2030-01-12")
    ]


def test_what_a_page_only_showed_was_not_said_again() -> None:
    seen = json.dumps({"day_start": "2030-01-07", "day_end": "2030-01-09"})
    sent = QueryDict(mutable=True)
    sent.update({"day_start": "2030-01-07", "day_end": "2030-01-10", "type": "Vacation", SHOWN: seen})
    answered(Days, FromPage(sent, MultiValueDict()), leave())
    assert DataRevision.objects.get().said == {"day_end": "2030-01-10", "type": "Vacation"}
