from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from goflow import clock
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import notifications, profiles
from goflow.outbound.dispatcher import Lane, drain
from goflow.outbound.models import Notification, UserProfile
from goflow.outbound.relay import relay
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.runtime.scans import sla_scan
from goflow.testing import count_statements, person, process
from goflow.workflow import registry
from goflow.workflow.models import Queue

RELAY = Lane((outbox.EVENTS,), relay, batch=50, seconds=60)


def told() -> list[tuple[str, str, str]]:
    """Relay what happened, and say who was told what since, and what becomes of the mail."""
    drain(RELAY, name="test")
    rows = Notification.objects.select_related("user").order_by("id")
    found = sorted((row.user.username, row.event, row.mail) for row in rows)
    Notification.objects.all().delete()
    return found


def heard() -> list[tuple[str, str]]:
    return [(who, event) for who, event, _mail in told()]


def mails() -> int:
    return OutboxMessage.objects.filter(kind=outbox.MAIL).count()


@pytest.fixture
def ana(db: None) -> Any:
    return person("ana")


@pytest.fixture
def bo(db: None) -> Any:
    return person("bo", "team")


@pytest.fixture
def cy(db: None) -> Any:
    return person("cy", "team")


@pytest.fixture
def item(ana: Any, bo: Any, cy: Any) -> WorkItem:
    """Waits for the team; then comes a step of the requester's own."""
    process(
        "Purchase",
        [
            ("Review", {"roles": ["team"], "split_mode": "xor"}),
            ("Refine", {"push": "route_to_requester"}),
            "End",
        ],
        [("Review", "End", "eq:YES"), ("Review", "Refine", "eq:NO"), ("Refine", "Review")],
    )
    return engine.start("Purchase", ana, title="Laptop")


@pytest.fixture
def tenants(db: None, settings: Any) -> None:
    """Everybody belongs to the tenant of his last name."""
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": user.last_name}


@pytest.fixture
def failing(db: None) -> Iterator[None]:
    def fail(task: Any) -> None:
        raise RuntimeError("no ink")

    with registry.registered(registry.APPLICATION, "press", fail):
        process(
            "Print",
            ["Check", ("Press", {"autostart": True, "application": "press"}), "End"],
            [("Check", "Press"), ("Press", "End")],
        )
        yield


def event(action: str, item: WorkItem, **values: Any) -> OutboxMessage:
    """A message as the engine writes it, with one event."""
    facts = {
        "activity": "review",
        "activity_title": "Review",
        "human": True,
        "user": None if item.user_id is None else str(item.user_id),
        "queue": item.queue,
        "priority": item.priority,
        "due_at": None,
        "status": str(item.status),
    }
    one = {
        "action": action,
        "at": clock.now().isoformat(),
        "actor": "",
        "workitem": item.pk,
        "activity": "review",
        "status_from": "",
        "status_to": "",
        "metadata": {},
    }
    instance = {
        "id": item.instance_id,
        "title": "Laptop",
        "requester": str(item.instance.user_id),
        "status": "running",
        "priority": 0,
        "tenant": item.tenant_id,
        "org": "",
    }
    payload = {
        "format": 1,
        "process": {"id": 1, "code": "purchase", "version": 1, "title": "Purchase"},
        "instance": instance,
        "items": {str(item.pk): facts | values.pop("facts", {})},
        "events": [one | values],
    }
    return OutboxMessage.objects.create(kind=outbox.EVENTS, payload=payload, instance_id=item.instance_id)


def ids(*names: str) -> list[int]:
    return list(Group.objects.filter(name__in=names).values_list("pk", flat=True))


def quiet() -> None:
    """Forget what has happened so far."""
    OutboxMessage.objects.all().delete()


def test_members_of_the_pool_hear_of_new_work(item: WorkItem) -> None:
    assert told() == [("bo", "queued", "digest"), ("cy", "queued", "digest")]
    assert mails() == 0


def test_members_named_one_by_one_hear_too(ana: Any, item: WorkItem) -> None:
    quiet()
    Queue.objects.get().users.add(person("dan"))
    engine.start("Purchase", ana)
    assert ("dan", "queued") in heard()


