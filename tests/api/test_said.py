"""
What people said in every round is in the history, beside who said it.
"""

from __future__ import annotations

from typing import Any

from django.test import override_settings

from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.testing import count_statements, person
from tests.api.conftest import As, Company


def said(told: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        (line["action"], line["actor"], line["activity"], line["answers"], line["reason"])
        for line in told
        if line["answers"] or line["reason"]
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


def test_who_may_take_an_item_reads_all_rounds(company: Company, as_: As) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED", answers={"comment": "too dear"})
    engine.complete(WorkItem.objects.latest("id").pk, actor=company.anna, answers={"comment": "cheaper"})
    newcomer = person("newcomer", "buyers")
    told = as_(newcomer).get(f"/workitems/{WorkItem.objects.latest('id').pk}").json()["said"]
    assert said(told) == [
        ("workitem.completed", "bob", "review", {"comment": "too dear"}, ""),
        ("workitem.completed", "anna", "refine", {"comment": "cheaper"}, ""),
    ]


@override_settings(GOFLOW_AUDIT_ENABLED=False)
def test_an_instance_tells_what_was_said_where_nothing_is_recorded(company: Company, as_: As) -> None:
    item = company.ask(answers={"comment": "please"})
    engine.suspend(item.instance_id, actor=company.root, reason="enough")
    anna, path = as_(company.anna), f"/instances/{item.instance_id}"
    assert anna.get(f"{path}/history").json() == []
    assert said(anna.get(path).json()["said"]) == [
        ("process.started", "anna", "", {"comment": "please"}, ""),
        ("instance.status_changed", "root", "", {}, "enough"),
    ]


def test_what_was_said_costs_one_statement_for_any_number(company: Company, as_: As) -> None:
    anna, path, costs = as_(company.anna), f"/instances/{company.item.instance_id}", []
    for number in range(3):
        review = WorkItem.objects.filter(activity_key="review").latest("id")
        engine.complete(review.pk, actor=company.bob, outcome="REJECTED", answers={"n": number})
        engine.complete(WorkItem.objects.latest("id").pk, actor=company.anna)
        with count_statements() as statements:
            for shown in (path, f"{path}/history", f"/workitems/{company.item.pk}"):
                assert anna.get(shown).status_code == 200
        costs.append(len(statements))
    assert costs == [costs[0]] * 3


def complete(company: Company, as_: As, comment: str) -> Any:
    body = {"condition": "REJECTED", "data": {"comment": comment}}
    path = f"/workitems/{company.item.pk}/complete"
    return as_(company.bob).post(path, body, HTTP_IDEMPOTENCY_KEY="k1")


def test_what_a_client_sends_is_kept(company: Company, as_: As) -> None:
    assert complete(company, as_, "one").status_code == 200
    told = as_(company.bob).get(f"/workitems/{company.item.pk}").json()["said"]
    assert said(told) == [("workitem.completed", "bob", "review", {"comment": "one"}, "")]


def test_the_same_key_with_other_answers_is_refused(company: Company, as_: As) -> None:
    first, again, other = (complete(company, as_, text) for text in ("one", "one", "TWO"))
    assert (first.status_code, again.json(), other.status_code) == (200, first.json(), 422)
    assert other.json()["code"] == "idempotency-key-reused"
    told = as_(company.bob).get(f"/workitems/{company.item.pk}").json()["said"]
    assert [line["answers"] for line in told] == [{"comment": "one"}]


def test_what_a_client_starts_with_is_kept(company: Company, as_: As) -> None:
    body = {"process_name": "purchase", "title": "Chair", "data": {"comment": "please"}}
    started = as_(company.anna).post("/processes/start", body).json()
    told = as_(company.anna).get(f"/instances/{started['instance_id']}").json()["said"]
    assert [(line["action"], line["answers"]["comment"]) for line in told] == [("process.started", "please")]
