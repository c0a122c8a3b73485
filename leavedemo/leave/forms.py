"""
What people fill in at each step of a leave request.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leavedemo.leave import accounts
from leavedemo.leave.models import LeaveRequest


class RequesterForm(forms.ModelForm):
    """
    The requester's own part: when, why, and what kind of leave.
    """

    class Meta:
        model = LeaveRequest
        fields = ["day_start", "day_end", "type", "reason"]
        widgets = {
            "day_start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "day_end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "reason": forms.Textarea(attrs={"rows": 3}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("day_start"), cleaned.get("day_end")
        if start and end and end < start:
            self.add_error("day_end", _("The last day is before the first day. Choose a later one."))
        return cleaned


class StartRequestForm(RequesterForm):
    """
    The first form of a request.
    """

    def for_user(self, user: User) -> None:
        """
        Note who asks.
        """
        self.instance.requester = user


class CheckRequestForm(forms.ModelForm):
    """
    For those who decide: a reason when they deny.
    """

    class Meta:
        model = LeaveRequest
        fields = ["reason_denial"]
        widgets = {"reason_denial": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason_denial": _("Shown to the requester when you deny.")}


class UpdateAccountForm(forms.ModelForm):
    """
    For the personnel office: nothing to fill in; confirming debits the account.
    """

    class Meta:
        model = LeaveRequest
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        try:
            accounts.require_balance(self.instance)
        except accounts.Invalid as exc:
            raise ValidationError(str(exc), code=exc.code) from exc
        return self.cleaned_data

    def save(self, commit: bool = True) -> LeaveRequest:
        accounts.debit(self.instance)
        return self.instance


class FinalInfoForm(forms.ModelForm):
    """
    For the requester: nothing to fill in, only to read what was decided.
    """

    class Meta:
        model = LeaveRequest
        fields: list[str] = []
