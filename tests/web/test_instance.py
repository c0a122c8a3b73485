from __future__ import annotations

from datetime import timedelta

import pytest

from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import process
from goflow.workflow import registry
from tests.web.conftest import As, Company, Unchanged


def page(instance: ProcessInstance, verb: str = "") -> str:
    return f"/workflow/instances/{instance.pk}/{verb}"


def test_drawing_shows_the_position_and_the_way(as_: As, company: Company) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED")
    text = as_(company.anna).get(page(company.item.instance)).content.decode()
    assert "gf-node gf-kind-human gf-begin gf-done" in text.replace("  ", " ") or "gf-done" in text
    assert "gf-current" in text
    assert "gf-edge gf-taken" in text


def test_drawing_has_a_text_twin(as_: As, company: Company) -> None:
    rows = as_(company.anna).get(page(company.item.instance)).context["twin"]
    assert [(row.title, row.state) for row in rows] == [("Review", "current"), ("Refine", ""), ("End", "")]


def test_waiting_join_tells_how_many_have_come(as_: As, company: Company) -> None:
    process(
        "Parallel",
        ["Begin", "One", "Two", ("Join", {"join_mode": "and"})],
        [("Begin", "One"), ("Begin", "Two"), ("One", "Join"), ("Two", "Join")],
    )
    item = engine.start("Parallel", company.anna)
    engine.complete(item.pk, actor=company.anna)
    engine.complete(WorkItem.objects.get(activity_key="one").pk, actor=company.anna)
    text = as_(company.anna).get(page(item.instance)).content.decode()
    assert "1/2 branches have come" in text


def test_story_tells_who_did_what(as_: As, company: Company) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="REJECTED")
    told = [line.text for line in as_(company.anna).get(page(company.item.instance)).context["story"]]
    assert told[0] == "Anna started the request"
    assert "Bob completed “Review”" in told


def test_administrator_withdraws_a_request(as_: As, company: Company) -> None:
    as_(company.root).post(page(company.item.instance, "cancel/"), {"reason": "double"})
    company.item.instance.refresh_from_db()
    assert company.item.instance.status == "terminated"


def test_requester_may_not_withdraw(as_: As, company: Company, unchanged: Unchanged) -> None:
    with unchanged():
        assert as_(company.anna).post(page(company.item.instance, "cancel/")).status_code == 403


def test_closed_request_is_not_withdrawn_again(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.cancel(company.item.instance_id, actor=company.root)
    with unchanged():
        assert as_(company.root).post(page(company.item.instance, "cancel/")).status_code == 409


def test_administrator_suspends_and_resumes(as_: As, company: Company) -> None:
    root, instance = as_(company.root), company.item.instance
    assert "Suspend the request" in root.get(page(instance)).content.decode()
    root.post(page(instance, "suspend/"), {"reason": "audit"})
    instance.refresh_from_db()
    assert instance.status == "suspended"
    assert "Resume the request" in root.get(page(instance)).content.decode()
    root.post(page(instance, "resume/"))
    instance.refresh_from_db()
    assert instance.status == "running"


@pytest.mark.parametrize("verb", ["suspend/", "resume/"])
def test_requester_may_neither_suspend_nor_resume(
    as_: As, company: Company, unchanged: Unchanged, verb: str
) -> None:
    anna = as_(company.anna)
    assert "Suspend the request" not in anna.get(page(company.item.instance)).content.decode()
    with unchanged():
        assert anna.post(page(company.item.instance, verb)).status_code == 403


def test_the_limit_of_a_suspended_request_is_paused(as_: As, company: Company) -> None:
    later = company.item.created_at + timedelta(days=3)
    WorkItem.objects.filter(pk=company.item.pk).update(due_at=later)
    engine.suspend(company.item.instance_id, actor=company.root)
    assert "paused, " in as_(company.root).get(page(company.item.instance)).content.decode()


def test_incident_is_told_to_administrators(as_: As, company: Company, stuck: Incident) -> None:
    text = as_(company.root).get(page(stuck.instance)).content.decode()
    assert "no ink" in text
    assert f"/workflow/incidents/{stuck.pk}/retry/" in text


def test_d46_stopped_request_goes_on_after_a_retry(as_: As, company: Company, stuck: Incident) -> None:
    with registry.registered(registry.APPLICATION, "press", lambda task: None):
        response = as_(company.root).post(f"/workflow/incidents/{stuck.pk}/retry/", follow=True)
    stuck.refresh_from_db()
    assert stuck.resolved_by == company.root
    assert "The problem is solved" in response.content.decode()


def test_retry_that_fails_again_says_so(as_: As, company: Company, stuck: Incident) -> None:
    response = as_(company.root).post(f"/workflow/incidents/{stuck.pk}/retry/", follow=True)
    stuck.refresh_from_db()
    assert (stuck.resolved_at, stuck.attempts) == (None, 2)
    assert "It failed again" in response.content.decode()


def test_only_administrators_retry(as_: As, company: Company, stuck: Incident, unchanged: Unchanged) -> None:
    with unchanged():
        assert as_(company.bea).post(f"/workflow/incidents/{stuck.pk}/retry/").status_code == 403
        assert as_(company.carl).post(f"/workflow/incidents/{stuck.pk}/retry/").status_code == 404
