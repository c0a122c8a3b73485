from __future__ import annotations

import pytest

from goflow import testing
from goflow.errors import IncidentClosed, InstanceClosed, NotAllowed, NotFound
from goflow.runtime import engine
from goflow.runtime.models import Incident, ProcessInstance
from goflow.workflow.registry import APPLICATION, PUSH_APPLICATION
from tests.runtime.reading import actions, incident, item, status, statuses, unsound


class Flaky:
    """
    An application that fails until it is mended.
    """

    def __init__(self) -> None:
        self.is_broken = True
        self.calls = 0

    def __call__(self, task: object, **params: object) -> str | None:
        self.calls += 1
        if self.is_broken:
            raise ValueError("the printer is on fire")
        return "OK"


@pytest.fixture
def flaky(register):
    made = Flaky()
    register(APPLICATION, "flaky", made)
    return made


@pytest.fixture
def stopped(ana, flaky):
    """
    Ana has completed A; the automatic B failed.
    """
    testing.process(
        "Auto", ["A", ("B", {"autostart": True, "application": "flaky"}), "C"], [("A", "B"), ("B", "C")]
    )
    return engine.complete(engine.start("Auto", ana).pk, actor=ana).instance


def test_when_mended_the_flow_goes_on(stopped, flaky, root):
    flaky.is_broken = False
    done = engine.retry(incident().pk, actor=root)
    assert [i.activity_key for i in done.opened] == ["c"]
    assert statuses(stopped) == [("a", "complete"), ("b", "complete"), ("c", "inactive")]


def test_the_incident_is_resolved_by_who_retried(stopped, flaky, root):
    flaky.is_broken = False
    engine.retry(incident().pk, actor=root)
    found = Incident.objects.get()
    assert (found.resolved_by, found.attempts) == (root, 1)
    assert found.resolved_at is not None


def test_the_journal_tells_of_it_at_the_item(stopped, flaky, root):
    flaky.is_broken = False
    engine.retry(incident().pk, actor=root)
    assert "incident.resolved" in actions(stopped, item("b"))


def test_when_still_broken_the_attempts_are_counted(stopped, root):
    done = engine.retry(incident().pk, actor=root)
    assert [i.attempts for i in done.incidents] == [2]
    assert (incident().attempts, item("b").status) == (2, "fallout")
    assert Incident.objects.count() == 1


def test_a_push_is_asked_again(ana, cy, root, register):
    testing.process("Push", [("A", {"push": "route_to_user", "push_params": {"username": "late"}})], [])
    engine.start("Push", ana)
    late = testing.person("late")
    done = engine.retry(incident().pk, actor=root)
    assert (done.workitem.user, done.workitem.status, done.workitem.queue) == (
        late,
        "inactive",
        f"u:{late.pk}",
    )


def test_a_push_that_fails_again_stays_one_incident(ana, root, register):
    register(PUSH_APPLICATION, "broken.push", Flaky())
    testing.process("Push", [("A", {"push": "broken.push"})], [])
    engine.start("Push", ana)
    engine.retry(incident().pk, actor=root)
    assert (incident().attempts, item("a").status) == (2, "fallout")


def test_a_dummy_without_a_way_is_routed_again(ana, root):
    testing.process(
        "Gate",
        ["A", ("G", {"kind": "dummy", "split_mode": "xor"}), "B", "C"],
        [("A", "G"), ("G", "B", "data.ok == true"), ("G", "C", "data.ok == false")],
    )
    done = engine.complete(engine.start("Gate", ana).pk, actor=ana)
    assert (incident().code, item("g").status) == ("no-transition", "fallout")
    ProcessInstance.objects.update(data={"ok": False})
    assert [i.activity_key for i in engine.retry(incident().pk, actor=root).opened] == ["c"]
    assert status(done.instance) == "running"


def test_a_starved_join_is_tried_again(ana, root):
    unsound(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "D"), ("C", "D")],
    )
    opened = engine.complete(engine.start("Starve", ana).pk, actor=ana, outcome="B").opened
    engine.complete(opened[0].pk, actor=ana)
    engine.retry(incident().pk, actor=root)
    assert (incident().code, incident().attempts) == ("join-starved", 2)


def test_only_administrators_may(stopped, ana, unchanged):
    with unchanged(), pytest.raises(NotAllowed):
        engine.retry(incident().pk, actor=ana)


def test_a_resolved_incident_is_refused(stopped, flaky, root, unchanged):
    flaky.is_broken = False
    engine.retry(incident().pk, actor=root)
    with unchanged(), pytest.raises(IncidentClosed, match="Reload"):
        engine.retry(Incident.objects.get().pk, actor=root)


def test_a_closed_instance_is_refused(stopped, root, unchanged):
    held = incident()
    engine.cancel(stopped.pk, actor=root)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.retry(held.pk, actor=root)


def test_an_unknown_incident_is_refused(root, unchanged):
    with unchanged(), pytest.raises(NotFound):
        engine.retry(4_711, actor=root)
