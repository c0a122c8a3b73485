"""
Jobs for workers outside: who gets them, and what becomes of what they say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from goflow.journal.models import OutboxMessage
from goflow.runtime import engine, jobs
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import moved, person, process
from goflow.testing.client import ApiError, Client
from goflow.workflow import registry
from leavedemo.leave.models import LeaveRequest
from sampleproject import worker
from sampleproject.sampleapp import seed
from tests.api.conftest import As, Caller, Company, allowed
from tests.api.test_contract import problem

Row = dict[str, Any]  # JSON


@pytest.fixture
def poster(company: Company, topic: str) -> WorkItem:
    """Anna wants a poster; it is to be printed outside."""
    return engine.start("Poster", company.anna, title="Cat", data={"size": "A2"})


@pytest.fixture
def ada(company: Company, as_: As) -> Caller:
    """She may work on jobs."""
    return as_(company.ada)


def fetch(caller: Caller, *topics: str, **more: Any) -> list[Row]:
    response = caller.post("/jobs/fetch", {"topics": list(topics) or ["print.poster"], **more})
    assert response.status_code == 200, response.content
    found: list[Row] = response.json()
    return found


def settle(caller: Caller, job: Row, verb: str, **more: Any) -> Any:
    return caller.post(f"/jobs/{job['id']}/{verb}", {"token": job["token"], **more})


def status(item: WorkItem) -> str:
    item.refresh_from_db()
    return str(item.status)


def test_a_job_says_all_that_a_worker_needs(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada, worker="press-1")
    message = OutboxMessage.objects.get(kind="job")
    assert (message.worker, message.lease_token) == ("press-1", job.pop("token"))
    assert job.pop("lease_until")[:10] == message.lease_until.date().isoformat()
    assert job == {
        "id": message.pk,
        "key": f"{poster.instance_id}-{poster.pk}",
        "topic": "print.poster",
        "attempt": 1,
        "instance_id": poster.instance_id,
        "instance_title": "Cat",
        "process": "poster",
        "version": 1,
        "workitem_id": poster.pk,
        "activity": "print",
        "params": {},
        "data": {"size": "A2"},
        "object": None,
        "requester": {"id": poster.instance.user_id, "username": "anna"},
    }


def test_a_job_names_the_object_it_is_about(company: Company, topic: str, ada: Caller) -> None:
    about = LeaveRequest.objects.create(day_start="2030-01-07", day_end="2030-01-09")
    engine.start("Poster", company.anna, about)
    assert fetch(ada)[0]["object"] == {"type": "leave.leaverequest", "id": str(about.pk)}


def test_nobody_else_gets_it_until_the_lease_ends(poster: WorkItem, ada: Caller) -> None:
    first = fetch(ada, lease_seconds=30)
    assert fetch(ada) == []
    with moved(timedelta(seconds=31)):
        (again,) = fetch(ada)
    assert (again["key"], again["attempt"]) == (first[0]["key"], 2)
    assert again["token"] != first[0]["token"]


def test_no_more_than_asked_for(company: Company, topic: str, ada: Caller) -> None:
    for _ in range(3):
        engine.start("Poster", company.anna)
    assert (len(fetch(ada, limit=2)), len(fetch(ada, limit=50))) == (2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 51},
        {"limit": 0},
        {"lease_seconds": 4},
        {"lease_seconds": 3601},
        {"topics": []},
        {"worker": "x" * 101},
        {"worker": "a\0b"},
    ],
)
def test_requests_have_bounds(topic: str, ada: Caller, wrong: Row) -> None:
    response = ada.post("/jobs/fetch", {"topics": ["print.poster"], **wrong})
    assert problem(response) == (422, "invalid")


def test_unknown_topics_are_refused_with_the_known_ones(topic: str, ada: Caller) -> None:
    response = ada.post("/jobs/fetch", {"topics": ["print.poster", "nothing"]})
    assert problem(response) == (422, "unknown-topic")
    assert "“nothing”" in response.json()["detail"]
    assert "print.poster" in response.json()["detail"]


def test_what_the_project_runs_itself_is_no_topic(ada: Caller) -> None:
    assert problem(ada.post("/jobs/fetch", {"topics": ["sampleapp.pay"]})) == (422, "unknown-topic")


def test_the_result_moves_the_instance_on(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada)
    response = settle(ada, job, "complete", outcome="TORN", data={"sheets": 2})
    assert response.json() == {
        "status": "completed",
        "id": job["id"],
        "workitem_id": poster.pk,
        "instance_id": poster.instance_id,
        "due_at": None,
    }
    assert (status(poster), poster.condition) == ("complete", "TORN")
    assert WorkItem.objects.get(activity_key="bin").status == "inactive"
    assert ProcessInstance.objects.get(pk=poster.instance_id).data == {"size": "A2", "sheets": 2}


def test_a_result_is_no_answer_of_another_step(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada)
    response = settle(ada, job, "complete", outcome="TORN", data={"bin": {"comment": "forged"}})
    assert problem(response) == (422, "key-taken-twice")
    assert ProcessInstance.objects.get(pk=poster.instance_id).data == {"size": "A2"}
    assert settle(ada, job, "complete", outcome="TORN", data={"sheets": 2}).status_code == 200


def test_the_same_result_again_gets_the_same_answer(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada)
    first = settle(ada, job, "complete", outcome="OK")
    again = settle(ada, job, "complete", outcome="OK")
    assert (again.status_code, again.json()) == (200, first.json())
    assert WorkItem.objects.filter(activity_key="hang").count() == 1


def test_a_result_is_kept_when_only_the_step_fails(company: Company, topic: str, ada: Caller) -> None:
    def jam(task: Any, transition: Any) -> None:
        raise ValueError("jammed")

    with registry.registered(registry.HOOK, "jam", jam):
        process(
            "Jammed",
            [("Print", {"autostart": True, "application": topic}), "Hang"],
            [("Print", "Hang", "", {"post_hook": "jam"})],
        )
        item = engine.start("Jammed", company.anna)
        (job,) = fetch(ada)
        assert settle(ada, job, "complete", outcome="OK").json()["status"] == "postponed"
    with moved(timedelta(minutes=1)):
        assert fetch(ada) == []
        with registry.registered(registry.HOOK, "jam", lambda task, transition: None):
            jobs.deliver_outbox(lanes=["result"])
    assert (status(item), item.condition) == ("complete", "OK")


def test_a_failure_comes_back_later(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada)
    response = settle(ada, job, "fail", error="no ink", retry_in_seconds=60)
    assert (response.status_code, response.json()["status"]) == (200, "postponed")
    assert response.json()["due_at"] is not None
    assert fetch(ada) == []
    with moved(timedelta(seconds=61)):
        assert [found["attempt"] for found in fetch(ada)] == [2]


def test_a_final_failure_is_an_incident_that_administrators_retry(
    poster: WorkItem, ada: Caller, company: Company
) -> None:
    (job,) = fetch(ada)
    assert settle(ada, job, "fail", error="no such size", final=True).json()["status"] == "failed"
    (incident,) = ada.get("/incidents").json()
    assert (incident["code"], incident["message"], incident["activity"]) == (
        "job-failed",
        "no such size",
        "print",
    )
    assert ada.post(f"/incidents/{incident['id']}/retry").status_code == 200
    assert [found["key"] for found in fetch(ada)] == [job["key"]]


def test_a_heartbeat_keeps_it(poster: WorkItem, ada: Caller) -> None:
    (job,) = fetch(ada, lease_seconds=30)
    with moved(timedelta(seconds=20)):
        assert settle(ada, job, "extend", seconds=600).json()["id"] == job["id"]
    with moved(timedelta(seconds=500)):
        assert fetch(ada) == []


@pytest.mark.parametrize("verb", ["extend", "complete", "fail"])
def test_a_lost_lease_is_told(poster: WorkItem, ada: Caller, verb: str) -> None:
    (job,) = fetch(ada, lease_seconds=30)
    with moved(timedelta(seconds=31)):
        fetch(ada)
        assert problem(settle(ada, job, verb, error="late")) == (409, "lease-lost")
    assert status(poster) == "active"


@pytest.mark.parametrize("verb", ["extend", "complete", "fail"])
def test_a_withdrawn_item_is_told(poster: WorkItem, ada: Caller, company: Company, verb: str) -> None:
    (job,) = fetch(ada)
    engine.cancel(poster.instance_id, actor=company.root)
    assert problem(settle(ada, job, verb, error="late")) == (409, "job-gone")


def test_a_request_says_that_a_program_has_it(poster: WorkItem, as_: As, company: Company) -> None:
    (reason,) = as_(company.anna).get(f"/instances/{poster.instance_id}/waiting").json()["reasons"]
    assert (reason["kind"], reason["detail"], reason["workitem_id"]) == ("job", "print.poster", poster.pk)


def test_the_result_for_a_suspended_instance_is_kept(poster: WorkItem, ada: Caller, company: Company) -> None:
    (job,) = fetch(ada)
    engine.suspend(poster.instance_id, actor=company.root)
    response = settle(ada, job, "complete", outcome="OK")
    assert (response.status_code, response.json()["status"]) == (200, "kept")
    assert fetch(ada) == []


def test_a_job_that_was_given_up_is_not_handed_out(poster: WorkItem, ada: Caller, settings: Any) -> None:
    settings.GOFLOW_JOB_ATTEMPTS = 1
    fetch(ada)
    with moved(timedelta(minutes=2)):
        assert fetch(ada) == []
    assert Incident.objects.get().code == "job-failed"


def test_other_tenants_get_none(poster: WorkItem, company: Company, ada: Caller, settings: Any) -> None:
    (job,) = fetch(ada)
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {
        "tenant_id": "b" if user.username == "tim" else ""
    }
    tim = Caller(allowed("tim", "can_work_jobs"))
    assert problem(settle(tim, job, "complete", outcome="OK")) == (404, "job-not-found")
    engine.start("Poster", company.anna)
    assert fetch(tim) == []
    assert len(fetch(ada)) == 1


def test_it_is_not_said_whether_a_foreign_job_exists(poster: WorkItem, ada: Caller) -> None:
    assert problem(ada.post("/jobs/999999/complete", {"token": "0" * 32})) == (404, "job-not-found")


@pytest.mark.django_db(transaction=True)
def test_a_worker_in_plain_python_does_its_work(live_server: Any) -> None:
    seed.seed_people()
    seed.load(seed.PROCESSES / "translation-quote.json")
    asked = User.objects.get(username="erin")
    first = engine.start("translation-quote", asked, title="A poem", data={"text": "cold fog on cat feet"})
    second = engine.start("translation-quote", asked, title="Nothing", data={"text": " "})
    worker.main(f"{live_server.url}/api", "worker", "worker", "--once")
    told = ProcessInstance.objects.get(pk=first.instance_id)
    assert told.data == {"text": "cold fog on cat feet", "words": 5, "cents": 60}
    assert WorkItem.objects.get(activity_key="decide").user == asked
    assert (status(second), Incident.objects.get().code) == ("fallout", "job-failed")


@pytest.mark.django_db(transaction=True)
def test_the_client_works_on_jobs(live_server: Any, topic: str) -> None:
    allowed("ada", "can_work_jobs")
    engine.start("Poster", person("anna"))
    engine.start("Poster", person("anna"))
    client = Client(f"{live_server.url}/api")
    client.sign_in("ada", "ada")
    first, second = client.jobs(topic, worker="press-1", limit=2)
    assert client.extend_job(first, 600) > client.extend_job(first, 60)
    assert client.complete_job(first, "OK", {"sheets": 1})["status"] == "completed"
    assert client.fail_job(second, "no ink")["status"] == "postponed"
    with pytest.raises(ApiError) as refused:
        client.jobs("nothing")
    assert refused.value.code == "unknown-topic"


def test_a_worker_may_ask_for_several_topics(poster: WorkItem, ada: Caller) -> None:
    assert len(fetch(ada, "print.poster", "sampleapp.count_words")) == 1
