"""
The exercises of the demo's home page, done in code.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from goflow.models import Process, ProcessInstance, WorkItem
from leavedemo.leave import workflow_apps
from tests.leavedemo.conftest import Asked


def user(name: str) -> User:
    return User.objects.get(username=name)


@pytest.fixture
def draft(company: None) -> Process:
    """A copy of the process, to be edited."""
    found: Process = Process.objects.published().get(code="leave").clone(by=user("admin"))
    return found


def open_items(instance: ProcessInstance) -> dict[str, str]:
    items = WorkItem.objects.filter(instance=instance, status__in=["inactive", "active"])
    return {item.activity.title: item.user.username if item.user else "" for item in items}


def test_an_automatic_check_forwards_to_the_supervisor_at_once(draft: Process, asked: Asked) -> None:
    draft.add_activity("Begin", autostart=True, push_application=None, application="leave.checkstatus_auto")
    draft.publish(by=user("admin"))
    item = Process.objects.start("leave", user("tertius"), asked(days=3))
    assert open_items(item.instance) == {"Approval": "prefectus"}


def test_an_automatic_check_sends_back_what_the_account_does_not_cover(draft: Process, asked: Asked) -> None:
    draft.add_activity("Begin", autostart=True, push_application=None, application="leave.checkstatus_auto")
    draft.publish(by=user("admin"))
    item = Process.objects.start("leave", user("tertius"), asked(days=11))
    assert open_items(item.instance) == {"Refinement": "tertius"}


def test_any_secretary_may_draw_a_request_from_the_pool(draft: Process, asked: Asked) -> None:
    draft.add_activity("Begin", push_application=None)
    draft.publish(by=user("admin"))
    item = Process.objects.start("leave", user("tertius"), asked())
    assert open_items(item.instance) == {"Begin": ""}
    item.activate(user("notarius"))
    item.complete(user("notarius"), workflow_apps.FORWARD)
    assert open_items(item.instance) == {"Approval": "prefectus"}


def withdrawable(draft: Process) -> None:
    draft.add_activity("Begin", join_mode="xor")  # now two ways lead there, and one is enough
    draft.add_activity("Sent", kind="dummy", begin=True)
    draft.add_activity("Waiting", push="route_to_requester", app_params={"ok_values": ["Withdraw request"]})
    draft.add_activity("Withdrawn", kind="dummy", terminate=True)
    draft.add_activity("End", terminate=True)
    draft.add_transition("check", "Sent", "Begin")
    draft.add_transition("wait", "Sent", "Waiting")
    draft.add_transition("withdraw", "Waiting", "Withdrawn", "Withdraw request")
    draft.publish(by=user("admin"))


def test_the_requester_withdraws_while_the_request_waits(draft: Process, asked: Asked) -> None:
    withdrawable(draft)
    item = Process.objects.start("leave", user("tertius"), asked())
    assert open_items(item.instance) == {"Begin": "socius", "Waiting": "tertius"}
    waiting = WorkItem.objects.get(instance=item.instance, activity__title="Waiting")
    done = waiting.complete(user("tertius"), "Withdraw request")
    assert done.instance_status == "complete"
    assert open_items(item.instance) == {}


def test_a_request_that_may_be_withdrawn_ends_as_usual_too(draft: Process, asked: Asked) -> None:
    withdrawable(draft)
    instance = Process.objects.start("leave", user("tertius"), asked()).instance
    item = WorkItem.objects.get(instance=instance, activity__title="Begin")
    item = item.complete(user("socius"), workflow_apps.FORWARD).opened[0]
    item = item.complete(user("prefectus"), "OK: Forward to secretary").opened[0]
    item = item.complete(user("socius"), "OK").opened[0]
    done = item.complete(user("tertius"), "OK")
    assert done.instance_status == "complete"
    assert open_items(instance) == {}
