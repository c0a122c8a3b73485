"""
Days off on account: debited once per request, never below zero.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from goflow.errors import Invalid
from leavedemo.leave.models import Account, LeaveRequest, LeaveType

VACATIONS = "vacations"


class AccountMissing(Invalid):
    """
    The requester has no account to debit.
    """

    code = "account-missing"
    template = _("“%(user)s” has no account “%(category)s”. Create it in the administration, then try again.")


class BalanceTooLow(Invalid):
    """
    The account holds fewer days than the request asks for.
    """

    code = "balance-too-low"
    template = _(
        "“%(user)s” has %(left)s days left and asks for %(days)s. Credit the account in the administration, "
        "or have the request changed."
    )


def cost(request: LeaveRequest) -> int:
    """
    The days a request takes from the account: only vacations cost any.
    """
    return request.days if request.type == LeaveType.VACATION else 0


def balance(user: User | None) -> int | None:
    """
    Days left; None when the person has no account.
    """
    return Account.objects.filter(user=user, category=VACATIONS).values_list("days", flat=True).first()


def require_balance(request: LeaveRequest) -> None:
    """
    Raises AccountMissing or BalanceTooLow when the request cannot be debited.
    """
    days, left = cost(request), balance(request.requester)
    if not days:
        return
    if left is None:
        raise AccountMissing(user=request.requester, category=VACATIONS)
    if left < days:
        raise BalanceTooLow(user=request.requester, left=left, days=days)


def debit(request: LeaveRequest) -> None:
    """
    Take the request's days from the account and note it on the request. Debiting again changes nothing.

    Raises AccountMissing or BalanceTooLow; then neither row has changed.
    """
    days = cost(request)
    with transaction.atomic():
        # The note comes first and is guarded: of two debits at the same time only one finds it empty.
        is_first = LeaveRequest.objects.filter(pk=request.pk, days_debited=None).update(days_debited=days)
        if not is_first:
            return
        account = Account.objects.filter(user=request.requester, category=VACATIONS, days__gte=days)
        if days and not account.update(days=F("days") - days):
            require_balance(request)
            raise BalanceTooLow(user=request.requester, left=balance(request.requester), days=days)
    request.days_debited = days
