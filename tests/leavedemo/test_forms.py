from __future__ import annotations

from leavedemo.leave.forms import CheckRequestForm, RequesterForm, StartRequestForm, UpdateAccountForm
from tests.leavedemo.conftest import Asked


def test_requesters_fill_in_neither_the_denial_nor_the_requester() -> None:
    assert set(StartRequestForm().fields) == {"day_start", "day_end", "type", "reason"}
    assert set(RequesterForm().fields) == {"day_start", "day_end", "type", "reason"}


def test_those_who_decide_fill_in_the_reason_of_a_denial_only() -> None:
    assert set(CheckRequestForm().fields) == {"reason_denial"}


def test_a_last_day_before_the_first_is_refused_at_its_field() -> None:
    form = StartRequestForm({"day_start": "2030-01-08", "day_end": "2030-01-07", "type": "Vacation"})
    assert "before the first day" in form.errors["day_end"][0]


def test_the_account_cannot_be_updated_beyond_its_balance(asked: Asked) -> None:
    form = UpdateAccountForm({}, instance=asked(days=11))
    assert "10 days left" in form.non_field_errors()[0]


def test_updating_the_account_debits_it(asked: Asked) -> None:
    form = UpdateAccountForm({}, instance=asked(days=4))
    assert form.is_valid()
    assert form.save().days_debited == 4
