from __future__ import annotations

import pytest

from leavedemo.leave import accounts
from leavedemo.leave.models import Account, LeaveRequest, LeaveType
from tests.leavedemo.conftest import Asked


def days_left(request: LeaveRequest) -> int:
    return Account.objects.get(user=request.requester).days


def test_a_debit_takes_the_days_of_the_request(asked: Asked) -> None:
    request = asked(days=3)
    accounts.debit(request)
    assert days_left(request) == 7
    assert request.is_granted


def test_a_second_debit_changes_nothing(asked: Asked) -> None:
    request = asked(days=3)
    accounts.debit(request)
    accounts.debit(LeaveRequest.objects.get(pk=request.pk))
    assert days_left(request) == 7


def test_the_whole_balance_may_be_taken(asked: Asked) -> None:
    request = asked(days=10)
    accounts.debit(request)
    assert days_left(request) == 0


def test_a_day_more_than_the_balance_is_refused_and_changes_nothing(asked: Asked) -> None:
    request = asked(days=11)
    with pytest.raises(accounts.BalanceTooLow, match="10 days left and asks for 11"):
        accounts.debit(request)
    request.refresh_from_db()
    assert days_left(request) == 10
    assert not request.is_granted


def test_a_missing_account_is_refused_by_name(asked: Asked) -> None:
    request = asked()
    Account.objects.filter(user=request.requester).delete()
    with pytest.raises(accounts.AccountMissing, match=r"tertius.*has no account"):
        accounts.debit(request)


def test_leave_that_is_no_vacation_costs_no_days(asked: Asked) -> None:
    request = asked(days=30, type=LeaveType.PARENTAL)
    accounts.debit(request)
    assert days_left(request) == 10
    assert request.is_granted
