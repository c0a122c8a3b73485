from __future__ import annotations

import logging
import os
import threading

import pytest

from goflow.runtime.hints import MOST_IDS, Hints

PATIENCE_SECONDS = 120


class Broker:
    """
    Takes hints as long as it is open; closed, it keeps whoever speaks to it waiting.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, tuple[int, ...]]] = []
        self.open = threading.Event()
        self.asked = threading.Event()
        self.error: Exception | None = None

    def send(self, job, lane, ids):
        self.asked.set()
        self.open.wait(PATIENCE_SECONDS)
        if self.error is not None:
            raise self.error
        self.heard.append((job, lane, ids))


@pytest.fixture
def broker():
    made = Broker()
    yield made
    made.open.set()


@pytest.fixture
def hints(broker, monkeypatch):
    monkeypatch.setattr("goflow.runtime.hints.PAUSE_SECONDS", 0)
    made = Hints(broker.send)
    yield made
    broker.error = None
    broker.open.set()
    made.flush(PATIENCE_SECONDS)


def test_a_hint_is_said_by_another_thread(hints, broker):
    broker.open.set()
    hints.offer("scan", "lane", [2, 1])
    assert hints.flush(PATIENCE_SECONDS)
    assert broker.heard == [("scan", "lane", (1, 2))]


def test_who_gives_a_hint_does_not_wait_for_the_broker(hints, broker):
    hints.offer("scan")
    hints.offer("scan")
    assert broker.asked.wait(PATIENCE_SECONDS)
    assert broker.heard == []


def test_hints_at_the_same_lane_become_one_while_the_broker_is_busy(hints, broker):
    hints.offer("first")
    assert broker.asked.wait(PATIENCE_SECONDS)
    for number in range(100):
        hints.offer("deliver", "mail", [number])
        hints.offer("deliver", "webhook", [number])
    broker.open.set()
    assert hints.flush(PATIENCE_SECONDS)
    assert broker.heard == [
        ("first", "", ()),
        ("deliver", "mail", tuple(range(100))),
        ("deliver", "webhook", tuple(range(100))),
    ]


def test_a_hint_at_everything_swallows_those_at_single_messages(hints, broker):
    hints.offer("first")
    assert broker.asked.wait(PATIENCE_SECONDS)
    hints.offer("deliver", "mail", [1])
    hints.offer("deliver", "mail")
    hints.offer("deliver", "mail", [2])
    broker.open.set()
    assert hints.flush(PATIENCE_SECONDS)
    assert broker.heard[1:] == [("deliver", "mail", ())]


def test_a_hint_at_very_many_messages_is_one_at_everything(hints, broker):
    broker.open.set()
    hints.offer("deliver", "mail", range(MOST_IDS + 1))
    assert hints.flush(PATIENCE_SECONDS)
    assert broker.heard == [("deliver", "mail", ())]


def test_a_broker_that_fails_loses_one_hint_and_is_asked_again(hints, broker, caplog):
    broker.error = ConnectionError("refused")
    broker.open.set()
    with caplog.at_level(logging.WARNING):
        hints.offer("lost")
        assert hints._thread is not None
        with hints._changed:
            assert hints._changed.wait_for(hints._is_idle, PATIENCE_SECONDS)
    broker.error = None
    hints.offer("heard")
    with hints._changed:
        assert hints._changed.wait_for(hints._is_idle, PATIENCE_SECONDS)
    assert broker.heard == [("heard", "", ())]
    assert "no hint at lost, the next pass does it: the broker says refused" in caplog.text


def test_the_end_of_a_process_does_not_wait_for_a_broker_that_fails(hints, broker):
    hints._is_failing = True
    hints.offer("scan")
    assert not hints.flush(PATIENCE_SECONDS)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_speaks_for_itself_and_not_for_its_parent(hints, broker):
    hints.offer("of the parent")
    assert broker.asked.wait(PATIENCE_SECONDS)
    reading, writing = os.pipe()
    if os.fork() == 0:
        broker.open.set()
        hints.offer("of the child")
        hints.flush(PATIENCE_SECONDS)
        os.write(writing, repr(broker.heard).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        assert answer.read() == "[('of the child', '', ())]"
