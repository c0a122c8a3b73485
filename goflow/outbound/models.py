"""
Who hears what: webhook endpoints and the log of deliveries, notifications, and what each person wants.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow import clock

MOST_DAYS = 366
"""The longest time between two digests."""


class WebhookEndpoint(models.Model):
    """
    An address that is told of events. Secrets are stored encrypted; two are valid while one is rotated.
    """

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    enabled = models.BooleanField(_("enabled"), default=True)
    event_types = models.CharField(
        _("events"),
        max_length=255,
        blank=True,
        default="",
        help_text=_("Names of audit actions, separated by commas. Blank or * means all."),
    )
    headers = models.JSONField(_("more headers"), default=dict, blank=True)
    timeout_seconds = models.PositiveIntegerField(_("timeout in seconds"), default=0)
    secret = models.TextField(editable=False, blank=True, default="")
    secret_before = models.TextField(editable=False, blank=True, default="")
    secret_before_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True)
    tenant_id = models.CharField(max_length=100, blank=True, default="")
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    disabled_reason = models.CharField(_("why it is disabled"), max_length=255, blank=True, default="")
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """
    One event on its way to one endpoint, and the log of every attempt.
    """

    class Status(models.TextChoices):
        """
        Waiting until the receiver accepts it; failed when it is given up.
        """

        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("endpoint")
    )
    event_id = models.CharField(_("event id"), max_length=80)
    action = models.CharField(_("action"), max_length=50)
    body = models.TextField(_("body"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    answer_status = models.PositiveIntegerField(_("last answer"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="")
    log = models.JSONField(_("attempts"), default=list, blank=True)
    instance_id = models.BigIntegerField(_("instance id"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="goflow_delivery_event"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "id"], name="goflow_delivery_status"),
            models.Index(fields=["created_at"], name="goflow_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.action} → {self.endpoint}"


class UserProfile(models.Model):
    """
    What a person wants to hear, in which language, and when the last digest went out.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="goflow_profile",
        verbose_name=_("user"),
    )
    language = models.CharField(_("language"), max_length=20, blank=True, default="")
    web_host = models.CharField(_("host of links"), max_length=200, blank=True, default="")
    notified = models.BooleanField(_("wants mail"), default=True)
    choices = models.JSONField(_("mail by event"), default=dict, blank=True)
    nb_wi_notif = models.PositiveIntegerField(_("digest from so many news on"), default=1)
    notif_delay = models.PositiveIntegerField(
        _("days between digests"), default=1, validators=[MaxValueValidator(MOST_DAYS)]
    )
    urgent_priority = models.IntegerField(_("at once from this priority on"), default=5)
    last_notif = models.DateTimeField(_("last digest"), default=clock.now)

    class Meta:
        verbose_name = _("user profile")
        verbose_name_plural = _("user profiles")

    def __str__(self) -> str:
        return str(self.user)


class Notification(models.Model):
    """
    One thing one person should know: a line behind the bell, and perhaps a mail.
    """

    class Mail(models.TextChoices):
        """
        What becomes of the mail.
        """

        OFF = "off", _("no mail")
        NOW = "now", _("at once")
        DIGEST = "digest", _("in the next digest")
        DONE = "done", _("in a digest sent")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="goflow_notifications",
        verbose_name=_("user"),
        db_index=False,
    )
    event = models.CharField(_("event"), max_length=20)
    params = models.JSONField(_("details"), default=dict, blank=True)
    instance_id = models.BigIntegerField(_("instance id"), null=True, blank=True)
    workitem_id = models.BigIntegerField(_("work item id"), null=True, blank=True)
    mail = models.CharField(_("mail"), max_length=6, choices=Mail.choices, default=Mail.OFF)
    created_at = models.DateTimeField(_("when"), default=clock.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "read_at", "id"], name="goflow_notification_unread"),
            models.Index(fields=["mail", "user", "id"], name="goflow_notification_mail"),
            models.Index(fields=["created_at"], name="goflow_notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} #{self.pk}"
