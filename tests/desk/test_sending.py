"""
Every kind of field that Django has, as a page sends it and as a client does.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django
import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from goflow.desk import answers
from goflow.desk.answers import FromClient, FromPage
from goflow.desk.refusals import AnswersInvalid
from goflow.desk.sending import said
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.testing import person, process
from goflow.workflow import registry
from goflow.workflow.loader import definition
from leavedemo.leave.models import LeaveRequest

pytestmark = pytest.mark.django_db

Make = Callable[..., forms.Field]
ID = "6f1b2c3d-0000-4000-8000-000000000001"
ABC = [("a", "First"), ("b", "Second")]
SCHEME = {"assume_scheme": "https"} if django.VERSION >= (5, 0) else {}


def people(**options: Any) -> forms.Field:
    return forms.ModelChoiceField(LeaveRequest.objects.all(), **options)


KINDS: dict[str, tuple[Make, str, Any, Any]] = {
    "text": (forms.CharField, "f=fine", "fine", "fine"),
    "text as number": (forms.CharField, "f=12", 12, "12"),
    "integer": (forms.IntegerField, "f=3", 3, 3),
    "float": (forms.FloatField, "f=1.5", 1.5, 1.5),
    "decimal": (forms.DecimalField, "f=1500.00", "1500.00", "1500.00"),
    "localised decimal": (lambda **o: forms.DecimalField(localize=True, **o), "f=1.5", 1.5, "1.5"),
    "ticked": (forms.BooleanField, "f=on", True, True),
    "not ticked": (lambda **o: forms.BooleanField(required=False), "", False, False),
    "yes, no, unknown": (forms.NullBooleanField, "f=true", True, True),
    "unknown": (forms.NullBooleanField, "f=unknown", None, None),
    "choice": (lambda **o: forms.ChoiceField(choices=ABC, **o), "f=b", "b", "b"),
    "typed choice": (
        lambda **o: forms.TypedChoiceField(choices=[(1, "x")], coerce=int, **o),
        "f=1",
        1,
        1,
    ),
    "radio": (lambda **o: forms.ChoiceField(choices=ABC, widget=forms.RadioSelect, **o), "f=a", "a", "a"),
    "choices": (lambda **o: forms.MultipleChoiceField(choices=ABC, **o), "f=a&f=b", ["a", "b"], ["a", "b"]),
    "ticks": (
        lambda **o: forms.MultipleChoiceField(choices=ABC, widget=forms.CheckboxSelectMultiple, **o),
        "f=b",
        ["b"],
        ["b"],
    ),
    "typed choices": (
        lambda **o: forms.TypedMultipleChoiceField(choices=[(1, "x"), (2, "y")], coerce=int, **o),
        "f=1&f=2",
        [1, 2],
        [1, 2],
    ),
    "date": (forms.DateField, "f=2030-01-07", "2030-01-07", "2030-01-07"),
    "date in parts": (
        lambda **o: forms.DateField(widget=forms.SelectDateWidget(years=[2030]), **o),
        "f_year=2030&f_month=1&f_day=7",
        "2030-01-07",
        "2030-01-07",
    ),
    "time": (forms.TimeField, "f=10:30", "10:30", "10:30:00"),
    "moment": (forms.DateTimeField, "f=2030-01-07 10:30", "2030-01-07T10:30:00Z", "2030-01-07T10:30:00Z"),
    "day and time": (
        forms.SplitDateTimeField,
        "f_0=2030-01-07&f_1=10:30",
        "2030-01-07T10:30:00Z",
        "2030-01-07T10:30:00Z",
    ),
    "duration": (forms.DurationField, "f=1 02:00:00", "P1DT02H00M00S", "P1DT02H00M00S"),
    "e-mail": (forms.EmailField, "f=a@b.de", "a@b.de", "a@b.de"),
    "address": (lambda **o: forms.URLField(**SCHEME, **o), "f=https://a.de", "https://a.de", "https://a.de"),
    "network": (forms.GenericIPAddressField, "f=::1", "::1", "::1"),
    "uuid": (forms.UUIDField, f"f={ID}", ID, ID),
    "slug": (forms.SlugField, "f=a-b", "a-b", "a-b"),
    "pattern": (lambda **o: forms.RegexField("^a+$", **o), "f=aa", "aa", "aa"),
    "combined": (lambda **o: forms.ComboField(fields=[forms.SlugField()], **o), "f=a", "a", "a"),
    "json": (forms.JSONField, 'f={"a": [1]}', {"a": [1]}, {"a": [1]}),
}


def one(make: Make, **options: Any) -> type[forms.Form]:
    return type("One", (forms.Form,), {"f": make(**options)})


def item_with(form: type[forms.Form]) -> WorkItem:
    with registry.registered(registry.FORM, "one", form):
        process(
            "One",
            [("Fill", {"form_class": "one", "split_mode": "xor"}), "End"],
            [("Fill", "End", "done"), ("Fill", "Fill", "again")],
        )
    return engine.start("One", person("ann"))


def complete(item: WorkItem, form: Any, sent: Any, outcome: str = "done") -> Any:
    item = WorkItem.objects.select_related("instance").get(pk=item.pk)
    loaded = definition(item.instance.process_id, item.instance.fingerprint)
    answers.complete(item, loaded, actor=item.instance.user, sent=sent, outcome=outcome, form_class=form)
    return ProcessInstance.objects.get(pk=item.instance_id).data.get("fill")


def from_page(query: str, **files: Any) -> FromPage:
    return FromPage(QueryDict(query), MultiValueDict({name: [file] for name, file in files.items()}))


@pytest.mark.parametrize("kind", KINDS)
def test_page(kind: str) -> None:
    make, query, _value, stored = KINDS[kind]
    form = one(make)
    assert complete(item_with(form), form, from_page(query)) == {"f": stored}


@pytest.mark.parametrize("kind", KINDS)
def test_client(kind: str) -> None:
    make, _query, value, stored = KINDS[kind]
    form = one(make)
    assert complete(item_with(form), form, FromClient({"f": value})) == {"f": stored}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_client_leaves_out_is_what_the_step_shows_again(kind: str) -> None:
    make, query, _value, stored = KINDS[kind]
    form = one(make)
    item = item_with(form)
    complete(item, form, from_page(query), "again")
    again = WorkItem.objects.select_related("instance").latest("id")
    loaded = definition(again.instance.process_id, again.instance.fingerprint)
    answers.item_form(again, loaded, again.instance.user, form_class=form).as_p()
    assert complete(again, form, FromClient()) == {"f": stored}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"not ticked", "unknown", "yes, no, unknown"}))
def test_what_was_never_answered_is_missing(kind: str) -> None:
    form = one(KINDS[kind][0])
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(form), form, FromClient())
    assert refused.value.params["errors"].keys() == {"f"}


ODD = (7, 1.5, True, "x", "", None, [], ["x", "y"], {"a": 1}, [{"a": [1]}], -(10**40))


@pytest.mark.parametrize("kind", KINDS)
def test_odd_answers_are_taken_or_refused(kind: str) -> None:
    form = one(KINDS[kind][0])
    item = item_with(form)
    for value in ODD:
        with suppress(AnswersInvalid):
            complete(item, form, FromClient({"f": value}), "again")
            item = WorkItem.objects.latest("id")


def test_object_is_stored_by_its_key() -> None:
    asked = LeaveRequest.objects.create(day_start="2030-01-07", day_end="2030-01-08")
    form = one(people)
    assert complete(item_with(form), form, FromClient({"f": asked.pk})) == {"f": asked.pk}


def test_objects_are_stored_by_their_keys() -> None:
    asked = LeaveRequest.objects.create(day_start="2030-01-07", day_end="2030-01-08")
    form = one(lambda **options: forms.ModelMultipleChoiceField(LeaveRequest.objects.all(), **options))
    assert complete(item_with(form), form, FromClient({"f": [asked.pk]})) == {"f": [asked.pk]}


def test_type_of_a_field_of_the_host_is_stored_as_text() -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd"

    class OddField(forms.CharField):
        def clean(self, value: Any) -> Any:
            return Odd()

    form = one(OddField)
    assert complete(item_with(form), form, from_page("f=x")) == {"f": "odd"}


@pytest.mark.parametrize("value", ["NaN", '{"a": ["\\u0000"]}'])
def test_json_that_no_database_keeps_is_refused(value: str) -> None:
    form = one(forms.JSONField)
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(form), form, from_page(f"f={value}"))
    assert "cannot be stored" in refused.value.params["errors"]["f"][0]


def test_file_that_came_past_publishing_is_refused() -> None:
    form = one(forms.FileField, required=False)
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(forms.Form), form, from_page("", f=SimpleUploadedFile("a.txt", b"a")))
    assert "not stored yet" in refused.value.params["errors"]["f"][0]


def test_file_from_a_client_is_refused() -> None:
    form = one(forms.FileField, required=False)
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(forms.Form), form, FromClient({"f": "paper.pdf"}))
    assert "Files cannot be sent" in refused.value.params["errors"]["f"][0]


@pytest.mark.parametrize("value", ["no", "yes", 2, "x"])
def test_a_tick_is_true_or_false(value: Any) -> None:
    form = one(forms.BooleanField, required=False)
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(form), form, FromClient({"f": value}))
    assert refused.value.params["errors"] == {"f": ["Send true or false."]}


@pytest.mark.parametrize("value", [False, 0, "false", "", None])
def test_a_tick_is_taken_out(value: Any) -> None:
    form = one(forms.BooleanField, required=False, initial=True)
    assert complete(item_with(form), form, FromClient({"f": value})) == {"f": False}


def test_what_is_left_out_keeps_its_initial_value() -> None:
    form = one(forms.BooleanField, required=False, initial=True)
    assert complete(item_with(form), form, FromClient()) == {"f": True}


def test_initial_value_may_be_a_function() -> None:
    form = one(forms.UUIDField, initial=lambda: uuid.UUID(ID))
    assert complete(item_with(form), form, FromClient()) == {"f": ID}


def test_fields_that_are_not_to_be_changed_keep_their_value() -> None:
    form = one(forms.CharField, initial="fixed", disabled=True)
    assert complete(item_with(form), form, FromClient({"f": "other"})) == {"f": "fixed"}


def test_names_are_those_of_the_fields_whatever_the_prefix() -> None:
    class Prefixed(forms.Form):
        prefix = "p"
        f = forms.CharField()

    assert complete(item_with(Prefixed), Prefixed, FromClient({"f": "x"})) == {"f": "x"}


def test_unknown_names_are_refused() -> None:
    form = one(forms.CharField, required=False)
    with pytest.raises(AnswersInvalid) as refused:
        complete(item_with(form), form, FromClient({"f": "x", "g": 1, "end": {"ok": True}}))
    assert refused.value.params["errors"].keys() == {"g", "end"}


@pytest.mark.parametrize("value", ["maybe", 2, "2030-01-07", [True]])
def test_yes_no_or_unknown_is_nothing_else(value: Any) -> None:
    form = one(forms.NullBooleanField, required=False)
    with pytest.raises(AnswersInvalid):
        complete(item_with(form), form, FromClient({"f": value}))


@pytest.mark.parametrize(("value", "stored"), [(1, True), ("on", True), (0, False), ("", None), (None, None)])
def test_yes_no_or_unknown_is_read_as_a_tick_is(value: Any, stored: Any) -> None:
    form = one(forms.NullBooleanField, required=False)
    assert complete(item_with(form), form, FromClient({"f": value})) == {"f": stored}


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moment_that_no_calendar_has_is_refused(value: str) -> None:
    form = one(forms.SplitDateTimeField, required=False)
    with pytest.raises(AnswersInvalid):
        complete(item_with(form), form, FromClient({"f": value}))


@pytest.mark.parametrize("shown", ["[" * 100_000, '{"f": ' + "[" * 100_000, '{"f": "\\ud800"}', '{"f": NaN}'])
def test_what_no_page_shows_counts_as_not_seen(shown: str) -> None:
    sent = QueryDict(mutable=True)
    sent["goflow_shown"] = shown
    assert FromPage(sent, MultiValueDict()).seen == {}


def test_what_cannot_be_changed_was_not_said() -> None:
    class Fixed(forms.Form):
        amount = forms.IntegerField(disabled=True, initial=5)
        note = forms.CharField()

    sent = FromClient({"amount": 9, "note": "x"})
    assert said(sent, sent.bind(Fixed)) == {"note": "x"}
