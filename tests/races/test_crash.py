from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection

from goflow.runtime import unit
from tests.races import plays
from tests.races.jobs import Answer, Memory, prepared, run, watched
from tests.races.tables import assert_sound, state

pytestmark = pytest.mark.django_db(transaction=True)

LOCKED_BY_ONE_UNIT = sorted(set(plays.SCENES) - {"publish", "fail-a-job"})


def points() -> Iterator[tuple[int, str]]:
    for number in count(1):
        yield number, "before"
        yield number, "after"


def before_and_after(scene):
    job = scene.job("reference")
    before = state("reference")
    answer = run(job)
    assert answer.done, answer
    after = state("reference")
    assert before != after
    return before, after


def is_killed_at(workers, job, point) -> bool:
    worker = workers.hire()
    worker.prepare(job, ("die", *point))
    worker.go()
    try:
        worker.answer()
    except EOFError:
        return True
    finally:
        workers.dismiss()
    return False


@pytest.mark.parametrize("name", plays.SCENES)
def test_a_process_killed_at_any_statement_leaves_all_or_nothing(workers, figure, name):
    plays.people()
    scene = plays.SCENES[name]
    scene.define()
    before, after = before_and_after(scene)
    job = scene.job("killed")
    kills = 0
    for point in points():
        assert is_killed_at(workers, job, point)
        kills += 1
        if state("killed") != before:
            break
    assert state("killed") == after
    # Before the commit the next attempt went through the same statements, after it nothing is left to do.
    run(job)
    assert state("killed") == after
    assert_sound()
    figure(f"{kills} kills")


@pytest.mark.parametrize("name", ["complete", "join", "chain", "timer"])
def test_what_a_killed_process_began_can_be_done_by_another(workers, name):
    plays.people()
    scene = plays.SCENES[name]
    scene.define()
    _, after = before_and_after(scene)
    for number in (4, 5, 6):
        job = scene.job(f"killed {number}")
        assert is_killed_at(workers, job, (number, "before"))
        assert run(job).done
        assert state(f"killed {number}") == after
    assert_sound()


class Fault:
    """Lets the database fail once, at the statement of that number inside the unit."""

    def __init__(self, number: int, error: OperationalError) -> None:
        self.left = number
        self.error = error

    def __call__(self, _number: int, side: str, text: str) -> None:
        inside = connection.in_atomic_block or text.startswith(("BEGIN", "COMMIT"))
        if side == "before" and inside:
            self.left -= 1
            if self.left == 0:
                raise self.error

    @property
    def has_happened(self) -> bool:
        return self.left <= 0


def failure(sqlstate: str, *args: object) -> OperationalError:
    """As psycopg and PyMySQL have it: the driver's own error, with its SQLSTATE, is the cause."""
    error = OperationalError(*args)
    error.__cause__ = type("DriverError", (Exception,), {"sqlstate": sqlstate})()
    return error


ERRORS = (
    failure("40001", "could not serialize access"),
    failure("40P01", "deadlock detected"),
    failure("40001", 1213, "Deadlock found when trying to get lock; try restarting transaction"),
    failure("HY000", 1205, "Lock wait timeout exceeded; try restarting transaction"),
    OperationalError("database is locked"),
)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(unit, "time", SimpleNamespace(sleep=lambda _seconds: None))


def run_with(job, fault) -> Answer:
    perform = prepared(job, Memory())
    with watched(fault):
        return perform()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", LOCKED_BY_ONE_UNIT)
def test_a_unit_that_the_database_gives_up_at_any_statement_runs_again(figure, name):
    plays.people()
    scene = plays.SCENES[name]
    scene.define()
    _, after = before_and_after(scene)
    for number, error in zip(count(1), cycle(ERRORS)):
        fault = Fault(number, error)
        answer = run_with(scene.job(f"fault {number}"), fault)
        assert (answer.refused, state(f"fault {number}")) == ("", after)
        if not fault.has_happened:
            break
    assert number > 4  # at least the lock, the item, the journal and the COMMIT
    assert_sound()
    figure(f"{number - 1} faults")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("error", ERRORS, ids=["40001", "40P01", "1213", "1205", "locked"])
def test_every_error_of_concurrency_is_retried(error):
    plays.people()
    plays.define_line()
    assert run_with(plays.complete_job("first"), Fault(2, error)).done
    assert run_with(plays.complete_job("last"), Fault(5, error)).done
    assert_sound()


@pytest.mark.usefixtures("impatient")
def test_a_unit_that_never_gets_through_is_refused_and_changes_nothing():
    plays.people()
    plays.define_line()
    job = plays.complete_job("stuck")
    before = state("stuck")

    def always(_number: int, side: str, text: str) -> None:
        if side == "before" and text == "COMMIT":
            raise OperationalError("database is locked")

    assert run_with(job, always).refused == "concurrent-update"
    assert state("stuck") == before
