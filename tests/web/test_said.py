"""
What people said in every round can be read beside their names, on the page of the request and of its items.
"""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test import override_settings

from goflow.journal.models import AuditEvent
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, WorkItem
from goflow.testing import count_statements, person, process
from goflow.workflow import registry
from tests.web.conftest import As, Company, Unchanged


class Offer(forms.Form):
    amount = forms.DecimalField(label="How much")
    colour = forms.ChoiceField(label="Which one", choices=[("r", "Red"), ("b", "Blue")])
    is_urgent = forms.BooleanField(required=False)
    comment = forms.CharField()


@pytest.fixture
def rounds(company: Company) -> Company:
    """
    The purchase was sent back twice, each time with a remark.
    """
    for text in ("first objection", "second objection"):
        review = WorkItem.objects.filter(activity_key="review").latest("id")
        engine.complete(review.pk, actor=company.bob, outcome="REJECTED", answers={"comment": text})
        refine = WorkItem.objects.filter(activity_key="refine").latest("id")
        engine.complete(refine.pk, actor=company.anna)
    return company


def pages(company: Company) -> list[str]:
    item = WorkItem.objects.filter(instance=company.item.instance).latest("id")
    return [f"/workflow/instances/{item.instance_id}/", f"/workflow/workitems/{item.pk}/"]


def told(as_: As, user: Any, company: Company) -> list[Any]:
    return list(as_(user).get(pages(company)[0]).context["story"])


def test_the_remarks_of_every_round_are_on_both_pages_in_order(as_: As, rounds: Company) -> None:
    for path in pages(rounds):
        text = as_(rounds.bea).get(path).content.decode()
        assert 0 < text.index("<q>first objection</q>") < text.index("<q>second objection</q>"), path


def test_a_remark_stands_beside_who_made_it_and_where(as_: As, rounds: Company) -> None:
    lines = [(line.text, line.outcome, line.remarks) for line in told(as_, rounds.anna, rounds)]
    assert ("Bob completed “Review”", "REJECTED", ("first objection",)) in lines


def test_who_may_not_see_the_request_reads_nothing(as_: As, rounds: Company) -> None:
    for path in pages(rounds):
        response = as_(rounds.carl).get(path)
        assert (response.status_code, b"objection" in response.content) == (404, False)


def test_answers_have_the_labels_of_their_form(as_: As, company: Company) -> None:
    with registry.registered(registry.FORM, "offer", Offer):
        process("Quote", [("Offer", {"form_class": "offer"}), "End"], [("Offer", "End")])
        item = engine.start("Quote", company.anna, answers={"title": "Desk", "comment": "soon"})
        said = {"amount": "12.50", "colour": "b", "is_urgent": False, "comment": "cheap", "more_data": "x"}
        engine.complete(item.pk, actor=company.anna, answers=said)
        lines = as_(company.anna).get(f"/workflow/instances/{item.instance_id}/").context["story"]
    start, offer = (line for line in lines if line.answers)
    assert [(fact.label, fact.value) for fact in start.answers] == [("Subject", "Desk")]
    assert [(fact.label, fact.value) for fact in offer.answers] == [
        ("How much", "12.50"),
        ("Which one", "Blue"),
        ("Is urgent", False),
        ("More data", "x"),
    ]
    assert (start.remarks, offer.remarks) == (("soon",), ("cheap",))


def test_answers_of_a_form_that_is_gone_stay_readable(as_: As, company: Company) -> None:
    with registry.registered(registry.FORM, "offer", Offer):
        process("Quote", [("Offer", {"form_class": "offer"}), "End"], [("Offer", "End")])
        item = engine.start("Quote", company.anna)
        engine.complete(item.pk, actor=company.anna, answers={"unit_price": 3, "size": {"in_cm": [1, 2]}})
    text = as_(company.anna).get(f"/workflow/instances/{item.instance_id}/").content.decode()
    assert "<dt>Unit price</dt><dd>3</dd>" in text
    assert "<dt>Size › In cm</dt><dd>1, 2</dd>" in text


def test_a_reason_stands_beside_who_gave_it(as_: As, company: Company) -> None:
    engine.reassign(company.item.pk, actor=company.root, to=company.bob, reason="on holiday")
    engine.suspend(company.item.instance_id, actor=company.root, reason="the auditor comes")
    lines = {line.text: (line.who, line.remarks) for line in told(as_, company.anna, company)}
    assert lines["root handed “Review” over"] == ("", ("on holiday",))
    assert lines["The request is now “suspended”"] == ("root", ("the auditor comes",))
    text = as_(company.anna).get(pages(company)[0]).content.decode()
    assert "root: <q>the auditor comes</q>" in text


