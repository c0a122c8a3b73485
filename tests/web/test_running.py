"""Whether the background does its work, as the monitor says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission

from goflow import clock
from goflow.journal.models import OutboxMessage
from goflow.outbound.models import WebhookEndpoint
from goflow.runtime.models import Heartbeat
from goflow.testing import count_statements, moved
from goflow.web.running import running
from tests.web.conftest import As, Company


def section(as_: As, who: Any) -> str:
    text = as_(who).get("/workflow/monitor/").content.decode()
    found = re.search(r'<section class="panel" aria-labelledby="running">.*?</section>', text, re.DOTALL)
    return "" if found is None else " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_a_scheduler_that_never_ran_is_told_with_what_to_do(as_: As, company: Company) -> None:
    assert "Last pass of the scheduler none yet; run goflow_cron" in section(as_, company.bea)


def test_the_last_pass_is_told_and_marked_when_it_is_long_ago(as_: As, company: Company) -> None:
    Heartbeat.objects.create(name="scheduler", beat_at=clock.now() - timedelta(minutes=7))
    assert re.search(r"Last pass of the scheduler 7\s+minutes ago", section(as_, company.bea))
    found = running(company.bea)
    assert found is not None
    assert found.is_late
    with moved(timedelta(minutes=-5)):
        found = running(company.bea)
    assert found is not None
    assert not found.is_late


def test_waiting_and_dead_messages_are_counted_by_kind(as_: As, company: Company) -> None:
    OutboxMessage.objects.all().delete()
    OutboxMessage.objects.create(kind="events", due_at=clock.now() - timedelta(minutes=20))
    OutboxMessage.objects.create(kind="webhook", status="dead")
    told = section(as_, company.bea)
    assert re.search(r"Events to tell 1 20\s+minutes 0", told)
    assert "Webhook deliveries 0 1" in told


def test_nothing_waiting_is_said(as_: As, company: Company) -> None:
    OutboxMessage.objects.all().delete()
    assert "No message is waiting." in section(as_, company.bea)


def test_paused_and_disabled_receivers_are_counted(as_: As, company: Company) -> None:
    WebhookEndpoint.objects.create(name="a", url="u", paused_until=clock.now() + timedelta(hours=1))
    WebhookEndpoint.objects.create(name="b", url="u", enabled=False)
    assert "Webhook receivers 0 in use 1 paused 1 switched off" in section(as_, company.bea)


def test_dead_messages_lead_to_the_administration_for_those_who_may(as_: As, company: Company) -> None:
    OutboxMessage.objects.create(kind="mail", status="dead")
    listed = "/admin/goflow/outboxmessage/?status__exact=dead"
    assert listed in as_(company.root).get("/workflow/monitor/").content.decode()
    assert listed not in as_(company.bea).get("/workflow/monitor/").content.decode()
    company.bea.is_staff = True
    company.bea.save()
    company.bea.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    assert listed in as_(company.bea).get("/workflow/monitor/").content.decode()


def test_people_of_one_tenant_see_no_numbers_of_all(as_: As, company: Company, settings: Any) -> None:
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "", "org_id": ""}
    assert section(as_, company.bea) == ""
    assert section(as_, company.root) != ""


def test_the_section_costs_the_same_for_many_messages(company: Company) -> None:
    OutboxMessage.objects.create(kind="events")
    with count_statements() as few:
        running(company.root)
    OutboxMessage.objects.bulk_create(OutboxMessage(kind="events") for _ in range(50))
    with count_statements() as many:
        running(company.root)
    assert len(few) == len(many) <= 6, many
