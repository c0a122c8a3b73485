from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from leavedemo.leave import workflow_apps
from leavedemo.leave.models import Account, LeaveType
from tests.leavedemo.conftest import Asked


def task_of(name: str, wfobject: object = None, **params: str) -> SimpleNamespace:
    return SimpleNamespace(requester=User.objects.get(username=name), wfobject=wfobject, params=params)


def test_a_request_goes_to_the_secretary_of_its_requester(company: None) -> None:
    assert workflow_apps.route_to_secretary(task_of("tertius")).username == "socius"
    assert workflow_apps.route_to_secretary(task_of("primus")).username == "notarius"


def test_a_request_goes_to_the_supervisor_of_its_requester(company: None) -> None:
    assert workflow_apps.route_to_supervisor(task_of("tertius")).username == "prefectus"


def test_nobody_is_named_for_whom_has_no_supervisor(company: None) -> None:
    assert workflow_apps.route_to_supervisor(task_of("admin")) is None


def test_a_secretary_who_left_gets_no_requests(company: None) -> None:
    User.objects.filter(username="socius").update(is_active=False)
    assert workflow_apps.route_to_secretary(task_of("tertius")) is None


def test_the_automatic_check_forwards_what_the_account_covers(asked: Asked) -> None:
    assert workflow_apps.checkstatus_auto(task_of("tertius", asked(days=10))) == workflow_apps.FORWARD


def test_the_automatic_check_denies_what_the_account_does_not_cover(asked: Asked) -> None:
    assert workflow_apps.checkstatus_auto(task_of("tertius", asked(days=11))) == workflow_apps.DENIED


def test_the_automatic_check_forwards_leave_that_costs_nothing(asked: Asked) -> None:
    request = asked(days=60, type=LeaveType.ILLNESS)
    assert workflow_apps.checkstatus_auto(task_of("tertius", request)) == workflow_apps.FORWARD


def test_the_automatic_check_answers_in_the_words_of_its_parameters(asked: Asked) -> None:
    task = task_of("tertius", asked(days=11), forward="Oui", deny="Non")
    assert workflow_apps.checkstatus_auto(task) == "Non"


def test_the_automatic_update_debits_the_account(asked: Asked) -> None:
    workflow_apps.update_hr(task_of("tertius", asked(days=2)))
    assert Account.objects.get(user__username="tertius").days == 8


def test_the_automatic_functions_refuse_other_objects(company: None) -> None:
    with pytest.raises(TypeError, match="expected a leave request, got a User"):
        workflow_apps.update_hr(task_of("tertius", User.objects.get(username="tertius")))