def test_texts_are_texts_and_keep_their_lines(as_: As, company: Company) -> None:
    said = {"comment": "<b>no</b>\nnot yet", "note": "<i>a</i>\nb"}
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED", answers=said)
    for path in pages(company):
        text = as_(company.bea).get(path).content.decode()
        assert "<q>&lt;b&gt;no&lt;/b&gt;<br>not yet</q>" in text
        assert "&lt;i&gt;a&lt;/i&gt;<br>b" in text


def test_where_nothing_was_said_nothing_is_shown(as_: As, company: Company) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED", answers={"comment": ""})
    for path in pages(company):
        assert 'class="said"' not in as_(company.bea).get(path).content.decode()


def test_both_items_of_one_step_are_told_with_their_own_answers(as_: As, company: Company) -> None:
    ways = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")]
    process("Twice", ["A", "B", "C", "D", "E"], ways)
    first = engine.start("Twice", company.anna)
    branches = engine.complete(first.pk, actor=company.anna).opened
    items = [engine.complete(item.pk, actor=company.anna).opened[0] for item in branches]
    for item, actor, text in zip(items, (company.anna, company.bob), ("mine", "yours"), strict=True):
        engine.complete(item.pk, actor=actor, answers={"comment": text})
    lines = as_(company.anna).get(f"/workflow/instances/{first.instance_id}/").context["story"]
    said = [(line.text, line.workitem_id, line.remarks) for line in lines if line.remarks]
    assert said == [
        ("Anna completed “D”", items[0].pk, ("mine",)),
        ("Bob completed “D”", items[1].pk, ("yours",)),
    ]


@override_settings(GOFLOW_AUDIT_ENABLED=False)
def test_what_was_said_is_told_where_nothing_else_is_recorded(as_: As, company: Company) -> None:
    item = engine.start("Purchase", company.anna, answers={"comment": "please"})
    engine.complete(item.pk, actor=company.bob, outcome="REJECTED", answers={"comment": "no"})
    engine.suspend(item.instance_id, actor=company.root, reason="enough")
    assert not AuditEvent.objects.filter(instance_id=item.instance_id).exists()
    lines = as_(company.anna).get(f"/workflow/instances/{item.instance_id}/").context["story"]
    assert [(line.text, line.remarks) for line in lines] == [
        ("Anna started the request", ("please",)),
        ("Bob completed “Review”", ("no",)),
        ("root gave a reason", ("enough",)),
    ]


def test_the_number_of_statements_does_not_grow(as_: As, company: Company) -> None:
    costs = []
    for number in range(2):
        reviewer = person(f"reviewer{number}", "buyers")
        review = WorkItem.objects.filter(activity_key="review").latest("id")
        said = {"comment": "no", "price": number}
        engine.complete(review.pk, actor=reviewer, outcome="REJECTED", answers=said)
        refine = WorkItem.objects.filter(activity_key="refine").latest("id")
        engine.complete(refine.pk, actor=company.anna, answers={"comment": "better"})
        as_(company.bea).get(pages(company)[0])
        with count_statements() as statements:
            for path in pages(company):
                assert as_(company.bea).get(path).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def post(as_: As, company: Company, comment: str, **fields: str) -> Any:
    path = f"/workflow/workitems/{company.item.pk}/"
    return as_(company.bob).post(path, {"outcome": "REJECTED", "comment": comment, **fields})


def test_what_is_written_on_the_page_is_kept(as_: As, company: Company) -> None:
    post(as_, company, "not this one")
    row = DataRevision.objects.get()
    assert (row.actor, row.action, row.said) == (
        company.bob,
        "workitem.completed",
        {"comment": "not this one"},
    )
    text = as_(company.anna).get(pages(company)[0]).content.decode()
    assert "<q>not this one</q>" in text


def test_what_is_written_to_start_a_request_is_kept(as_: As, company: Company) -> None:
    as_(company.anna).post("/workflow/start_proto/purchase/", {"title": "Chair", "comment": "please"})
    row = DataRevision.objects.get()
    assert (row.action, row.said["comment"], row.instance.title) == ("process.started", "please", "Chair")


def test_the_same_page_sent_twice_is_done_once(as_: As, company: Company) -> None:
    found = [post(as_, company, "no", goflow_key="k1").status_code for _ in range(2)]
    assert (found, DataRevision.objects.count()) == ([302, 302], 1)


def test_the_same_page_sent_again_with_another_text_keeps_it_in_hand(
    as_: As, company: Company, unchanged: Unchanged
) -> None:
    post(as_, company, "no", goflow_key="k1")
    with unchanged():
        response = post(as_, company, "no, because it is <b>dear</b>", goflow_key="k1")
    text = response.content.decode()
    assert response.status_code == 422
    assert "no, because it is &lt;b&gt;dear&lt;/b&gt;</textarea>" in text
    assert "You have done this step already, with other answers." in text
