from __future__ import annotations

from datetime import timedelta

import pytest

from goflow import testing
from goflow.errors import KeyReused, NotAllowed, OutcomeRequired
from goflow.runtime import engine, idempotency
from goflow.runtime.models import IdempotencyKey, ProcessInstance, WorkItem
from goflow.workflow.models import Process


@pytest.fixture
def simple(ana):
    return testing.process("Simple", ["A", "B"], [("A", "B", "OK")])


def test_the_same_start_is_done_once(simple, ana, unchanged):
    first = engine.start("Simple", ana, key="k1", data={"x": 1})
    with unchanged():
        again = engine.start("Simple", ana, key="k1", data={"x": 1})
    assert (again, again.instance) == (first, first.instance)


def test_a_repeated_start_does_not_prepare_again(simple, ana):
    calls = []
    engine.start("Simple", ana, key="k1", prepare=calls.append)
    engine.start("Simple", ana, key="k1", prepare=calls.append)
    assert len(calls) == 1


def test_the_answer_stays_when_the_process_is_disabled_meanwhile(simple, ana):
    first = engine.start("Simple", ana, key="k1")
    Process.objects.update(enabled=False)
    assert engine.start("Simple", ana, key="k1") == first


def test_another_start_under_the_same_key_is_refused(simple, ana, unchanged):
    engine.start("Simple", ana, key="k1", title="one")
    with unchanged(), pytest.raises(KeyReused, match="Use a new key"):
        engine.start("Simple", ana, key="k1", title="two")


def test_keys_are_a_persons_own(simple, ana, cy):
    engine.start("Simple", ana, key="k1")
    engine.start("Simple", cy, key="k1")
    assert ProcessInstance.objects.count() == 2


def test_without_a_key_a_start_is_a_new_instance(simple, ana):
    engine.start("Simple", ana)
    engine.start("Simple", ana)
    assert ProcessInstance.objects.count() == 2


def test_a_refused_start_keeps_no_key(simple, unchanged):
    guest = testing.person("guest", may_start=False)
    with unchanged(), pytest.raises(NotAllowed):
        engine.start("Simple", guest, key="k1")


def test_the_same_completion_is_done_once(simple, ana, unchanged):
    item = engine.start("Simple", ana)
    first = engine.complete(item.pk, actor=ana, outcome="OK", key="k1")
    with unchanged():
        again = engine.complete(item.pk, actor=ana, outcome="OK", key="k1")
    assert (again.workitem, again.opened, again.incidents) == (first.workitem, first.opened, ())
    assert again.instance_status == "running"


def test_the_same_completion_after_the_instance_ended_is_answered(ana):
    testing.process("Short", ["A"], [])
    item = engine.start("Short", ana)
    engine.complete(item.pk, actor=ana, key="k1")
    assert engine.complete(item.pk, actor=ana, key="k1").instance_status == "complete"


def test_another_completion_under_the_same_key_is_refused(simple, ana, unchanged):
    item, other = engine.start("Simple", ana), engine.start("Simple", ana)
    engine.complete(item.pk, actor=ana, outcome="OK", key="k1")
    with unchanged(), pytest.raises(KeyReused):
        engine.complete(other.pk, actor=ana, outcome="OK", key="k1")


def test_a_refused_completion_keeps_no_key(simple, ana, unchanged):
    item = engine.start("Simple", ana)
    with unchanged(), pytest.raises(OutcomeRequired):
        engine.complete(item.pk, actor=ana, outcome="?", key="k1")
    assert engine.complete(item.pk, actor=ana, outcome="OK", key="k1").workitem.status == "complete"


def test_an_item_that_stays_after_its_completion_is_completed_once(ana, unchanged):
    testing.process("Wait", [("A", {"autofinish": False}), "B"], [("A", "B")])
    item = engine.start("Wait", ana)
    calls = []
    engine.complete(item.pk, actor=ana, outcome="OK", key="k1", prepare=calls.append)
    with unchanged():
        again = engine.complete(item.pk, actor=ana, outcome="OK", key="k1", prepare=calls.append)
    assert (again.workitem.status, len(calls)) == ("active", 1)


def test_incidents_are_answered_again(ana, register):
    testing.process(
        "Lost", ["A", ("B", {"push": "route_to_user", "push_params": {"username": "x"}})], [("A", "B")]
    )
    item = engine.start("Lost", ana)
    first = engine.complete(item.pk, actor=ana, key="k1")
    assert engine.complete(item.pk, actor=ana, key="k1").incidents == first.incidents


def test_a_key_of_any_length_works(simple, ana):
    long = "k" * 1_000
    assert engine.start("Simple", ana, key=long) == engine.start("Simple", ana, key=long)
    assert engine.start("Simple", ana, key=long + "x").pk != WorkItem.objects.earliest("id").pk


def test_keys_are_kept_seven_days(simple, ana):
    engine.start("Simple", ana, key="k1")
    with testing.moved(timedelta(days=6, hours=23)):
        assert idempotency.purge() == 0
    with testing.moved(timedelta(days=7, seconds=1)):
        assert idempotency.purge() == 1
    assert not IdempotencyKey.objects.exists()
