from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from goflow import testing
from goflow.errors import ConcurrentUpdate, NotAllowed, OutcomeRequired, UnsafeIsolation
from goflow.journal.models import AuditEvent
from goflow.runtime import engine, unit
from goflow.runtime.models import ProcessInstance, WorkItem
from tests.runtime.conftest import rows
from tests.runtime.reading import actions


class DriverError(Exception):
    """
    What PostgreSQL's driver raises, as far as it is read.
    """

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def postgresql(code: str) -> OperationalError:
    raised = OperationalError("the database says no")
    raised.__cause__ = DriverError(code)
    return raised


RETRYABLE = {
    "serialization failure": postgresql("40001"),
    "deadlock (PostgreSQL)": postgresql("40P01"),
    "deadlock (MySQL)": OperationalError(1213, "Deadlock found when trying to get lock"),
    "lock wait (MySQL)": OperationalError(1205, "Lock wait timeout exceeded"),
    "busy (SQLite)": OperationalError("database is locked"),
    "table locked (SQLite)": OperationalError("database table is locked"),
}


class Trouble:
    """
    Raises at the nth statement (counted over everything), as often as asked, and counts statements.
    """

    def __init__(self, error: Exception, *, at: int, times: int = 1) -> None:
        self.error, self.at, self.times, self.seen, self.raised = error, at, times, 0, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen >= self.at and self.raised < self.times:
            self.raised += 1
            raise self.error
        return execute(sql, params, many, context)


@contextmanager
def trouble(error: Exception, **kwargs: int) -> Iterator[Trouble]:
    made = Trouble(error, **kwargs)
    with connection.execute_wrapper(made):
        yield made


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(unit.time, "sleep", lambda seconds: None)


@pytest.fixture
def committed(transactional_db):
    """
    An item of a committed instance, and its owner.
    """
    ana = testing.person("ana")
    testing.process("Line", [("A", {"split_mode": "xor"}), "B"], [("A", "B", "OK")])
    return engine.start("Line", ana), ana


@pytest.mark.parametrize("name", RETRYABLE)
def test_a_concurrency_error_runs_the_unit_again(committed, name):
    item, ana = committed
    with trouble(RETRYABLE[name], at=1) as made:
        done = engine.complete(item.pk, actor=ana, outcome="OK")
    assert (done.workitem.status, made.raised) == ("complete", 1)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_failure_at_any_statement_leaves_one_complete_step(committed, at):
    item, ana = committed
    with trouble(RETRYABLE["deadlock (MySQL)"], at=at):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert WorkItem.objects.filter(activity_key="b").count() == 1
    assert actions(item.instance).count("workitem.completed") == 1
    assert ProcessInstance.objects.get().version == 2


def test_five_failures_are_a_conflict_and_change_nothing(committed):
    item, ana = committed
    before = rows()
    with (
        trouble(RETRYABLE["deadlock (MySQL)"], at=1, times=99) as made,
        pytest.raises(ConcurrentUpdate, match="Reload it and decide again"),
    ):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert (made.raised, rows()) == (5, before)


def test_four_failures_are_overcome(committed):
    item, ana = committed
    with trouble(RETRYABLE["serialization failure"], at=1, times=4):
        assert engine.complete(item.pk, actor=ana, outcome="OK").workitem.status == "complete"


def test_another_database_error_is_not_retried_and_changes_nothing(committed):
    item, ana = committed
    before = rows()
    with (
        trouble(OperationalError("server closed the connection"), at=3) as made,
        pytest.raises(OperationalError),
    ):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert (made.raised, rows()) == (1, before)


def test_an_integrity_error_is_not_retried(committed):
    item, ana = committed
    with trouble(IntegrityError("no"), at=3) as made, pytest.raises(IntegrityError):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert made.raised == 1


