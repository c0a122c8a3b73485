"""
Whole processes through the addresses that a browser uses: nothing here calls the engine to move an instance.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from goflow import clock
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import person, process
from goflow.workflow import registry

pytestmark = pytest.mark.django_db


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(user: Any, code: str) -> ProcessInstance:
    """Start a process without a form of its own from its page."""
    client = browser(user)
    page = client.get(f"/workflow/start_proto/{code}/")
    answer = client.post(
        f"/workflow/start_proto/{code}/", {"goflow_key": page.context["key"], "title": "A request"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return ProcessInstance.objects.latest("id")


def decide(user: Any, instance: ProcessInstance, activity: str, **answers: str) -> None:
    """Open the item, press a button."""
    client = browser(user)
    item = WorkItem.objects.get(instance=instance, activity_key=activity, status__in=["inactive", "active"])
    page = client.get(f"/workflow/workitems/{item.pk}/")
    hidden = {"goflow_version": str(item.version), "goflow_key": page.context["key"]}
    answer = client.post(f"/workflow/workitems/{item.pk}/", {**hidden, **answers})
    assert answer.status_code == 302, answer.content.decode()


def where(instance: ProcessInstance) -> list[tuple[str, str]]:
    items = WorkItem.objects.filter(instance=instance).exclude(status="complete")
    return sorted(items.values_list("activity_key", "status"))


def parallel_review() -> None:
    process(
        "Review",
        [
            "Request",
            ("Security", {"roles": ["security"]}),
            ("Finance", {"roles": ["finance"]}),
            ("Decide", {"join_mode": "and"}),
        ],
        [("Request", "Security"), ("Request", "Finance"), ("Security", "Decide"), ("Finance", "Decide")],
    )


def test_a_parallel_review_waits_for_both_and_goes_on() -> None:
    ana, sam, fay = person("ana"), person("sam", "security"), person("fay", "finance")
    parallel_review()
    instance = ask(ana, "review")
    decide(ana, instance, "request")
    decide(sam, instance, "security")
    assert where(instance) == [("decide", "blocked"), ("finance", "inactive")]

    decide(fay, instance, "finance")
    assert where(instance) == [("decide", "inactive")]


def test_the_page_of_the_instance_shows_what_a_join_waits_for() -> None:
    ana, sam = person("ana"), person("sam", "security")
    person("fay", "finance")
    parallel_review()
    instance = ask(ana, "review")
    decide(ana, instance, "request")
    decide(sam, instance, "security")
    page = browser(ana).get(f"/workflow/instances/{instance.pk}/")
    assert "1/2" in page.content.decode()


def test_a_timeout_fires_by_one_goflow_cron_when_its_time_has_come() -> None:
    ana, _ = person("ana"), person("dan", "desk")
    process(
        "Escalation",
        ["Ask", ("Answer", {"roles": ["desk"]}), "Escalate"],
        [("Ask", "Answer"), ("Answer", "Escalate", "timeout:3d"), ("Answer", "Escalate", "eq:no")],
    )
    instance = ask(ana, "escalation")
    decide(ana, instance, "ask")
    call_command("goflow_cron", stdout=io.StringIO())
    assert where(instance) == [("answer", "inactive")]

    with clock.moved(timedelta(days=3, seconds=1)):
        call_command("goflow_cron", stdout=io.StringIO())
    assert where(instance) == [("answer", "cancelled"), ("escalate", "inactive")]


def test_a_failing_automatic_activity_is_repaired_retried_and_goes_on() -> None:
    ana, root = person("ana"), person("root", is_superuser=True)
    stock = {"left": 0}

    def reserve(task: object) -> str:
        if not stock["left"]:
            raise LookupError("nothing left in stock")
        return "reserved"

    with registry.registered(registry.APPLICATION, "journey.reserve", reserve):
        process(
            "Order",
            ["Order", ("Reserve", {"autostart": True, "application": "journey.reserve"}), "Ship"],
            [("Order", "Reserve"), ("Reserve", "Ship", "eq:reserved")],
        )
        instance = ask(ana, "order")
        decide(ana, instance, "order")
        incident = Incident.objects.get(instance=instance)
        assert where(instance) == [("reserve", "fallout")]
        assert "nothing left in stock" in incident.message

        stock["left"] = 1
        answer = browser(root).post(f"/workflow/incidents/{incident.pk}/retry/")
    assert answer.status_code == 302
    assert where(instance) == [("ship", "inactive")]
    incident.refresh_from_db()
    assert incident.resolved_by == root
