from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from goflow import signals, testing
from goflow.errors import NotAllowed, WrongState
from goflow.journal import outbox
from goflow.journal.models import AuditEvent
from goflow.outbound.dispatcher import drain
from goflow.outbound.models import Notification
from goflow.runtime import engine, inbox, timers
from goflow.runtime.assignment import queues_of
from goflow.runtime.lanes import LANES
from goflow.runtime.models import Timer, WorkItem
from goflow.runtime.scans import sla_scan, timeout_scan
from goflow.workflow.models import Queue
from tests.runtime.reading import actions

HOUR = timedelta(hours=1)
STEPS = [
    {"after": "5h", "action": "remind", "roles": ["bosses"]},
    {"after": "6h", "action": "priority", "priority": 7},
    {"after": "7h", "action": "reassign", "roles": ["bosses"]},
]


@pytest.fixture
def boss(db):
    """
    Member of the group ``bosses``.
    """
    return testing.person("boss", "bosses")


@pytest.fixture
def late(ana, bo, boss):
    """
    An item of the team: a warning after 2 hours, 4 hours to do it, then three steps.
    """
    limits = {"sla_warn": "2h", "sla_duration": "4h", "sla_roles": ["bosses"], "escalations": STEPS}
    testing.process("Late", [("A", {"roles": ["team"], **limits}), "B"], [("A", "B")])
    return engine.start("Late", ana)


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def fire(name: str) -> bool:
    with testing.moved(8 * HOUR):
        return engine.fire_timer(Timer.objects.get(name=name).pk)


def told(item: WorkItem, action: str) -> dict[str, object]:
    return AuditEvent.objects.get(workitem_id=item.pk, action=action).metadata


# Setting and removing


def test_every_timer_counts_from_the_moment_the_item_opened(late):
    due = {timer.name: timer.due_at - late.opened_at for timer in Timer.objects.all()}
    assert due == {
        "sla.warn": 2 * HOUR,
        "sla.breach": 4 * HOUR,
        "escalate:1": 5 * HOUR,
        "escalate:2": 6 * HOUR,
        "escalate:3": 7 * HOUR,
    }


def test_taking_releasing_and_reassigning_change_no_timer(late, bo, root, cy):
    before = list(Timer.objects.order_by("id").values_list())
    with testing.moved(HOUR):
        engine.activate(late.pk, actor=bo)
        engine.release(late.pk, actor=bo)
        engine.reassign(late.pk, actor=root, to=cy)
    assert list(Timer.objects.order_by("id").values_list()) == before


def test_completing_removes_them(late, bo):
    engine.complete(late.pk, actor=bo)
    assert not Timer.objects.exists()


def test_cancelling_removes_them(late, root):
    engine.cancel(late.instance_id, actor=root)
    assert not Timer.objects.exists()


def test_switched_off_there_are_none_and_the_due_time_stays(late, ana, settings):
    settings.GOFLOW_SLA_ENABLED = False
    item = engine.start("Late", ana)
    assert item.due_at == item.opened_at + 4 * HOUR
    assert not Timer.objects.filter(workitem=item).exists()


def test_switched_off_meanwhile_they_are_removed_all_the_same(late, bo, settings):
    settings.GOFLOW_SLA_ENABLED = False
    engine.complete(late.pk, actor=bo)
    assert not Timer.objects.exists()


def test_a_joining_activity_counts_from_when_the_join_opens(ana):
    joined = ("D", {"join_mode": "and", "sla_duration": "1d"})
    ways = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")]
    testing.process("Join", ["A", "B", "C", joined, "E"], ways)
    first, second = engine.complete(engine.start("Join", ana).pk, actor=ana).opened
    engine.complete(first.pk, actor=ana)
    assert not Timer.objects.exists()
    engine.complete(second.pk, actor=ana)
    timer = Timer.objects.get()
    assert timer.due_at == timer.workitem.opened_at + timedelta(days=1)


