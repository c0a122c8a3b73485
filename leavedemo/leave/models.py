"""
What the leave demo stores: requests, who decides for whom, and how many days are left.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LeaveType(models.TextChoices):
    VACATION = "Vacation", _("Vacation")
    ILLNESS = "Illness", _("Illness")
    CHILD_CARE = "Child care", _("Child care")
    BIRTH = "Birth", _("Birth of a child")
    PARENTAL = "Parental leave", _("Parental leave")
    WEDDING = "Wedding", _("Wedding")
    MOVING = "Moving", _("Moving house")
    FUNERAL = "Funeral", _("Funeral")
    TRAINING = "Training", _("Training")
    EXAM = "Exam", _("Exam")
    CIVIC_DUTY = "Civic duty", _("Civic duty")
    UNPAID = "Unpaid leave", _("Unpaid leave")
    OTHER = "Other", _("Other")


class LeaveRequest(models.Model):
    """
    One wish for days off, from the first to the last day, both included.
    """

    date = models.DateTimeField(_("last change"), auto_now=True)
    day_start = models.DateField(_("first day"))
    day_end = models.DateField(_("last day"))
    type = models.CharField(_("type"), max_length=50, choices=LeaveType.choices, default=LeaveType.VACATION)
    reason = models.TextField(_("reason"), blank=True, default="")
    reason_denial = models.TextField(_("reason for the denial"), blank=True, default="")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requester"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leave_requests",
    )
    days_debited = models.PositiveIntegerField(
        _("days debited"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Empty until the account was debited; 0 when this type of leave costs no days."),
    )

    class Meta:
        verbose_name = _("leave request")
        verbose_name_plural = _("leave requests")

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.requester or ''} {self.day_start}".replace("  ", " ")

    @property
    def days(self) -> int:
        """
        Calendar days from the first to the last, both included.
        """
        return (self.day_end - self.day_start).days + 1

    @property
    def is_granted(self) -> bool:
        """
        Whether the personnel office has recorded the leave. Until then it is open, denied or withdrawn.
        """
        return self.days_debited is not None


class Manager(models.Model):
    """
    Who is secretary or supervisor for which people.
    """

    class Category(models.TextChoices):
        SECRETARY = "secretary", _("secretary")
        SUPERVISOR = "supervisor", _("supervisor")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="manager_set",
    )
    category = models.CharField(_("category"), max_length=50, choices=Category.choices)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("people"), related_name="managers", blank=True
    )

    class Meta:
        verbose_name = _("manager")
        verbose_name_plural = _("managers")
        constraints = [
            models.UniqueConstraint(fields=["user", "category"], name="leave_manager_user_category"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_category_display()})"


class Account(models.Model):
    """
    How many days a person may still take.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="accounts",
    )
    category = models.CharField(_("category"), max_length=50, default="vacations")
    days = models.IntegerField(_("days left"), default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["user", "category"], name="leave_account_user_category"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.category} {self.days}"
