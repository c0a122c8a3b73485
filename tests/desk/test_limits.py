from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from goflow import testing
from goflow.desk import limits
from goflow.desk.limits import State
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow.models import Activity

NOW = datetime(2030, 1, 7, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def item(due_in: timedelta | None, status: str = "inactive", **activity: str) -> WorkItem:
    due_at = None if due_in is None else NOW + due_in
    instance = ProcessInstance(status="running")
    return WorkItem(instance=instance, activity=Activity(**activity), due_at=due_at, status=status)


@pytest.mark.parametrize(
    ("due_in", "state"),
    [
        (None, State.NONE),
        (3 * HOUR, State.ON_TRACK),
        (2 * HOUR, State.DUE_SOON),
        (HOUR, State.DUE_SOON),
        (0 * HOUR, State.BREACHED),
        (-HOUR, State.BREACHED),
    ],
)
def test_the_warning_of_the_activity_says_when_it_is_soon(due_in, state):
    found = limits.of(item(due_in, sla_duration="4h", sla_warn="2h"), NOW)
    assert found.state is state


@pytest.mark.parametrize(("due_in", "state"), [(25 * HOUR, State.ON_TRACK), (24 * HOUR, State.DUE_SOON)])
@pytest.mark.parametrize("texts", [{}, {"sla_duration": "9d"}, {"sla_duration": "?", "sla_warn": "1d"}])
def test_without_a_warning_the_last_day_is_soon(due_in, state, texts):
    assert limits.of(item(due_in, **texts), NOW).state is state


@pytest.mark.parametrize("status", ["complete", "cancelled", "blocked", "fallout"])
def test_what_nobody_can_work_on_has_no_limit(status):
    assert limits.of(item(HOUR, status), NOW) == limits.Limit()


def test_a_pause_holds_the_time_that_is_left(db):
    ana, root = testing.person("ana"), testing.person("root", is_superuser=True)
    limit = {"sla_duration": "4h", "sla_warn": "2h"}
    testing.process("Wait", [("A", limit), "B"], [("A", "B")])
    pk = engine.start("Wait", ana).pk
    with testing.moved(HOUR):
        engine.suspend(WorkItem.objects.get(pk=pk).instance_id, actor=root)
    found = WorkItem.objects.with_context().get(pk=pk)
    paused = limits.of(found, found.opened_at + 9 * HOUR)
    assert (paused.state, paused.left) == (State.PAUSED, found.due_at - found.instance.suspended_at)
    with testing.moved(9 * HOUR):
        engine.resume(found.instance_id, actor=root)
    again = WorkItem.objects.with_context().get(pk=pk)
    assert limits.of(again, again.opened_at + 9.5 * HOUR).state is State.ON_TRACK
    assert limits.of(again, again.opened_at + 10.5 * HOUR).state is State.DUE_SOON