def test_automatic_activities_have_no_time_limit(ana):
    auto = ("B", {"autostart": True, "application": "noop", "sla_duration": "1d"})
    testing.process("Auto", ["A", auto, "C"], [("A", "B"), ("B", "C")])
    engine.complete(engine.start("Auto", ana).pk, actor=ana)
    assert not Timer.objects.exists()


# Warning and breach


def test_a_warning_is_recorded_once_and_changes_nothing_else(late):
    before = fresh(late)
    assert [fire("sla.warn"), Timer.objects.filter(name="sla.warn").exists()] == [True, False]
    assert actions(late.instance, late)[-1] == "sla.warned"
    after = fresh(late)
    assert (after.status, after.queue, after.version) == (before.status, before.queue, before.version)


def test_the_record_says_until_when_and_who_is_told(late):
    fire("sla.breach")
    bosses = Group.objects.get(name="bosses").pk
    expected = {"due_at": late.due_at.isoformat(), "roles": [bosses]}
    assert told(late, "sla.warned") == told(late, "sla.breached") == expected


def test_before_its_time_nothing_fires(late, unchanged):
    with testing.moved(HOUR), unchanged():
        assert engine.fire_timer(Timer.objects.get(name="sla.warn").pk) is False


@pytest.mark.django_db(transaction=True)
def test_signals_follow_the_commit(late):
    heard = []
    hear = lambda sender, signal, workitem, **kwargs: heard.append((signal, workitem.pk))  # noqa: E731
    for signal in (signals.sla_warned, signals.sla_breached):
        signal.connect(hear, sender=WorkItem, weak=False)
    try:
        fire("sla.breach")
    finally:
        for signal in (signals.sla_warned, signals.sla_breached):
            signal.disconnect(hear, sender=WorkItem)
    assert heard == [(signals.sla_warned, late.pk), (signals.sla_breached, late.pk)]


def test_a_breach_assigns_nobody_unless_told_to(late):
    fire("sla.breach")
    assert fresh(late).user is None


def test_a_breached_item_goes_to_the_first_active_member(late, bo, boss, settings):
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    testing.person("other", "bosses")
    engine.activate(late.pk, actor=bo)
    fire("sla.breach")
    stored = fresh(late)
    assert (stored.user, stored.queue, stored.status) == (boss, f"u:{boss.pk}", "inactive")
    assert told(late, "workitem.reassigned") == {"user": str(boss.pk), "breached": True}


def test_people_who_left_are_not_assigned(late, boss, settings):
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    boss.is_active = False
    boss.save()
    fire("sla.breach")
    assert fresh(late).queue == late.queue


def by_name(request, user):
    return {"tenant_id": user.username}


def test_nobody_of_another_tenant_is_assigned(ana, boss, settings):
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    settings.GOFLOW_TENANT_RESOLVER = by_name
    limits = {"sla_duration": "4h", "sla_roles": ["bosses"]}
    testing.process("Ours", [("A", limits), "B"], [("A", "B")], tenant_id=ana.username)
    item = engine.start("Ours", ana)
    assert fire("sla.breach")
    assert fresh(item).user == ana


def test_the_first_member_of_the_own_tenant_is_assigned(ana, boss, settings):
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows if user == second else rows.none()
    second = testing.person("second", "bosses")
    limits = {"sla_duration": "4h", "sla_roles": ["bosses"]}
    testing.process("Ours", [("A", limits), "B"], [("A", "B")])
    settings.GOFLOW_TENANT_FILTER, tells_apart = None, settings.GOFLOW_TENANT_FILTER
    item = engine.start("Ours", ana)
    settings.GOFLOW_TENANT_FILTER = tells_apart
    assert fire("sla.breach")
    assert fresh(item).user == second


def test_who_has_it_already_keeps_it(late, boss, root, settings):
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    engine.reassign(late.pk, actor=root, to=boss)
    engine.activate(late.pk, actor=boss)
    fire("sla.breach")
    assert fresh(late).status == "active"