def test_inactive_members_hear_nothing(ana: Any, bo: Any, item: WorkItem) -> None:
    quiet()
    bo.is_active = False
    bo.save()
    engine.start("Purchase", ana)
    assert heard() == [("cy", "queued")]


def test_the_pool_for_everyone_is_not_told(ana: Any, bo: Any) -> None:
    process("Open", ["A", "B"], [("A", "B")])
    item = engine.start("Open", ana)
    engine.release(item.pk, actor=ana)
    assert heard() == []


def test_the_new_owner_hears_of_work_handed_over(bo: Any, cy: Any, item: WorkItem) -> None:
    engine.activate(item.pk, actor=bo)
    told()
    engine.reassign(item.pk, actor=bo, to=cy)
    assert told() == [("cy", "assigned", "now")]
    assert mails() == 1


def test_nobody_hears_of_what_he_took_himself(bo: Any, item: WorkItem) -> None:
    told()
    engine.activate(item.pk, actor=bo)
    assert told() == []


def test_whoever_puts_work_back_is_not_told(bo: Any, item: WorkItem) -> None:
    engine.activate(item.pk, actor=bo)
    told()
    engine.release(item.pk, actor=bo)
    assert heard() == [("cy", "queued")]


def test_the_requester_hears_of_the_end_once(bo: Any, item: WorkItem) -> None:
    engine.complete(item.pk, actor=bo, outcome="YES")
    told()
    engine.complete(item.pk + 1, actor=bo)
    assert told() == [("ana", "request_finished", "now")]


def test_the_requester_hears_of_a_withdrawal(item: WorkItem) -> None:
    told()
    engine.cancel(item.instance_id, actor=person("root", is_superuser=True))
    assert heard() == [("ana", "request_finished")]


def test_work_that_comes_to_the_requester_tells_more_than_that_it_moved(bo: Any, item: WorkItem) -> None:
    told()
    engine.complete(item.pk, actor=bo, outcome="NO")
    assert told() == [("ana", "assigned", "now")]


def test_the_requester_hears_that_others_did_a_step(ana: Any, bo: Any, cy: Any) -> None:
    team = {"roles": ["team"]}
    process("Two", [("A", team), ("B", team), "End"], [("A", "B"), ("B", "End")])
    item = engine.start("Two", ana)
    told()
    engine.complete(item.pk, actor=bo)
    assert told() == [("ana", "request_moved", "off"), ("cy", "queued", "digest")]


def test_two_items_of_one_step_are_one_notification(ana: Any, bo: Any) -> None:
    team = {"roles": ["team"]}
    process(
        "Fork", ["A", ("B", team), ("C", team), "End"], [("A", "B"), ("A", "C"), ("B", "End"), ("C", "End")]
    )
    engine.complete(engine.start("Fork", ana).pk, actor=ana)
    drain(RELAY, name="test")
    assert Notification.objects.get().params["more"] == 1


def test_the_owner_hears_that_time_runs_out(bo: Any, cy: Any, item: WorkItem) -> None:
    quiet()
    engine.activate(item.pk, actor=bo)
    event("sla.warned", WorkItem.objects.get(pk=item.pk))
    assert heard() == [("bo", "due_soon")]


def test_the_pool_hears_of_late_work_nobody_owns(item: WorkItem) -> None:
    quiet()
    event("sla.breached", item)
    assert heard() == [("bo", "breached"), ("cy", "breached")]


def test_the_roles_of_the_agreement_hear_of_late_work(bo: Any, item: WorkItem) -> None:
    person("meg", "managers")
    quiet()
    engine.activate(item.pk, actor=bo)
    event("sla.breached", WorkItem.objects.get(pk=item.pk), metadata={"roles": [*ids("managers"), 999_999]})
    assert heard() == [("bo", "breached"), ("meg", "breached")]


@pytest.mark.parametrize(
    ("hours", "expected"), [(-1, "breached"), (1, "due_soon")], ids=["late", "not late yet"]
)
def test_reminders_tell_how_late_it_is(bo: Any, item: WorkItem, hours: int, expected: str) -> None:
    quiet()
    due = (clock.now() + timedelta(hours=hours)).isoformat()
    event("workitem.escalated", item, metadata={"action": "remind"}, facts={"due_at": due})
    assert {name for _who, name in heard()} == {expected}


