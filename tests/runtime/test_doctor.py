from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from goflow import clock, testing
from goflow.runtime import doctor, engine
from goflow.runtime.models import EdgeToken, Incident, ProcessInstance, Timer, WorkItem
from goflow.testing import count_statements
from tests.runtime.reading import item
from tests.runtime.test_audit_rows import eventful  # noqa: F401 - a fixture


def found(name: str) -> list[int]:
    return [finding.id for finding in doctor.examine(names=[name])]


def test_what_the_engine_leaves_is_sound(eventful, line, pooled):  # noqa: F811 - the fixture
    assert doctor.examine() == []


def test_one_query_for_each_invariant(line):
    with count_statements() as statements:
        doctor.examine()
    assert len(statements) <= len(doctor.CHECKS) + 1, statements


def test_a_wrong_count_is_found_and_repaired(line):
    ProcessInstance.objects.update(open_items=7)
    assert found("open-items") == [line.instance_id]
    assert [f.repaired for f in doctor.examine(repair=True)] == [True]
    assert ProcessInstance.objects.get().open_items == 1
    assert doctor.examine() == []


def test_a_suspended_instance_that_does_not_say_since_when_is_found(line, root):
    engine.suspend(line.instance_id, actor=root)
    assert found("suspended-since") == []
    ProcessInstance.objects.update(suspended_at=None)
    assert found("suspended-since") == [line.instance_id]
    ProcessInstance.objects.update(status="running", suspended_at=clock.now())
    assert found("suspended-since") == [line.instance_id]


def test_a_live_item_of_a_closed_instance_is_found(line):
    ProcessInstance.objects.update(status="complete")
    assert found("closed-alive") == [line.instance_id]


def test_a_running_instance_without_a_token_is_found(line):
    WorkItem.objects.update(status="complete", queue=None)
    assert found("running-dead") == [line.instance_id]


def test_an_item_held_by_nothing_is_found(line):
    WorkItem.objects.update(status="fallout", queue=None)
    assert found("fallout-incident") == [line.pk]


def test_an_incident_that_holds_nothing_is_found(line):
    held = Incident.objects.create(instance=line.instance, workitem=line, code="x")
    assert found("incident-fallout") == [held.pk]


def test_an_open_item_in_no_queue_is_found(line):
    WorkItem.objects.update(queue=None)
    assert found("open-queue") == [line.pk]


def test_a_closed_item_in_a_queue_is_found(line, ana):
    engine.complete(line.pk, actor=ana)
    WorkItem.objects.filter(pk=line.pk).update(queue="*")
    assert found("queue-open") == [line.pk]


def test_an_owned_item_in_another_queue_is_found(line):
    WorkItem.objects.update(queue="*")
    assert found("owner-queue") == [line.pk]


@pytest.fixture
def joining(ana):
    testing.process(
        "Join", ["A", "B", "C", ("D", {"join_mode": "and"})], [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")]
    )
    opened = engine.complete(engine.start("Join", ana).pk, actor=ana).opened
    engine.complete(opened[0].pk, actor=ana)
    return item("d")


def test_a_blocked_item_without_tokens_is_found(joining):
    EdgeToken.objects.all().delete()
    assert found("blocked-token") == [joining.pk]


def test_a_token_that_waits_for_an_open_item_is_found(joining):
    WorkItem.objects.filter(pk=joining.pk).update(status="inactive", queue="*")
    assert found("token-blocked") == [joining.pk]


def test_a_timer_of_a_closed_item_is_found_and_removed(line, ana):
    engine.complete(line.pk, actor=ana)
    timer = Timer.objects.create(workitem=line, name="timeout:x", due_at=clock.now())
    assert found("timer-open") == [timer.pk]
    assert [f.repaired for f in doctor.examine(repair=True)] == [True]
    assert not Timer.objects.exists()


def test_an_item_that_nobody_can_take_is_found(pooled, bo):
    bo.groups.clear()
    assert found("pool-members") == [pooled.pk]


def test_the_command_says_when_all_is_well(line):
    out = StringIO()
    call_command("goflow_doctor", stdout=out)
    assert "Rows that break one: 0." in out.getvalue()


def test_the_command_names_the_row_and_gives_exit_code_one(line):
    WorkItem.objects.update(queue=None)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("goflow_doctor", stdout=out)
    assert stopped.value.code == 1
    assert f"open-queue: workitem {line.pk} (must hold: an open item is in a queue)" in out.getvalue()


def test_the_command_gives_json(line):
    WorkItem.objects.update(queue=None)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("goflow_doctor", "--json", stdout=out)
    assert json.loads(out.getvalue()) == [
        {"check": "open-queue", "kind": "workitem", "id": line.pk, "repaired": False}
    ]


def test_the_command_repairs(line):
    ProcessInstance.objects.update(open_items=7)
    out = StringIO()
    call_command("goflow_doctor", "--repair", stdout=out)
    assert f"open-items: instance {line.instance_id} (repaired)" in out.getvalue()


def test_one_invariant_can_be_asked_alone(line):
    WorkItem.objects.update(queue=None)
    out = StringIO()
    call_command("goflow_doctor", "--check", "timer-open", stdout=out)
    assert "Rows that break one: 0." in out.getvalue()
