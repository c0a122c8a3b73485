"""
The audit trail and the outbox. Plain ids and copied keys, no foreign keys: history outlives what it tells of.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow import clock


class AuditEvent(models.Model):
    """
    One thing that happened. Rows of a stream form a chain: each hash covers the row and the hash before it.
    """

    stream = models.CharField(_("stream"), max_length=120)
    seq = models.PositiveIntegerField(_("number in stream"))
    created_at = models.DateTimeField(_("when"), default=clock.now)
    action = models.CharField(_("action"), max_length=50)
    actor = models.CharField(_("actor id"), max_length=64, blank=True, default="")
    process_id = models.BigIntegerField(_("process id"), null=True)
    instance_id = models.BigIntegerField(_("instance id"), null=True)
    workitem_id = models.BigIntegerField(_("work item id"), null=True)
    activity_key = models.CharField(_("activity key"), max_length=100, blank=True, default="")
    transition_key = models.CharField(_("transition key"), max_length=200, blank=True, default="")
    status_from = models.CharField(_("status before"), max_length=20, blank=True, default="")
    status_to = models.CharField(_("status after"), max_length=20, blank=True, default="")
    instance_version = models.PositiveIntegerField(_("instance version"), default=0)
    metadata = models.JSONField(_("details"), default=dict)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering: ClassVar[list[str]] = ["stream", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stream", "seq"], name="goflow_audit_stream_seq"),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        """
        Refuse: audit rows are written by the recorder only and never changed.
        """
        raise TypeError("audit rows are append-only; they are written by goflow.journal.recorder")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # Django's own signature
        """
        Refuse: audit rows are never deleted one by one.
        """
        raise TypeError("audit rows are append-only and cannot be deleted")


class OutboxMessage(models.Model):
    """
    Something to tell the outside world, written in the transaction that caused it and worked on after commit.

    Whoever works on a message holds a lease: ``due_at`` is moved to the end of the lease and ``lease_token``
    names the holder, so a worker that dies loses the message to the next one when its time is over.
    """

    class Status(models.TextChoices):
        """
        Due until sent; dead after too many attempts; dropped when nobody needs it any more.
        """

        DUE = "due", _("due")
        SENT = "sent", _("sent")
        DEAD = "dead", _("dead")
        DROPPED = "dropped", _("not needed any more")

    kind = models.CharField(_("kind"), max_length=20)
    topic = models.CharField(_("topic"), max_length=100, blank=True, default="")
    payload = models.JSONField(_("payload"), default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DUE)
    due_at = models.DateTimeField(_("due"), default=clock.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.CharField(_("lease"), max_length=32, blank=True, default="")
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    last_error = models.TextField(_("last error"), blank=True, default="")
    instance_id = models.BigIntegerField(_("instance id"), null=True, blank=True)
    workitem_id = models.BigIntegerField(_("work item id"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        permissions: ClassVar[list[tuple[str, Any]]] = [
            ("can_work_jobs", "Can fetch and complete jobs of automatic activities"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "kind", "due_at"], name="goflow_outbox_due"),
            models.Index(fields=["lease_token"], name="goflow_outbox_lease"),
            models.Index(fields=["workitem_id"], name="goflow_outbox_item"),
            models.Index(fields=["closed_at"], name="goflow_outbox_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