def test_late_work_is_told_step_by_step(ana: Any, bo: Any) -> None:
    person("meg", "managers")
    steps = [
        {"after": "30h", "action": "remind", "roles": ["managers"]},
        {"after": "40h", "action": "priority", "priority": 7},
        {"after": "50h", "action": "reassign", "roles": ["managers"]},
    ]
    limits = {"sla_warn": "10h", "sla_duration": "20h", "sla_roles": ["managers"], "escalations": steps}
    process("Slow", [("A", {"roles": ["team"], **limits}), "End"], [("A", "End")])
    engine.activate(engine.start("Slow", ana).pk, actor=bo)
    quiet()
    found = []
    for hours in (11, 21, 31, 41, 51):
        with clock.moved(timedelta(hours=hours)):
            sla_scan()
            found.append(heard())
    assert found == [
        [("bo", "due_soon"), ("meg", "due_soon")],
        [("bo", "breached"), ("meg", "breached")],
        [("bo", "breached"), ("meg", "breached")],
        [],
        [("meg", "queued")],
    ]


def test_work_that_is_late_may_get_a_new_owner(ana: Any, bo: Any, settings: Any) -> None:
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    person("meg", "managers")
    limits = {"sla_duration": "20h", "sla_roles": ["managers"]}
    process("Slow", [("A", {"roles": ["team"], **limits}), "End"], [("A", "End")])
    engine.activate(engine.start("Slow", ana).pk, actor=bo)
    quiet()
    with clock.moved(timedelta(hours=21)):
        sla_scan()
        assert heard() == [("meg", "breached")]


def test_a_raised_priority_is_no_reminder(item: WorkItem) -> None:
    quiet()
    event("workitem.escalated", item, metadata={"action": "priority", "priority": 5})
    assert heard() == []


def test_late_work_is_silent_when_the_setting_says_so(settings: Any, item: WorkItem) -> None:
    quiet()
    settings.GOFLOW_SLA_NOTIFY = False
    for action in ("sla.warned", "sla.breached"):
        event(action, item, metadata={"roles": ids("team")})
    assert heard() == []


def test_administrators_hear_of_incidents(ana: Any, failing: None) -> None:
    administer = Permission.objects.get(codename="change_processinstance")
    person("root", is_superuser=True)
    person("ada").user_permissions.add(administer)
    person("alf", "keepers")
    Group.objects.get(name="keepers").permissions.add(administer)
    person("gone", "keepers", is_superuser=True, is_active=False)
    engine.complete(engine.start("Print", ana).pk, actor=ana)
    assert heard() == [("ada", "incident"), ("alf", "incident"), ("root", "incident")]


def test_an_incident_names_what_failed(ana: Any, failing: None) -> None:
    person("root", is_superuser=True)
    engine.complete(engine.start("Print", ana, title="Poster").pk, actor=ana)
    drain(RELAY, name="test")
    params = Notification.objects.get().params
    assert (params["request"], params["activity"], params["process"]) == ("Poster", "Press", "Print")


def test_choices_are_obeyed(bo: Any, cy: Any, item: WorkItem) -> None:
    profiles.save(bo, {"choices": {"queued": "now"}})
    profiles.save(cy, {"choices": {"queued": "off"}})
    assert told() == [("bo", "queued", "now"), ("cy", "queued", "off")]
    assert mails() == 1


def test_people_without_mail_still_see_it_in_the_bell(bo: Any, cy: Any, item: WorkItem) -> None:
    profiles.save(bo, {"notified": False, "choices": {"queued": "now"}})
    assert ("bo", "queued", "off") in told()


def test_urgent_work_waits_for_no_digest(ana: Any, bo: Any, cy: Any, item: WorkItem) -> None:
    told()
    profiles.save(cy, {"urgent_priority": 9})
    engine.start("Purchase", ana, priority=5)
    assert told() == [("bo", "queued", "now"), ("cy", "queued", "digest")]


def test_unknown_choices_count_as_the_default(bo: Any, cy: Any, item: WorkItem) -> None:
    profiles.save(bo, {"choices": {"queued": "sometimes"}})
    assert ("bo", "queued", "digest") in told()


