from __future__ import annotations

import datetime

from leavedemo.leave.models import LeaveRequest, LeaveType


def test_one_day_is_counted_from_a_day_to_itself() -> None:
    day = datetime.date(2030, 1, 7)
    assert LeaveRequest(day_start=day, day_end=day).days == 1


def test_there_are_thirteen_types_and_vacation_is_the_first_choice() -> None:
    assert len(LeaveType.choices) == 13
    assert LeaveRequest().type == LeaveType.VACATION


def test_a_request_is_not_granted_before_it_is_debited() -> None:
    assert not LeaveRequest().is_granted


def test_a_request_is_named_by_type_and_first_day_while_nobody_asks() -> None:
    assert str(LeaveRequest(day_start=datetime.date(2030, 1, 7))) == "Vacation 2030-01-07"
