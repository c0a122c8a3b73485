"""
What firing timers costs: ``python -m bench.bench_timers`` fires 1,000 due ones among 100,000 open ones.

``GOFLOW_TEST_DATABASE_URL`` chooses the database, as for the tests. The floor is the same rows written by the
driver itself, one transaction per timer, by statements written by hand.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

# Django must be ready before anything that imports models.
from django.db import connection  # noqa: E402

from goflow import clock, testing  # noqa: E402
from goflow.journal.models import AuditEvent  # noqa: E402
from goflow.journal.rows import insert  # noqa: E402
from goflow.runtime import engine, scans, timers  # noqa: E402
from goflow.runtime.models import ProcessInstance, Timer, WorkItem  # noqa: E402
from goflow.testing import count_statements  # noqa: E402

OPEN = 100_000
DUE = 1_000
BATCH = 5_000
ROUNDS = 5
PLACEHOLDER = "%s"


@contextmanager
def database() -> Iterator[None]:
    """
    An empty one, dropped afterwards.
    """
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def template() -> WorkItem:
    """
    The first item of a process whose first step has a day's time.
    """
    ways = [("A", "B"), ("A", "C", "timeout: 1d")]
    testing.process("Timed", ["A", "B", "C"], ways)
    return engine.start("Timed", testing.person("ana"))


def copied(row: Any, **values: object) -> Any:  # a row of any model
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | values)


def fill(first: WorkItem, count: int, due_at: datetime) -> None:
    """
    So many items like the first, due a second after each other.
    """
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        instances = [copied(first.instance) for _ in range(size)]
        insert(instances)
        items = [copied(first, instance_id=instance.pk) for instance in instances]
        insert(items)
        insert(
            [
                Timer(workitem_id=item.pk, name="timeout:a-c", due_at=due_at + timedelta(seconds=start + at))
                for at, item in enumerate(items)
            ]
        )


def measured(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """
    Seconds by the clock, seconds of our own processor time, and what came of it.
    """
    wall, own = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - own, found


def finding() -> float:
    """
    Milliseconds to find the batch, the least of some rounds.
    """
    with count_statements() as statements:
        found = timers.due(clock.now(), scans.BATCH)
    assert (len(found), len(statements)) == (scans.BATCH, 1), (len(found), statements)
    return min(measured(lambda: timers.due(clock.now(), scans.BATCH))[0] for _ in range(ROUNDS)) * 1000


class Floor:
    """
    One timer after the other, by the driver's cursor and constant texts.
    """

    def __init__(self, target: int) -> None:
        quote = connection.ops.quote_name
        mark = "?" if connection.vendor == "sqlite" else PLACEHOLDER
        item, instance, timer = (quote(model._meta.db_table) for model in (WorkItem, ProcessInstance, Timer))
        audit, columns = quote(AuditEvent._meta.db_table), self.columns(WorkItem)
        copied = columns.replace(quote("activity_id"), str(target)).replace(quote("workitem_from_id"), "id")
        self.batch = (
            f"SELECT t.id, t.workitem_id, w.instance_id FROM {timer} t JOIN {item} w ON w.id = t.workitem_id"
            f" JOIN {instance} p ON p.id = w.instance_id WHERE t.due_at <= {mark}"
            " AND w.status IN ('inactive', 'active') AND p.status = 'running' ORDER BY t.due_at, t.id"
        )
        self.lock = f"UPDATE {instance} SET version = version + 1 WHERE id = {mark} AND status = 'running'"
        self.look = f"SELECT * FROM {item} w JOIN {instance} p ON p.id = w.instance_id WHERE w.id = {mark}"
        self.due = f"SELECT id FROM {timer} WHERE workitem_id = {mark}"
        self.open = f"INSERT INTO {item} ({columns}) SELECT {copied} FROM {item} WHERE id = {mark}"
        self.close = (
            f"UPDATE {item} SET status = 'cancelled', queue = NULL, completed_at = {mark},"
            f" version = version + 1 WHERE id = {mark} AND status = 'inactive'"
        )
        self.drop = f"DELETE FROM {timer} WHERE workitem_id = {mark}"
        names = self.columns(AuditEvent)
        rows = ", ".join([f"({', '.join([mark] * (names.count(',') + 1))})"] * 4)
        self.record = f"INSERT INTO {audit} ({names}) VALUES {rows}"

    @staticmethod
    def columns(model: Any) -> str:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        return ", ".join(connection.ops.quote_name(field.column) for field in fields)

    def run(self) -> int:
        now = connection.ops.adapt_datetimefield_value(clock.now())
        raw = connection.connection
        cursor = raw.cursor()
        cursor.execute(self.batch, (now,))
        due = cursor.fetchall()
        connection.set_autocommit(False)
        for _timer, item, instance in due:
            self.fire(cursor, item, instance, now)
            raw.commit()
        connection.set_autocommit(True)
        return len(due)

    def fire(self, cursor: Any, item: int, instance: int, now: Any) -> None:  # the driver's own
        cursor.execute(self.lock, (instance,))
        for text in (self.look, self.due):
            cursor.execute(text, (item,))
            cursor.fetchall()
        cursor.execute(self.open, (item,))
        cursor.execute(self.close, (now, item))
        cursor.execute(self.drop, (item,))
        events = [value for seq in range(1, 5) for value in self.event(instance, item, seq, now)]
        cursor.execute(self.record, events)

    @staticmethod
    def event(instance: int, item: int, seq: int, now: Any) -> list[object]:
        known = {
            "stream": f"i:{instance}",
            "seq": seq,
            "created_at": now,
            "instance_id": instance,
            "workitem_id": item,
            "process_id": 1,
            "instance_version": 2,
            "action": "workitem.timeout",
            "metadata": "{}",
            "hash": "0" * 64,
            "previous_hash": "0" * 64,
        }
        fields = [field for field in AuditEvent._meta.concrete_fields if not field.primary_key]
        return [known.get(field.attname, "") for field in fields]


def main() -> None:
    with database():
        first = template()
        later = clock.now() + timedelta(days=1)
        fill(first, DUE, clock.now() - timedelta(days=1))
        few = finding()
        fill(first, OPEN, later)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        many = finding()
        scans.LIMIT_SECONDS = 600.0
        wall, own, found = measured(scans.timeout_scan)
        assert (found["fired"], found["failed"]) == (DUE, 0), found
        fill(first, DUE, clock.now() - timedelta(days=1))
        target = WorkItem.objects.filter(activity_key="c").first()
        assert target is not None
        least, least_own, fired = measured(Floor(target.activity_id).run)
        assert fired == DUE, fired
        version = ".".join(map(str, connection.get_database_version()))
        print(f"{connection.vendor} {version}: {DUE:,} due among {OPEN:,} open")
        print(f"finding a batch of {scans.BATCH}: {many:.1f} ms, {few:.1f} ms with {DUE:,} open; 1 statement")
        print(f"firing: {wall:.2f} s, floor {least:.2f} s, {wall / least:.1f} times")
        print(f"processor time: {own:.2f} s, floor {least_own:.2f} s, {own / least_own:.1f} times")


if __name__ == "__main__":
    main()