def test_nobody_is_told_while_notifications_are_off(settings: Any, item: WorkItem) -> None:
    settings.GOFLOW_NOTIFICATIONS_ENABLED = False
    assert heard() == []
    assert not UserProfile.objects.exists()


def test_nobody_hears_of_another_tenant(tenants: None) -> None:
    here, there = {"last_name": "north"}, {"last_name": "south"}
    process("Purchase", [("Review", {"roles": ["team"]}), "End"], [("Review", "End")], tenant_id="north")
    for name, tenant in (("bo", here), ("sue", there)):
        person(name, "team", "managers", **tenant)
    for name, tenant in (("root", here), ("sam", there)):
        person(name, is_superuser=True, **tenant)
    item = engine.start("Purchase", person("ana", **here))
    assert item.tenant_id == "north"
    event("sla.breached", item, metadata={"roles": ids("managers")})
    event("incident.raised", item)
    assert heard() == [("bo", "breached"), ("bo", "queued"), ("root", "incident")]


def test_the_hosts_own_filter_decides_too(settings: Any, item: WorkItem) -> None:
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows.none() if user.username == "cy" else rows
    assert heard() == [("bo", "queued")]


def test_a_message_is_told_once(item: WorkItem) -> None:
    drain(RELAY, name="test")
    message = OutboxMessage.objects.filter(kind=outbox.EVENTS).first()
    assert message is not None
    OutboxMessage.objects.filter(pk=message.pk).update(lease_token="other")
    drain(RELAY, name="test")
    assert Notification.objects.count() == 2


@pytest.mark.parametrize("number", [10, 600])
def test_a_pool_costs_the_same_for_any_number_up_to_a_chunk(ana: Any, number: int) -> None:
    process("Purchase", [("Review", {"roles": ["team"]}), "End"], [("Review", "End")])
    team = Group.objects.get_or_create(name="team")[0]
    users = type(ana)._default_manager.bulk_create(
        type(ana)(username=f"user{n}", password="x") for n in range(number)
    )
    team.user_set.add(*users)
    engine.start("Purchase", ana)
    message = OutboxMessage.objects.get(kind=outbox.EVENTS)
    with count_statements() as found:
        notifications.from_events(message)
    assert Notification.objects.count() == number
    assert len(found) == 1 + -(-number // notifications.CHUNK), found


def test_read_notifications_are_forgotten(ana: Any) -> None:
    rows = [
        Notification(user=ana, event="assigned", created_at=clock.now() - timedelta(days=days))
        for days in (40, 40, 1)
    ]
    Notification.objects.bulk_create(rows)
    first = Notification.objects.order_by("id").first()
    assert first is not None
    assert notifications.mark_read(ana, first.pk)
    notifications.mark_read(ana, first.pk + 2)
    assert notifications.purge(clock.now() - timedelta(days=30)) == 1
    assert Notification.objects.count() == 2


def test_unread_notifications_are_forgotten_after_a_year_and_when_people_leave(ana: Any, bo: Any) -> None:
    for user in (ana, bo):
        Notification.objects.create(user=user, event="assigned", created_at=clock.now() - timedelta(days=364))
    Notification.objects.create(user=bo, event="assigned")
    bo.is_active = False
    bo.save()
    assert notifications.purge(clock.now() - timedelta(days=30)) == 1
    with clock.moved(timedelta(days=2)):
        assert notifications.purge(clock.now() - timedelta(days=30)) == 1
    assert list(Notification.objects.values_list("user", flat=True)) == [bo.pk]


def test_what_came_since_stays_unread(ana: Any) -> None:
    Notification.objects.bulk_create(Notification(user=ana, event="assigned") for _ in range(3))
    ids = list(Notification.objects.order_by("id").values_list("pk", flat=True))
    assert notifications.mark_all_read(ana, up_to=ids[1]) == 2
    assert notifications.unread(ana, cap=100) == 1


def test_nobody_reads_for_somebody_else(ana: Any, bo: Any) -> None:
    row = Notification.objects.create(user=ana, event="assigned")
    assert not notifications.mark_read(bo, row.pk)
    assert notifications.mark_all_read(bo) == 0
