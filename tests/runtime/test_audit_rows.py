from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import testing
from goflow.journal.models import AuditEvent
from goflow.journal.verify import verify
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, Timer
from tests.runtime.reading import AUTO, actions, incident, item


def last(instance: ProcessInstance, count: int) -> list[str]:
    return actions(instance)[-count:]


def row(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(stream__startswith="i:", action=action).latest("seq")


def test_a_start(line):
    assert actions(line.instance) == ["process.started", "workitem.created", "workitem.assigned"]


def test_a_claim(pooled, bo):
    engine.activate(pooled.pk, actor=bo)
    assert last(pooled.instance, 1) == ["workitem.activated"]
    assert (row("workitem.activated").status_from, row("workitem.activated").status_to) == (
        "inactive",
        "active",
    )


def test_a_release(pooled, bo):
    engine.activate(pooled.pk, actor=bo)
    engine.release(pooled.pk, actor=bo)
    assert last(pooled.instance, 1) == ["workitem.released"]


def test_a_completion(line, ana):
    engine.complete(line.pk, actor=ana, outcome="OK")
    assert last(line.instance, 3) == ["workitem.completed", "workitem.forwarded", "workitem.created"]
    assert row("workitem.forwarded").transition_key == "a-b"


def test_a_completion_out_of_the_pool_tells_of_the_claim_too(pooled, bo):
    engine.complete(pooled.pk, actor=bo)
    assert last(pooled.instance, 4)[:2] == ["workitem.activated", "workitem.completed"]


def test_a_decision_is_told_with_its_reasons(ana):
    testing.process(
        "Why",
        [("A", {"split_mode": "xor"}), "B", "C"],
        [("A", "B", "outcome == 'OK' and data.days > 3"), ("A", "C")],
    )
    engine.complete(engine.start("Why", ana, data={"days": 5}).pk, actor=ana, outcome="OK")
    told = row("workitem.completed").metadata
    assert told["outcome"] == "OK"
    assert [(d["transition"], d["value"]) for d in told["decisions"]] == [("a-b", True)]
    assert told["decisions"][0]["operands"]["data.days"] == 5


def test_the_end(ana):
    testing.process("Short", ["A"], [])
    started = engine.start("Short", ana)
    engine.complete(started.pk, actor=ana)
    assert last(started.instance, 2) == ["workitem.completed", "instance.status_changed"]


def test_a_handing_over(line, ana, cy):
    engine.reassign(line.pk, actor=ana, to=cy)
    assert last(line.instance, 1) == ["workitem.reassigned"]


def test_a_cancelling(line, root):
    engine.cancel(line.instance_id, actor=root)
    assert last(line.instance, 2) == ["workitem.cancelled", "instance.status_changed"]


def test_a_timeout_is_the_engines_own(ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    started = engine.start("Late", ana)
    with testing.moved(timedelta(days=1)):
        engine.fire_timer(Timer.objects.get().pk)
    assert last(started.instance, 4) == [
        "workitem.timeout",
        "workitem.cancelled",
        "workitem.forwarded",
        "workitem.created",
    ]
    assert row("workitem.timeout").actor == ""


def test_an_incident_and_its_end(ana, root):
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "late"}})], [])
    started = engine.start("Lost", ana)
    assert last(started.instance, 2) == ["workitem.fallout", "incident.raised"]
    testing.person("late")
    engine.retry(incident().pk, actor=root)
    assert last(started.instance, 2) == ["workitem.assigned", "incident.resolved"]
    assert row("incident.resolved").workitem_id == item("a").pk


def test_rows_name_actor_item_process_and_version(line, ana):
    engine.complete(line.pk, actor=ana)
    told = row("workitem.completed")
    assert (told.actor, told.workitem_id, told.activity_key) == (str(ana.pk), line.pk, "a")
    assert (told.process_id, told.instance_id, told.instance_version) == (
        line.instance.process_id,
        line.instance_id,
        2,
    )


def test_rows_are_numbered_without_gaps(line, ana):
    engine.complete(line.pk, actor=ana)
    numbers = AuditEvent.objects.filter(stream=f"i:{line.instance_id}").order_by("seq")
    assert list(numbers.values_list("seq", flat=True)) == list(range(1, numbers.count() + 1))


@pytest.fixture
def eventful(ana, bo, cy, root):
    """
    An instance that saw every verb, in a database with others.
    """
    testing.process(
        "Eventful",
        [
            ("A", {"split_mode": "and"}),
            ("B", {"roles": ["team"]}),
            ("C", {"autofinish": False}),
            ("Auto", AUTO),
            ("D", {"join_mode": "and"}),
            "Late",
            "End",
        ],
        [
            ("A", "B"),
            ("A", "C"),
            ("A", "Auto"),
            ("B", "D"),
            ("C", "D"),
            ("Auto", "D"),
            ("D", "Late", "timeout: 1d"),
            ("D", "End", "OK"),
            ("Late", "End"),
        ],
    )
    started = engine.start("Eventful", ana, data={"ü": "日本"})
    engine.complete(started.pk, actor=ana, outcome="go")
    engine.activate(item("b").pk, actor=bo)
    engine.release(item("b").pk, actor=bo)
    engine.complete(item("b").pk, actor=bo)
    engine.activate(item("c").pk, actor=cy)
    engine.complete(item("c").pk, actor=cy, outcome="ok")
    engine.reassign(item("c").pk, actor=cy, to=ana)
    engine.forward(item("c").pk, actor=ana)
    with testing.moved(timedelta(days=1)):
        engine.fire_timer(Timer.objects.get().pk)
    return started.instance


def test_the_chain_verifies(eventful):
    report = verify()
    assert (report.findings, report.not_recorded) == ((), ())
    assert report.rows == AuditEvent.objects.count()


def test_a_refusal_leaves_no_gap(eventful, cy):
    engine.fire_timer(4_711)
    with pytest.raises(Exception, match="Ask an administrator"):
        engine.complete(item("late").pk, actor=testing.person("gone", is_active=False))
    assert verify().not_recorded == ()


def test_no_personal_text_is_in_the_rows(eventful):
    told = " ".join(str(list(found.values())) for found in AuditEvent.objects.values())
    assert "ana" not in told
    assert "日本" not in told


def test_without_audit_nothing_is_written_and_the_gap_is_no_tampering(line, ana, cy, settings):
    settings.GOFLOW_AUDIT_ENABLED = False
    engine.reassign(line.pk, actor=ana, to=cy)
    settings.GOFLOW_AUDIT_ENABLED = True
    engine.complete(line.pk, actor=cy)
    report = verify([f"i:{line.instance_id}"])
    assert report.is_sound
    assert [(gap.first_version, gap.last_version) for gap in report.not_recorded] == [(2, 2)]


@pytest.mark.django_db
def test_what_the_engine_does_is_not_credited_to_the_person():
    ana = testing.person("ana")
    testing.process(
        "Routed", ["Ask", ("Route", {"kind": "dummy"}), "Read"], [("Ask", "Route"), ("Route", "Read")]
    )
    item = engine.start("Routed", ana)
    engine.complete(item.pk, actor=ana)
    rows = AuditEvent.objects.filter(action="workitem.completed").order_by("seq")
    assert [(row.activity_key, row.actor) for row in rows] == [("ask", str(ana.pk)), ("route", "")]
