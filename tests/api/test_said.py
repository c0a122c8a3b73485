"""
What people said in every round is in the history, beside who said it.
"""

from __future__ import annotations

from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.testing import count_statements
from tests.api.conftest import As, Company


def said(told: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        (line["action"], line["actor"], line["activity"], line["said"], line["reason"])
        for line in told
        if line["said"] or line["reason"]
    ]


def test_the_history_tells_what_was_said_in_every_round(company: Company, as_: As) -> None:
    for text in ("first objection", "second objection"):
        review = WorkItem.objects.filter(activity_key="review").latest("id")
        engine.complete(review.pk, actor=company.bob, outcome="REJECTED", answers={"comment": text})
        engine.complete(WorkItem.objects.latest("id").pk, actor=company.anna)
    told = as_(company.anna).get(f"/instances/{company.item.instance_id}/history").json()
    assert said(told) == [
        ("workitem.completed", "bob", "review", {"comment": "first objection"}, ""),
        ("workitem.completed", "bob", "review", {"comment": "second objection"}, ""),
    ]


def test_the_history_tells_the_reasons(company: Company, as_: As) -> None:
    ada, path = as_(company.ada), f"/instances/{company.item.instance_id}"
    ada.post(f"/workitems/{company.item.pk}/reassign", {"to": "bob", "reason": "he knows"})
    for verb in ("suspend", "resume", "cancel"):
        assert ada.post(f"{path}/{verb}", {"reason": f"because of {verb}"}).status_code == 200
    assert said(ada.get(f"{path}/history").json()) == [
        ("workitem.reassigned", "ada", "review", {}, "he knows"),
        ("instance.status_changed", "ada", "", {}, "because of suspend"),
        ("instance.status_changed", "ada", "", {}, "because of resume"),
        ("instance.status_changed", "ada", "", {}, "because of cancel"),
    ]


def test_an_item_tells_what_was_said_about_it(company: Company, as_: As) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED", answers={"comment": "no"})
    told = as_(company.bob).get(f"/workitems/{company.item.pk}").json()["history"]
    assert said(told) == [("workitem.completed", "bob", "review", {"comment": "no"}, "")]


def test_what_was_said_costs_one_statement_for_any_number(company: Company, as_: As) -> None:
    anna, path, costs = as_(company.anna), f"/instances/{company.item.instance_id}/history", []
    for number in range(3):
        review = WorkItem.objects.filter(activity_key="review").latest("id")
        engine.complete(review.pk, actor=company.bob, outcome="REJECTED", answers={"n": number})
        engine.complete(WorkItem.objects.latest("id").pk, actor=company.anna)
        with count_statements() as statements:
            assert anna.get(path).status_code == 200
        costs.append(len(statements))
    assert costs == [costs[0]] * 3
