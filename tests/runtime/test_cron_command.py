from __future__ import annotations

import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from goflow import testing
from goflow.management.commands import goflow_cron
from goflow.runtime import engine
from goflow.runtime.models import Timer
from goflow.workflow.registry import HOOK
from tests.runtime.reading import item


@pytest.fixture
def late(ana):
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1d")])
    return engine.start("Late", ana)


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


def test_a_failure_gives_exit_code_one(ana, register):
    register(HOOK, "bad", lambda task, transition: 1 / 0)
    testing.process("Bad", ["A", "B", "C"], [("A", "B", "timeout: 1d", {"post_hook": "bad"}), ("A", "C")])
    engine.start("Bad", ana)
    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 1


class Pauses(threading.Event):
    """
    An event whose waiting is counted, and ended at the third as Ctrl-C ends it.
    """

    waited: list[float] = []

    def wait(self, timeout=None):
        self.waited.append(timeout)
        if len(self.waited) == 3:
            raise KeyboardInterrupt
        return False


def test_a_loop_runs_again_until_it_is_stopped(late, monkeypatch):
    Pauses.waited.clear()
    monkeypatch.setattr(goflow_cron.threading, "Event", Pauses)
    monkeypatch.setattr(goflow_cron, "close_old_connections", lambda: None)
    told = run("--loop", "30")
    assert Pauses.waited == [30.0, 30.0, 30.0]
    assert told.count("timeouts:") == 3
    assert not Timer.objects.exists()