def test_prepare_runs_again_with_the_unit(committed):
    item, ana = committed
    calls = []
    with trouble(RETRYABLE["busy (SQLite)"], at=4):
        engine.complete(item.pk, actor=ana, outcome="OK", prepare=lambda task: calls.append(dict(task.data)))
    assert calls == [{}, {}]


def test_a_deadlock_inside_host_code_runs_the_unit_again(committed, register):
    item, ana = committed
    raised = []

    def prepare(task):
        if not raised:
            raised.append(1)
            raise RETRYABLE["deadlock (MySQL)"]

    assert engine.complete(item.pk, actor=ana, outcome="OK", prepare=prepare).workitem.status == "complete"


def test_a_refusal_changes_nothing(committed):
    item, ana = committed
    before = rows()
    with pytest.raises(OutcomeRequired):
        engine.complete(item.pk, actor=ana, outcome="?")
    assert rows() == before


def test_inside_a_callers_transaction_nothing_is_retried(committed):
    item, ana = committed
    with (
        trouble(RETRYABLE["deadlock (MySQL)"], at=2) as made,
        pytest.raises(ConcurrentUpdate),
        transaction.atomic(),
    ):
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert made.raised == 1


def test_a_refusal_caught_inside_a_callers_transaction_changes_nothing(committed):
    item, ana = committed
    before = rows()
    cy = testing.person("cy")
    with transaction.atomic():
        with pytest.raises(OutcomeRequired):
            engine.complete(item.pk, actor=ana, outcome="?")
        with pytest.raises(NotAllowed):
            engine.complete(item.pk, actor=cy, outcome="OK")
    assert rows() == before


def test_after_a_caught_refusal_the_callers_transaction_goes_on(committed):
    item, ana = committed
    with transaction.atomic():
        with pytest.raises(OutcomeRequired):
            engine.complete(item.pk, actor=ana, outcome="?")
        engine.complete(item.pk, actor=ana, outcome="OK")
    assert WorkItem.objects.get(pk=item.pk).status == "complete"


def test_what_a_caller_rolls_back_never_happened(committed):
    item, ana = committed
    before = rows()
    with transaction.atomic():
        engine.complete(item.pk, actor=ana, outcome="OK")
        transaction.set_rollback(True)
    assert rows() == before


def test_two_verbs_in_one_transaction_are_both_recorded(committed):
    item, ana = committed
    with transaction.atomic():
        done = engine.complete(item.pk, actor=ana, outcome="OK")
        engine.complete(done.opened[0].pk, actor=ana)
    numbers = list(AuditEvent.objects.filter(stream=f"i:{item.instance_id}").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert ProcessInstance.objects.get().status == "complete"


class Connection:
    """
    As much of a connection as the isolation rule reads.
    """

    alias = "default"

    def __init__(self, vendor: str, **options: object) -> None:
        self.vendor, self.settings_dict = vendor, {"OPTIONS": options}


@pytest.mark.parametrize("level", ["repeatable read", "REPEATABLE READ", "serializable", None])
def test_mysql_is_refused_under_another_isolation_level(level):
    with pytest.raises(UnsafeIsolation, match="set its isolation level to read committed"):
        unit.require_read_committed(Connection("mysql", isolation_level=level))


@pytest.mark.parametrize(
    "made",
    [
        Connection("mysql"),
        Connection("mysql", isolation_level="read committed"),
        Connection("mysql", isolation_level="READ COMMITTED"),
        Connection("postgresql", isolation_level=3),
        Connection("sqlite"),
    ],
)
def test_read_committed_is_accepted(made):
    assert unit.require_read_committed(made) is None


def test_a_unit_refuses_before_it_writes(committed, monkeypatch):
    item, ana = committed
    before = rows()
    monkeypatch.setattr(
        unit, "connections", {connection.alias: Connection("mysql", isolation_level="repeatable read")}
    )
    with pytest.raises(UnsafeIsolation):
        engine.complete(item.pk, actor=ana, outcome="OK")
    monkeypatch.undo()
    assert rows() == before
