"""What log lines are about."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError

from goflow import logs
from goflow.models import WorkItem
from goflow.runtime import engine
from goflow.runtime.unit import unit
from goflow.testing import person, process
from goflow.workflow import registry

Lines = list[dict[str, object]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines of goflow as JSON, as a handler would write them the moment they are logged."""
    found: Lines = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(self.format(record)))

    handler = Keeping()
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.getLogger("goflow")
    caplog.set_level(logging.DEBUG, logger="goflow")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def fields(line: dict[str, object], *names: str) -> dict[str, object]:
    return {name: line.get(name) for name in names}


@pytest.mark.django_db(transaction=True)
def test_an_incident_names_instance_item_and_process(lines: Lines) -> None:
    def fail(task: Any) -> None:
        raise RuntimeError("no ink")

    with registry.registered(registry.APPLICATION, "press", fail):
        process("Print", [("Press", {"autostart": True, "application": "press"}), "End"], [("Press", "End")])
        item = engine.start("Print", person("ann", "Print"))
    warned = [line for line in lines if line["level"] == "WARNING"]
    assert [fields(line, "logger", "instance", "workitem", "process", "activity") for line in warned] == [
        {
            "logger": "goflow.engine",
            "instance": item.instance_id,
            "workitem": item.pk,
            "process": "print",
            "activity": "press",
        }
    ]


@pytest.mark.django_db
def test_a_verb_that_is_done_is_told_to_those_who_debug(lines: Lines) -> None:
    process("Buy", [("Ask", {}), "End"], [("Ask", "End")])
    ann = person("ann", "Buy")
    item = engine.start("Buy", ann)
    engine.complete(item.pk, actor=ann)
    done = [fields(line, "level", "message", "verb", "instance") for line in lines]
    assert done == [
        {"level": "DEBUG", "message": f"{verb} done", "verb": verb, "instance": item.instance_id}
        for verb in ("start", "complete")
    ]


@pytest.mark.django_db(transaction=True)
def test_a_unit_that_is_repeated_is_told(lines: Lines) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError(1213, "Deadlock found")

    unit(work)
    assert [line["level"] for line in lines] == ["INFO", "DEBUG"]
    assert "attempt 1 of 5" in str(lines[0]["message"])


@pytest.mark.django_db
def test_nothing_of_a_unit_stays_behind_it(lines: Lines) -> None:
    process("Buy", [("Ask", {}), "End"], [("Ask", "End")])
    engine.start("Buy", person("ann", "Buy"))
    assert logs.current() == {}


@pytest.mark.django_db
def test_the_hosts_own_lines_carry_what_is_worked_on(lines: Lines) -> None:
    def press(task: Any) -> None:
        logging.getLogger("goflow.host").info("printing %s", task.instance.title)

    with registry.registered(registry.APPLICATION, "press", press):
        process("Print", [("Press", {"autostart": True, "application": "press"}), "End"], [("Press", "End")])
        engine.start("Print", person("ann", "Print"), title="Poster")
    own = [line for line in lines if line["logger"] == "goflow.host"]
    assert fields(own[0], "message", "process", "instance") == {
        "message": "printing Poster",
        "process": "print",
        "instance": WorkItem.objects.get(activity__key="press").instance_id,
    }


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("goflow.x", logging.INFO, __file__, 1, "hello %s", ("you",), None)
    vars(made).update(extra)
    return made


def test_a_line_of_text_may_use_every_field() -> None:
    formatter = logging.Formatter("%(message)s " + " ".join(f"%(goflow_{name})s" for name in logs.NAMES))
    found = record()
    with logs.about(instance=7, job=3):
        assert logs.GoflowFields().filter(found)
    assert formatter.format(found) == "hello you 7 - - - - 3 - -"


def test_own_fields_of_a_line_come_before_those_of_the_work() -> None:
    with logs.about(instance=7, process="buy"):
        assert logs.fields_of(record(**logs.extra(instance=8))) == {"instance": 8, "process": "buy"}


def test_json_of_a_filtered_record_leaves_out_what_is_unknown() -> None:
    found = record()
    logs.GoflowFields().filter(found)
    line = json.loads(logs.JsonFormatter().format(found))
    assert sorted(line) == ["level", "logger", "message", "time"]


def test_json_keeps_an_exception_on_one_line() -> None:
    try:
        raise RuntimeError("no ink")
    except RuntimeError as exc:
        found = logging.LogRecord(
            "goflow.x", logging.ERROR, __file__, 1, "failed", (), (RuntimeError, exc, exc.__traceback__)
        )
    text = logs.JsonFormatter().format(found)
    assert "\n" not in text
    assert "RuntimeError: no ink" in json.loads(text)["exception"]


def test_blocks_within_blocks_add_and_give_back() -> None:
    with logs.about(job=1):
        with logs.about(instance=2):
            assert logs.current() == {"job": 1, "instance": 2}
        assert logs.current() == {"job": 1}
    assert logs.current() == {}
