"""What log lines are about."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from goflow import clock, logs
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import relay
from goflow.outbound.dispatcher import drain
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.sending import Answer
from goflow.outbound.settling import Parcel, settle
from goflow.runtime import engine, scans
from goflow.runtime.lanes import LANES
from goflow.runtime.models import Timer, WorkItem
from goflow.runtime.unit import unit
from goflow.testing import person, process
from goflow.workflow import registry

Lines = list[dict[str, object]]

ROOT = Path(__file__).resolve().parents[1]


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


@pytest.mark.django_db(transaction=True)
def test_a_failed_timer_names_its_item(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(timer_id: int) -> None:
        raise RuntimeError("no clock")

    process("Buy", [("Ask", {}), "End"], [("Ask", "End")])
    item = engine.start("Buy", person("ann", "Buy"))
    Timer.objects.create(workitem=item, name="timeout:ask-end", due_at=clock.now() - timedelta(minutes=1))
    monkeypatch.setattr(engine, "fire_due", fail)
    scans.timeout_scan()
    assert [fields(line, "logger", "level", "workitem", "attempt") for line in lines[1:2]] == [
        {"logger": "goflow.jobs", "level": "WARNING", "workitem": item.pk, "attempt": 1}
    ]


@pytest.mark.django_db(transaction=True)
def test_events_that_cannot_be_told_name_their_message(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(message: OutboxMessage) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(relay, "TELLERS", (fail,))
    message = OutboxMessage.objects.create(kind="events", instance_id=7)
    drain(LANES["events"], name="test")
    names = ("logger", "level", "job", "kind", "attempt", "instance")
    assert [fields(line, *names) for line in lines] == [
        {
            "logger": "goflow.outbound",
            "level": "ERROR",
            "job": message.pk,
            "kind": "events",
            "attempt": 1,
            "instance": 7,
        }
    ]


@pytest.mark.django_db(transaction=True)
def test_a_failed_delivery_names_its_message(lines: Lines) -> None:
    endpoint = WebhookEndpoint.objects.create(name="x", url="https://x.example")
    delivery = Delivery.objects.create(endpoint=endpoint, event_id="evt_1_0", action="test.ping", body="{}")
    message = OutboxMessage.objects.create(kind="webhook", instance_id=7)
    (leased,) = outbox.claim(["webhook"], limit=1, seconds=60).messages
    settle(Parcel(leased, delivery), Answer(status=500))
    names = ("logger", "level", "message", "job", "instance")
    assert [fields(line, *names) for line in lines] == [
        {
            "logger": "goflow.webhooks",
            "level": "WARNING",
            "message": f"delivery {delivery.pk} to endpoint {endpoint.pk} is tried again: "
            "the receiver answered 500",
            "job": message.pk,
            "instance": 7,
        }
    ]


def test_every_logger_is_documented() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "goflow").rglob("*.py"))
    page = (ROOT / "docs/source/reference/logging.md").read_text("utf-8")
    named = set(re.findall(r'getLogger\("(goflow\.\w+)"\)', sources))
    assert named == set(re.findall(r"`(goflow\.[a-z]+)`", page.partition("## Fields")[0]))


def test_every_field_is_documented() -> None:
    page = (ROOT / "docs/source/reference/logging.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page.partition("## Fields")[2], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == set(logs.NAMES)


def test_the_settings_to_copy_work() -> None:
    page = (ROOT / "docs/source/reference/logging.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(LOGGING = .*?)^```$", page, re.MULTILINE | re.DOTALL)
    code = (
        f"{block}\nimport logging, logging.config\nfrom goflow import logs\n"
        "logging.config.dictConfig(LOGGING)\n"
        "with logs.about(instance=71, process='print'):\n"
        "    logging.getLogger('goflow.engine').info('hello')\n"
        "LOGGING['handlers']['console']['formatter'] = 'text'\n"
        "logging.config.dictConfig(LOGGING)\n"
        "with logs.about(instance=71, process='print'):\n"
        "    logging.getLogger('goflow.engine').info('hello')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    as_json, as_text = done.stderr.splitlines()
    assert fields(json.loads(as_json), "message", "instance", "process") == {
        "message": "hello",
        "instance": 71,
        "process": "print",
    }
    assert as_text.endswith("INFO goflow.engine [print 71/-] hello")
