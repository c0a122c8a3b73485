from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from goflow.journal.models import OutboxMessage
from goflow.outbound.models import Delivery, Notification, UserProfile, WebhookEndpoint
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import count_statements
from goflow.workflow.models import (
    Activity,
    Application,
    Process,
    PushApplication,
    Queue,
    Transition,
    WorkflowLayout,
)

SHOWN = (
    "process",
    "activity",
    "transition",
    "application",
    "pushapplication",
    "processinstance",
    "workitem",
    "incident",
    "datarevision",
    "auditevent",
    "outboxmessage",
    "webhookendpoint",
    "delivery",
    "notification",
    "userprofile",
)
EDITED = (
    "process",
    "activity",
    "transition",
    "application",
    "pushapplication",
    "webhookendpoint",
    "userprofile",
)
LISTED = ("process", "activity", "transition", "processinstance", "workitem", "incident")
OWN_BY_ENGINE = (
    "processinstance",
    "workitem",
    "incident",
    "datarevision",
    "auditevent",
    "outboxmessage",
    "delivery",
    "notification",
)


@pytest.fixture
def rows_everywhere(draft, all_states, incident, started, boss):
    engine.reassign(started.pk, actor=boss, to=boss, reason="<b>")
    Application.objects.create(url="leave/pay")
    PushApplication.objects.create(url="route_to_requester")
    OutboxMessage.objects.create(kind="mail", payload={"to": "<b>"}, instance_id=1)
    reader = User.objects.create_user("reader")
    UserProfile.objects.create(user=reader)
    Notification.objects.create(user=reader, event="queued", params={"request": "<b>"}, instance_id=1)
    endpoint = WebhookEndpoint.objects.create(name="there", url="https://receiver.example/")
    Delivery.objects.create(endpoint=endpoint, event_id="evt_1_0", action="test.ping", body="{}")


def pages(name, *kinds):
    model = apps.get_model("goflow", name)
    return [
        reverse(f"admin:goflow_{name}_{kind}", args=[pk])
        for pk in model.objects.values_list("pk", flat=True)
        for kind in kinds
    ]


def statuses(client, addresses):
    assert addresses
    return {client.get(address).status_code for address in addresses}


@pytest.mark.parametrize("name", SHOWN)
def test_superuser_opens_every_page_of_every_row(client, rows_everywhere, name):
    # D46: the pages of work items answered 500, so that nobody could repair one.
    assert statuses(
        client, [reverse(f"admin:goflow_{name}_changelist"), *pages(name, "change", "history")]
    ) == {200}


@pytest.mark.parametrize("name", SHOWN)
def test_viewer_opens_every_page_of_every_row(viewer, rows_everywhere, name):
    assert statuses(
        viewer, [reverse(f"admin:goflow_{name}_changelist"), *pages(name, "change", "history")]
    ) == {200}


@pytest.mark.parametrize("name", EDITED)
def test_superuser_opens_the_page_that_adds(client, rows_everywhere, name):
    assert client.get(reverse(f"admin:goflow_{name}_add")).status_code == 200


@pytest.mark.parametrize("name", EDITED)
def test_viewer_adds_nothing(viewer, rows_everywhere, name):
    assert viewer.get(reverse(f"admin:goflow_{name}_add")).status_code == 403


@pytest.mark.parametrize("name", SHOWN)
def test_viewer_changes_and_deletes_nothing(viewer, rows_everywhere, name):
    deleting, changing = pages(name, "delete")[0], pages(name, "change")[0]
    assert {viewer.post(deleting).status_code, viewer.post(changing, {}).status_code} <= {403, 302}
    assert apps.get_model("goflow", name).objects.exists()


@pytest.mark.parametrize("name", SHOWN)
def test_viewer_is_offered_no_action(viewer, rows_everywhere, name):
    answer = viewer.get(reverse(f"admin:goflow_{name}_changelist"))
    assert b'name="action"' not in answer.content


