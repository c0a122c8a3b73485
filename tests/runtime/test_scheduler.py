from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import Invalid, NotAllowed
from goflow.journal.models import OutboxMessage
from goflow.runtime import engine, scheduler
from goflow.runtime.models import WorkItem
from tests.runtime.reading import item


class Recording(scheduler.BaseSchedulerBackend):
    """
    A carrier of a host project: it notes what it is asked for.
    """

    name = "recording"
    asked: list[object] = []

    def _note(self, *what: object) -> scheduler.Answer:
        self.asked.append(what)
        return {"scheduled": True, "backend": self.name}

    def schedule_timeout_scan(self):
        return self._note("timeouts")

    def schedule_sla_scan(self):
        return self._note("sla")

    def schedule_workitem_action(self, workitem_id, action, **kwargs):
        return self._note(workitem_id, action, kwargs)

    def schedule_notification(self, user_id, workitem_ids):
        return self._note(user_id, workitem_ids)


@pytest.fixture
def recording(settings):
    settings.GOFLOW_SCHEDULER_BACKEND = "tests.runtime.test_scheduler.Recording"
    Recording.asked.clear()
    return Recording.asked


@pytest.mark.parametrize("scan", [scheduler.schedule_timeout_scan, scheduler.schedule_sla_scan])
def test_scans_are_left_to_cron(scan):
    answer = scan()
    assert (answer["scheduled"], answer["backend"]) == (False, "cron")
    assert "goflow_cron" in answer["message"]


def test_an_action_runs_inline(line, ana):
    answer = scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ana")
    assert answer == {"scheduled": True, "backend": "cron", "inline": True}
    assert WorkItem.objects.get(pk=line.pk).status == "complete"


def test_an_item_is_claimed_inline(pooled, bo):
    scheduler.schedule_workitem_action(pooled.pk, "activate", actor_username="bo")
    assert item("a").user == bo


def test_an_outcome_is_handed_on(ana):
    testing.process("D", [("A", {"split_mode": "xor"}), "B", "C"], [("A", "B", "OK"), ("A", "C", "NO")])
    started = engine.start("D", ana)
    scheduler.schedule_workitem_action(started.pk, "complete", actor_username="ana", outcome="NO")
    assert item("c").status == "inactive"


def test_forward_is_the_action_when_none_is_named(ana):
    testing.process("W", [("A", {"autofinish": False}), "B"], [("A", "B")])
    started = engine.start("W", ana)
    engine.complete(started.pk, actor=ana)
    scheduler.schedule_workitem_action(started.pk, actor_username="ana")
    assert item("b").status == "inactive"


def test_an_action_is_refused_like_the_verb(line, cy, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="cy")


def test_an_unknown_action_is_refused_naming_the_known(line, unchanged):
    with unchanged(), pytest.raises(Invalid, match="activate, complete, forward"):
        scheduler.schedule_workitem_action(line.pk, "delete", actor_username="ana")


def test_an_unknown_person_is_refused(line, unchanged):
    with unchanged(), pytest.raises(Invalid, match="existing user name"):
        scheduler.schedule_workitem_action(line.pk, "complete", actor_username="ghost")


def test_a_notification_goes_into_the_outbox(ana):
    answer = scheduler.schedule_notification(ana.pk, [1, 2])
    assert answer == {"scheduled": True, "backend": "cron", "inline": True}
    assert OutboxMessage.objects.get().payload == {"user": str(ana.pk), "workitems": [1, 2]}


def test_the_setting_names_the_carrier(recording):
    scheduler.schedule_timeout_scan()
    scheduler.schedule_sla_scan()
    scheduler.schedule_workitem_action(7, "forward", actor_username="ana")
    assert scheduler.schedule_notification(1, [7]) == {"scheduled": True, "backend": "recording"}
    assert recording == [("timeouts",), ("sla",), (7, "forward", {"actor_username": "ana"}), (1, [7])]


def test_an_incomplete_carrier_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        scheduler.BaseSchedulerBackend()