# Escalation


def test_a_reminder_changes_nothing(late):
    fire("escalate:1")
    assert (fresh(late).queue, fresh(late).priority) == (late.queue, 0)
    bosses = Group.objects.get(name="bosses").pk
    assert told(late, "workitem.escalated") == {
        "step": 1,
        "action": "remind",
        "roles": [bosses],
        "priority": 0,
    }


def test_raising_the_priority_moves_the_item_up(late, ana, bo):
    second = engine.start("Late", ana, priority=3)
    Timer.objects.filter(workitem=second).delete()
    assert inbox.page(queues_of(bo)) == [second, late]
    fire("escalate:2")
    assert fresh(late).priority == 7
    assert inbox.page(queues_of(bo)) == [late, second]


def test_a_higher_priority_stays(late):
    WorkItem.objects.filter(pk=late.pk).update(priority=9, sort_key=-5)
    fire("escalate:2")
    assert (fresh(late).priority, fresh(late).sort_key) == (9, -5)


def test_reassigning_takes_it_from_its_owner(late, bo):
    engine.activate(late.pk, actor=bo)
    fire("escalate:3")
    stored = fresh(late)
    assert (stored.user, stored.status, stored.activated_at) == (None, "inactive", None)
    assert stored.queue == stored.pool != late.queue


def test_the_members_of_the_roles_hear_of_it(late, boss):
    Timer.objects.exclude(name="escalate:3").delete()
    fire("escalate:3")
    bosses = Group.objects.get(name="bosses").pk
    assert told(late, "workitem.reassigned") == {"roles": [bosses], "step": 3}
    with testing.moved(9 * HOUR):
        drain(LANES[outbox.EVENTS], name="test")
    events = Notification.objects.filter(user=boss, workitem_id=late.pk).values_list("event", flat=True)
    assert list(events) == ["queued"]


def test_the_new_pool_finds_and_takes_it(late, boss):
    fire("escalate:3")
    assert inbox.page(queues_of(boss)) == [late]
    engine.activate(late.pk, actor=boss)
    assert engine.complete(late.pk, actor=boss).workitem.user == boss


def test_the_old_pool_neither_sees_nor_takes_it(late, bo, unchanged):
    fire("escalate:3")
    assert inbox.page(queues_of(bo)) == []
    with unchanged(), pytest.raises(NotAllowed):
        engine.activate(late.pk, actor=bo)


def test_a_stranger_may_not_take_it(late, cy, unchanged):
    fire("escalate:3")
    with unchanged(), pytest.raises(NotAllowed):
        engine.complete(late.pk, actor=cy)


def test_releasing_returns_it_to_the_new_pool(late, boss, root, cy):
    fire("escalate:3")
    pool = fresh(late).pool
    engine.reassign(late.pk, actor=root, to=cy)
    engine.activate(late.pk, actor=cy)
    assert engine.release(late.pk, actor=cy).queue == pool


def test_an_item_pushed_to_a_person_has_a_pool_after_that(ana, boss):
    pushed = {"push": "route_to_requester", "escalations": [STEPS[2]]}
    testing.process("Pushed", [("A", pushed), "B"], [("A", "B")])
    item = engine.start("Pushed", ana)
    fire("escalate:1")
    engine.activate(item.pk, actor=boss)
    assert engine.release(item.pk, actor=boss).user is None


def test_two_items_share_the_pool(late, ana):
    engine.start("Late", ana)
    queues = Queue.objects.count()
    for timer in Timer.objects.filter(name="escalate:3"):
        with testing.moved(8 * HOUR):
            engine.fire_timer(timer.pk)
    assert Queue.objects.count() == queues + 1


