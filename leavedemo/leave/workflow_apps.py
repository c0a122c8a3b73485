"""
The code that the leave processes name.
"""

from __future__ import annotations

from django.contrib.auth.models import User

import goflow
from goflow.runtime.task import Task
from leavedemo.leave import accounts, forms
from leavedemo.leave.models import LeaveRequest, Manager

FORWARD = "OK: Forward to supervisor"
DENIED = "Denied: Back to requester"

goflow.form("leave.start")(forms.StartRequestForm)
goflow.form("leave.refine")(forms.RequesterForm)
goflow.form("leave.check")(forms.CheckRequestForm)
goflow.form("leave.hr")(forms.UpdateAccountForm)
goflow.form("leave.info")(forms.FinalInfoForm)


@goflow.push_application("route_to_secretary")
def route_to_secretary(task: Task) -> User | None:
    """
    The secretary of whoever asks for leave.
    """
    return _manager_of(task.requester, Manager.Category.SECRETARY)


@goflow.push_application("route_to_supervisor")
def route_to_supervisor(task: Task) -> User | None:
    """
    The supervisor of whoever asks for leave.
    """
    return _manager_of(task.requester, Manager.Category.SUPERVISOR)


@goflow.application("leave.update_hr")
def update_hr(task: Task) -> None:
    """
    Debit the requester's account. A missing balance fails the step, which stays until it is retried.
    """
    accounts.debit(_request_of(task))


@goflow.application("leave.checkstatus_auto")
def checkstatus_auto(task: Task) -> str:
    """
    The secretary's check without a secretary: are there enough days left?

    The activity's parameters ``forward`` and ``deny`` name the outcomes, where they are not the usual ones.
    """
    request = _request_of(task)
    left = accounts.balance(request.requester)
    days = accounts.cost(request)
    if not days or (left is not None and left >= days):
        return str(task.params.get("forward", FORWARD))
    return str(task.params.get("deny", DENIED))


def _manager_of(person: User, category: str) -> User | None:
    return (
        User.objects.filter(is_active=True, manager_set__category=category, manager_set__users=person)
        .order_by("pk")
        .first()
    )


def _request_of(task: Task) -> LeaveRequest:
    found = task.wfobject
    if not isinstance(found, LeaveRequest):
        raise TypeError(
            f"expected a leave request, got a {type(found).__name__}: start it with a leave request"
        )
    return found
