from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from goflow import clock, testing
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import actions, engine, jobs
from tests.runtime.reading import item


@pytest.fixture
def keep(line):
    def kept(action="complete", actor_username="ana", **values):
        return actions.keep_action(line.pk, action, actor_username=actor_username, **values)

    return kept


def work(message: OutboxMessage) -> dict[str, int]:
    lease = outbox.claim((outbox.ACTION,), limit=10, seconds=60, ids=[message.pk])
    done = dict(actions.run_actions(lease))
    message.refresh_from_db()
    return done


def test_an_action_and_its_message_are_closed_together(keep):
    message = keep()
    assert work(message) == {"sent": 1}
    assert (item("a").status, message.status) == ("complete", "sent")


def test_an_action_that_somebody_else_did_is_not_needed_any_more(keep, line, ana):
    message = keep()
    engine.complete(line.pk, actor=ana)
    assert work(message) == {"gone": 1}
    assert message.status == "dropped"
    assert message.last_error


def test_an_action_for_a_suspended_request_is_done_when_it_is_resumed(keep, line, root):
    engine.suspend(line.instance_id, actor=root)
    message = keep()
    assert work(message) == {"waiting": 1}
    assert (message.status, message.attempts) == ("due", 0)
    engine.resume(line.instance_id, actor=root)
    assert work(message) == {"sent": 1}
    assert item("a").status == "complete"


def test_a_pass_leaves_actions_for_suspended_requests_alone(keep, line, root):
    engine.suspend(line.instance_id, actor=root)
    keep()
    assert jobs.deliver_outbox(lanes=[outbox.ACTION]) == {"action": {}}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"actor_username": "cy"}, "NotAllowed"),
        ({"actor_username": "ghost"}, "UnknownAction"),
        ({"action": "delete"}, "UnknownAction"),
        ({"by": "ana"}, "TypeError"),
    ],
)
def test_an_action_that_is_refused_is_given_up_and_says_why(keep, cy, values, why):
    message = keep(**values)
    assert work(message) == {"dead": 1}
    assert (message.status, item("a").status) == ("dead", "inactive")
    assert message.last_error.startswith(why)


def test_a_lease_that_was_lost_does_nothing(keep):
    message = keep()
    lease = outbox.claim((outbox.ACTION,), limit=10, seconds=60)
    OutboxMessage.objects.filter(pk=message.pk).update(lease_token="of somebody else")
    assert actions.run_actions(lease) == {"gone": 1}
    assert item("a").status == "inactive"


@pytest.fixture
def failing(monkeypatch):
    def complete(*args, **kwargs):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(actions.engine, "complete", complete)


def test_an_action_that_the_database_failed_is_tried_later(keep, failing):
    message = keep()
    assert work(message) == {"again": 1}
    assert (message.status, message.attempts) == ("due", 1)
    assert message.due_at > clock.now()
    assert message.last_error == "OperationalError: deadlock detected"


def test_an_action_that_fails_very_often_is_given_up(keep, failing):
    message = keep()
    OutboxMessage.objects.filter(pk=message.pk).update(attempts=actions.ATTEMPTS - 1)
    assert work(message) == {"dead": 1}
    assert message.status == "dead"


def test_a_failed_action_is_done_at_a_later_try(keep, monkeypatch):
    message = keep()
    with monkeypatch.context() as broken:
        broken.setattr(actions.engine, "complete", lambda *args, **kwargs: 1 / 0)
        assert work(message) == {"again": 1}
    with testing.moved(timedelta(minutes=2)):
        assert work(message) == {"sent": 1}
    assert item("a").status == "complete"


def test_a_notification_with_the_same_key_is_written_once(ana):
    first = actions.notify(ana.pk, [1], key="k")
    again = actions.notify(ana.pk, [1], key="k")
    assert first is not None
    assert again is None
    assert OutboxMessage.objects.filter(kind="notification").count() == 1