@pytest.mark.parametrize("gone", ["members", "group"])
def test_roles_without_people_get_nothing(late, boss, gone):
    boss.delete() if gone == "members" else Group.objects.filter(name="bosses").delete()
    fire("escalate:3")
    steps = AuditEvent.objects.filter(workitem_id=late.pk, action="workitem.escalated")
    assert fresh(late).queue == late.queue
    assert steps.latest("seq").metadata["nobody"] is True


def test_roles_of_another_tenant_get_nothing(late, settings):
    settings.GOFLOW_TENANT_RESOLVER = by_name
    fire("escalate:3")
    steps = AuditEvent.objects.filter(workitem_id=late.pk, action="workitem.escalated")
    assert fresh(late).queue == late.queue
    assert steps.latest("seq").metadata["nobody"] is True


# Several that are due


def test_a_backlog_fires_in_due_order_in_one_unit(late):
    assert fire("escalate:3") is True
    assert actions(late.instance, late)[-6:] == [
        "sla.warned",
        "sla.breached",
        "workitem.escalated",
        "workitem.escalated",
        "workitem.escalated",
        "workitem.reassigned",
    ]
    assert not Timer.objects.exists()


def test_a_timeout_fires_after_what_was_due_before_it(ana):
    limit = {"sla_duration": "1h", "escalations": [{"after": "3h", "action": "remind"}]}
    testing.process("Both", [("A", limit), "B", "C"], [("A", "B"), ("A", "C", "timeout: 2h")])
    item = engine.start("Both", ana)
    with testing.moved(8 * HOUR):
        assert engine.fire_due(Timer.objects.get(name="escalate:1").pk) == ("sla.breach", "timeout:a-c")
    assert actions(item.instance, item)[-4:] == [
        "sla.breached",
        "workitem.timeout",
        "workitem.cancelled",
        "workitem.forwarded",
    ]
    assert not Timer.objects.exists()


def test_the_scan_counts_each_once(late):
    with testing.moved(8 * HOUR):
        found = sla_scan()
        assert timeout_scan()["checked"] == 0
    assert {name: found[name] for name in ("fired", "warned", "breached", "escalated", "failed")} == {
        "fired": 5,
        "warned": 1,
        "breached": 1,
        "escalated": 3,
        "failed": 0,
    }


def test_an_item_that_was_completed_is_not_late_any_more(late, bo):
    timer = Timer.objects.get(name="sla.warn")
    engine.complete(late.pk, actor=bo)
    with testing.moved(8 * HOUR):
        assert engine.fire_timer(timer.pk) is False
    assert "sla.warned" not in actions(late.instance, late)


# What cannot be


def test_a_step_that_does_not_exist_ends_as_an_incident(late, root):
    timer = Timer.objects.get(name="escalate:3")
    Timer.objects.exclude(pk=timer.pk).delete()
    Timer.objects.filter(pk=timer.pk).update(name="escalate:9", attempts=4)
    with testing.moved(8 * HOUR):
        assert sla_scan()["failed"] == 1
    assert fresh(late).status == "fallout"
    assert late.incidents.get().params == {"timer": "escalate:9"}
    assert not Timer.objects.exists()


def test_retrying_a_failed_reminder_gives_the_item_back(late, root):
    timer = Timer.objects.get(name="escalate:1")
    engine.stop_timer(timer.pk, "down")
    engine.retry(late.incidents.get().pk, actor=root)
    stored = fresh(late)
    assert (stored.status, stored.queue) == ("inactive", late.queue)
    assert "workitem.escalated" in actions(late.instance, late)


def test_a_timer_that_is_given_up_goes_with_its_item(late):
    timer = Timer.objects.get(name="sla.warn")
    engine.stop_timer(timer.pk, "down")
    assert not Timer.objects.filter(pk=timer.pk).exists()
    with pytest.raises(WrongState):
        engine.stop_timer(Timer.objects.get(name="sla.breach").pk, "down")


def test_the_names_of_timers_say_what_they_are_for():
    assert timers.step_of(timers.escalation_name(12)) == 12