@pytest.mark.parametrize("name", OWN_BY_ENGINE)
def test_engine_rows_are_neither_added_nor_changed_nor_deleted(client, rows_everywhere, name):
    adding, changing = reverse(f"admin:goflow_{name}_add"), pages(name, "change")[0]
    deleting = pages(name, "delete")[0]
    answers = [
        client.get(adding),
        client.post(changing, {"title": "x"}),
        client.post(deleting, {"post": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize("model", [Queue, WorkflowLayout])
def test_internal_tables_are_not_shown(model):
    assert not admin.site.is_registered(model)


def test_user_admin_stays_the_projects_own():
    # D64: the user pages of the project were replaced.
    assert type(admin.site._registry[User]).__module__ == "django.contrib.auth.admin"


@pytest.mark.parametrize("name", SHOWN)
def test_search_takes_any_text(client, rows_everywhere, name):
    page = reverse(f"admin:goflow_{name}_changelist")
    terms = ["Leave", "7", "99999999999999999999999", "%C2%B2", "%25"]
    assert statuses(client, [f"{page}?q={term}" for term in terms]) == {200}


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("process", "status=draft&enabled__exact=1"),
        ("activity", "process=leave&process__status__exact=draft"),
        ("transition", "process=leave"),
        ("processinstance", "process=trip&status__exact=running"),
        ("workitem", "process=trip&status__exact=fallout"),
        ("workitem", "instance__id__exact=1"),
        ("incident", "state=open&process=pay"),
        ("incident", "state=resolved"),
        ("auditevent", "action=workitem.created"),
        ("auditevent", "instance_id__exact=1"),
        ("outboxmessage", "status__exact=due"),
        ("notification", "event=queued&mail__exact=off"),
        ("userprofile", "notified__exact=1"),
    ],
)
def test_lists_are_filtered(client, rows_everywhere, name, query):
    assert client.get(f"{reverse(f'admin:goflow_{name}_changelist')}?{query}").status_code == 200


def test_instance_is_found_by_its_number(client, started):
    answer = client.get(reverse("admin:goflow_processinstance_changelist"), {"q": str(started.instance_id)})
    assert list(answer.context["cl"].queryset) == [started.instance]


def test_texts_are_escaped(client, draft):
    # D18: descriptions and titles were trusted to be harmless markup.
    draft.description = draft.title = "<script>alert(1)</script>"
    draft.save()
    pages = [
        reverse("admin:goflow_process_changelist"),
        reverse("admin:goflow_process_change", args=[draft.pk]),
    ]
    assert [b"<script>alert" in client.get(page).content for page in pages] == [False, False]


def many(item: WorkItem, count: int) -> None:
    instance, before = item.instance, ProcessInstance.objects.count()
    ProcessInstance.objects.bulk_create(
        ProcessInstance(title=f"n{i}", process_id=instance.process_id, user_id=instance.user_id)
        for i in range(count)
    )
    shared = {"activity_id": item.activity_id, "activity_key": "ask", "user_id": instance.user_id}
    made = ProcessInstance.objects.order_by("pk")[before:]
    WorkItem.objects.bulk_create(WorkItem(instance=row, **shared) for row in made)
    Incident.objects.bulk_create(Incident(instance=row, code="x") for row in made)
    draft = Process.objects.create(title=f"Draft {before}")
    activities = [Activity(process=draft, title=f"a{i}", key=f"a{i}") for i in range(count)]
    Activity.objects.bulk_create(activities)
    first, second = draft.activities.all()[:2]
    Transition.objects.bulk_create(
        Transition(process=draft, key=f"t{i}", input=first, output=second, ordering=i) for i in range(count)
    )


@pytest.mark.parametrize("name", [*LISTED, "auditevent"])
def test_lists_cost_the_same_for_any_number_of_rows(client, started, name):
    page = reverse(f"admin:goflow_{name}_changelist")
    many(started, 10)
    client.get(page)
    with count_statements() as few:
        client.get(page)
    many(started, 190)
    with count_statements() as more:
        client.get(page)
    assert len(few) == len(more), more
    assert len(more) <= 9, more
