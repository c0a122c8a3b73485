from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import Error, connection

from goflow.journal.rows import put
from goflow.outbound import profiles
from goflow.outbound.models import UserProfile
from goflow.runtime import jobs
from goflow.runtime.models import Heartbeat
from goflow.testing import count_statements, person

WRITERS, ROUNDS = 3, 60

WRITES: dict[str, Callable[[User, int], Any]] = {
    "a heartbeat": lambda user, number: jobs.beat("scheduler", {"mail": {"sent": number}}),
    "wishes": lambda user, number: profiles.save(user, {"urgent_priority": number}),
    "silence": lambda user, number: profiles.silence(user, profiles.QUEUED),
}


def repeat(write: Callable[[User, int], Any], user: User, problems: list[Error]) -> None:
    """
    Write again and again, in transactions as SQLite has them unless a project says otherwise.
    """
    connection.ensure_connection()
    setattr(connection, "transaction_mode", None)  # noqa: B010 - only SQLite's connection has it
    for number in range(ROUNDS):
        try:
            write(user, number)
        except Error as exc:
            problems.append(exc)
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_row_that_several_write_at_once_is_written_by_all(write: Callable[[User, int], Any]) -> None:
    ana, problems = person("ana"), []
    writers = [threading.Thread(target=repeat, args=(write, ana, problems)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    assert Heartbeat.objects.count() + UserProfile.objects.count() == 1


@pytest.mark.django_db
def test_a_row_that_is_there_is_changed_by_one_statement() -> None:
    put(Heartbeat, {"name": "one"}, {"worker": "a"})
    with count_statements() as statements:
        put(Heartbeat, {"name": "one"}, {"worker": "b"})
    assert len(statements) == 1
    assert list(Heartbeat.objects.values_list("name", "worker")) == [("one", "b")]


@pytest.mark.django_db
def test_what_is_silenced_stays_silent_and_the_other_choices_stay() -> None:
    ana = person("ana")
    profiles.save(ana, {"choices": {profiles.MOVED: "now"}})
    profiles.silence(ana, profiles.QUEUED)
    assert UserProfile.objects.get().choices == {profiles.MOVED: "now", profiles.QUEUED: "off"}
