from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError, connection

from goflow import testing
from goflow.journal.models import OutboxMessage
from goflow.management.commands import goflow_cron
from goflow.outbound import relay
from goflow.runtime import engine
from goflow.runtime.models import Heartbeat, Timer
from goflow.workflow.registry import HOOK
from tests.runtime.reading import item
from tests.workers.brokers import Proxy
from tests.workers.conftest import until

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 120


@pytest.fixture
def late(ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    return engine.start("Late", ana)


@pytest.fixture
def broken(ana, register):
    register(HOOK, "bad", lambda task, transition: 1 / 0)
    testing.process("Bad", ["A", "B", "C"], [("A", "B", "timeout: 1d", {"post_hook": "bad"}), ("A", "C")])
    engine.start("Bad", ana)


def run(*args: object, after: timedelta = timedelta(days=1), **options: object) -> str:
    out = StringIO()
    with testing.moved(after):
        call_command("goflow_cron", *args, stdout=out, **options)
    return out.getvalue()


def test_one_pass_fires_what_is_due_and_tells(late):
    assert "timeouts: checked 1, fired 1, gone 0, failed 0" in run()
    assert item("c").status == "inactive"


def test_a_second_pass_finds_nothing(late):
    run()
    assert "timeouts: checked 0, fired 0, gone 0, failed 0" in run()


def test_json_is_one_object_per_pass(late):
    told = json.loads(run("--json"))
    assert told["timeouts"] == {"checked": 1, "fired": 1, "gone": 0, "failed": 0}


def test_json_carries_the_names_of_older_versions(late):
    told = json.loads(run("--json"))
    assert {name: count for name, count in told.items() if isinstance(count, int)} == {
        "timeout_transitions": 1,
        "checked_workitems": 1,
        "triggered_workitems": 1,
        "sla_checked": 0,
        "sla_warned": 0,
        "sla_breached": 0,
    }


def test_the_last_line_has_the_names_of_older_versions(late):
    assert run().splitlines()[-1].startswith("timeout_transitions=1 checked_workitems=1 ")


def test_a_failure_gives_exit_code_one(broken):
    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 1


def test_what_is_only_to_be_tried_again_is_no_failure_of_the_pass(db, monkeypatch):
    monkeypatch.setattr(relay, "TELLERS", (lambda message: 1 / 0,))
    OutboxMessage.objects.create(kind="events")
    assert json.loads(run("--json"))["events"] == {"again": 1}
    assert OutboxMessage.objects.filter(status="due").exists()


def test_a_message_given_up_gives_exit_code_one(db):
    OutboxMessage.objects.create(kind="mail", payload={"to": "a@example.com"})
    with pytest.raises(SystemExit) as stopped:
        run()
    assert (stopped.value.code, OutboxMessage.objects.get().status) == (1, "dead")


def test_a_pass_leaves_a_heartbeat(late):
    run()
    assert Heartbeat.objects.get(name="scheduler").report["timeouts"]["fired"] == 1


@pytest.mark.parametrize("pause", ["0", "-1", "soon", "nan", "inf"])
def test_a_pause_that_is_none_is_a_usage_error(pause):
    with pytest.raises(CommandError, match=f"'{pause}' is no number of seconds above 0"):
        call_command("goflow_cron", f"--loop={pause}")


class Terminal(StringIO):
    """
    A screen.
    """

    def isatty(self):
        return True


def test_a_terminal_sees_what_is_worked_on_and_a_clean_line_afterwards(late):
    screen = Terminal()
    run(stderr=screen)
    shown = screen.getvalue()
    assert "\rtimeouts: checked 1, fired 1" in shown
    assert "\n" not in shown
    assert shown.endswith(" \r")


def test_a_file_sees_no_progress(late):
    log = StringIO()
    run(stderr=log)
    assert log.getvalue() == ""


# The loop


class Pauses(goflow_cron.Stopping):
    """
    Its waiting is counted, and ended at the third time as a signal ends it.
    """

    waited: list[float] = []

    def wait(self, seconds):
        self.waited.append(seconds)
        if len(self.waited) == 3:
            self.set()


@pytest.fixture
def pauses(monkeypatch):
    Pauses.waited.clear()
    monkeypatch.setattr(goflow_cron, "Stopping", Pauses)
    monkeypatch.setattr(goflow_cron, "close_old_connections", lambda: None)
    return Pauses.waited


def test_a_loop_runs_again_until_it_is_stopped(late, pauses):
    told = run("--loop", "30")
    assert pauses == [30.0, 30.0, 30.0]
    assert told.count("timeouts:") == 3
    assert not Timer.objects.exists()


def test_a_loop_goes_on_after_a_failure(broken, pauses):
    assert run("--loop", "30").count("timeouts:") == 3


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_loop_waits_longer_each_time_while_there_is_no_database(pauses, monkeypatch, caplog, error):
    def no_database(watch):
        raise error

    monkeypatch.setattr(goflow_cron, "tick", no_database)
    with caplog.at_level(logging.WARNING):
        run("--loop", "10")
    assert pauses == [20.0, 40.0, 60.0]
    assert caplog.text.count("the next pass tries again") == 3


def test_a_loop_is_itself_again_when_the_database_is_back(db, pauses, monkeypatch):
    tick, errors = goflow_cron.tick, [OperationalError("gone")]

    def away_once(watch):
        if errors:
            raise errors.pop()
        return tick(watch)

    monkeypatch.setattr(goflow_cron, "tick", away_once)
    assert run("--loop", "10").count("timeouts:") == 2
    assert pauses == [20.0, 10.0, 10.0]


def test_one_pass_without_a_database_says_that_nothing_was_lost(monkeypatch):
    def no_database(watch):
        raise OperationalError("gone")

    monkeypatch.setattr(goflow_cron, "tick", no_database)
    with pytest.raises(CommandError, match=r"does not answer \(gone\); nothing was lost") as refused:
        run()
    assert refused.value.returncode == 1


def test_a_signal_ends_the_pass_after_the_work_in_hand(ana, monkeypatch):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    for _ in range(3):
        engine.start("Late", ana)
    fire = engine.fire_due

    def fire_and_be_told(*args):
        os.kill(os.getpid(), signal.SIGTERM)
        return fire(*args)

    monkeypatch.setattr(engine, "fire_due", fire_and_be_told)
    monkeypatch.setattr(goflow_cron, "close_old_connections", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    assert "timeouts: checked 1, fired 1" in run("--loop", "0.1")
    assert Timer.objects.count() == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_thread_can_run_a_pass_without_touching_signals(monkeypatch):
    monkeypatch.setattr(goflow_cron, "tick", lambda watch: {})
    out = StringIO()
    thread = threading.Thread(target=call_command, args=("goflow_cron",), kwargs={"stdout": out})
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert "timeout_transitions=0" in out.getvalue()


# As a process


@contextmanager
def manage(*args: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """
    A process that does not outlive the block.
    """
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "GOFLOW_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        **variables,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "django", "goflow_cron", *args],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_told_to_stop_ends_well(transactional_db, number):
    with manage("--loop", "600", "--json") as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert first["timeouts"]["failed"] == 0
    assert (process.returncode, out, err) == (0, "", "")


def next_beat() -> None:
    """
    Wait until a pass has ended that began after now.
    """
    before = Heartbeat.objects.get(name="scheduler").beat_at
    until(lambda: Heartbeat.objects.filter(beat_at__gt=before).exists(), "there is no further pass")


# SQLite is no server that could go away.
if connection.vendor != "sqlite":

    def test_a_service_goes_on_when_the_database_is_back(transactional_db):
        entry = connection.settings_dict
        usual = {"postgresql": 5432, "mysql": 3306}[connection.vendor]
        door = Proxy(f"server://{entry['HOST']}:{entry['PORT'] or usual}")
        door.start()
        who = f"{entry['USER']}:{entry['PASSWORD']}"
        url = f"{connection.vendor}://{who}@127.0.0.1:{door.port}/{entry['NAME']}"
        with manage("--loop", "0.2", GOFLOW_TEST_DATABASE_URL=url) as process:
            process.stdout.readline()
            next_beat()
            door.stop()
            assert "the next pass tries again" in process.stderr.readline()
            door.start()
            next_beat()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_SECONDS)
        door.stop()
        assert process.returncode == 0


def test_a_wrong_option_gives_exit_code_two():
    with manage("--loop", "never") as process:
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert "'never' is no number of seconds above 0" in err
