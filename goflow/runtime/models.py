"""
Instances and their work items. Only the engine writes these rows.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow import clock
from goflow.runtime.querysets import IncidentQuerySet, InstanceQuerySet, WorkItemQuerySet
from goflow.workflow.models import Activity, Process, Transition


class ProcessInstance(models.Model):
    """
    One run of a process version, about one object or about its own ``data``.
    """

    class Status(models.TextChoices):
        """
        The states of an instance; the moves between them are in ``goflow.core.states``.
        """

        INITIATED = "initiated", _("initiated")
        RUNNING = "running", _("running")
        SUSPENDED = "suspended", _("suspended")
        COMPLETE = "complete", _("complete")
        TERMINATED = "terminated", _("terminated")

    title = models.CharField(_("title"), max_length=200)
    process = models.ForeignKey(
        Process, on_delete=models.PROTECT, related_name="instances", verbose_name=_("process")
    )
    fingerprint = models.CharField(max_length=64, editable=False)
    parent_item = models.ForeignKey(
        "goflow.WorkItem", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RUNNING)
    version = models.PositiveIntegerField(_("changes"), default=1)
    open_items = models.PositiveIntegerField(_("open work items"), default=0)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="instances",
        verbose_name=_("requester"),
    )
    content_type = models.ForeignKey(
        "contenttypes.ContentType", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    object_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "about no object"
    content_object = GenericForeignKey("content_type", "object_id")
    data = models.JSONField(_("data"), default=dict, blank=True)
    condition = models.CharField(_("last outcome"), max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "none yet"
    priority = models.IntegerField(_("priority"), default=0)
    created_at = models.DateTimeField(_("started"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended since"), null=True, blank=True)
    tenant_id = models.CharField(max_length=100, blank=True, default="")
    org_id = models.CharField(max_length=100, blank=True, default="")

    objects = InstanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("process instance")
        verbose_name_plural = _("process instances")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def process_version(self) -> int:
        """
        The version of the definition this instance runs on.
        """
        return self.process.version

    @property
    def is_closed(self) -> bool:
        """
        Whether nothing more can happen here.
        """
        return self.status in {self.Status.COMPLETE, self.Status.TERMINATED}

    def wfobject(self) -> models.Model | None:
        """
        The object this instance is about; None when it has none or the object was deleted.
        """
        found: models.Model | None = self.content_object
        return found


class WorkItem(models.Model):
    """
    One activity of one instance: what somebody has to do, is doing, or has done.
    """

    class Status(models.TextChoices):
        """
        The states of a work item; the moves between them are in ``goflow.core.states``.
        """

        BLOCKED = "blocked", _("waiting for other branches")
        INACTIVE = "inactive", _("to do")
        ACTIVE = "active", _("in work")
        SUSPENDED = "suspended", _("suspended")
        FALLOUT = "fallout", _("stopped by a problem")
        COMPLETE = "complete", _("done")
        CANCELLED = "cancelled", _("withdrawn")

    instance = models.ForeignKey(
        ProcessInstance,
        on_delete=models.CASCADE,
        related_name="workitems",
        db_index=False,
        verbose_name=_("process instance"),
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        related_name="workitems",
        db_index=False,
        verbose_name=_("activity"),
    )
    activity_key = models.CharField(max_length=100)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.INACTIVE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="workitems",
        db_index=False,
        verbose_name=_("performer"),
    )
    queue = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - NULL keeps closed items out of every range
    last_queue = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - the queue before the last move
    pool = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - where an escalation sent it; null is the activity's own
    sort_key = models.BigIntegerField(default=0)
    priority = models.IntegerField(_("priority"), default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    activated_at = models.DateTimeField(_("taken"), null=True, blank=True)
    completed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    condition = models.CharField(_("outcome"), max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "nothing decided"
    outcomes = models.JSONField(default=list, blank=True)
    workitem_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="workitems_to",
        db_index=False,
        verbose_name=_("comes from"),
    )
    version = models.PositiveIntegerField(default=1)
    tenant_id = models.CharField(max_length=100, blank=True, default="")
    org_id = models.CharField(max_length=100, blank=True, default="")

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering: ClassVar[list[str]] = ["id"]
        permissions: ClassVar[list[tuple[str, Any]]] = [
            ("can_change_priority", "Can change the priority of a work item"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["instance", "activity"], name="goflow_item_instance"),
            models.Index(fields=["queue", "sort_key", "id"], name="goflow_item_queue"),
            models.Index(fields=["due_at"], name="goflow_item_due"),
            models.Index(fields=["user", "completed_at"], name="goflow_item_done"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_key} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """
        Whether a person may still work on it.
        """
        return self.status in {self.Status.INACTIVE, self.Status.ACTIVE}


class EdgeToken(models.Model):
    """
    A token waiting on a transition into a join; ``waiting`` is the blocked item that stands for the join.
    """

    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="tokens")
    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, db_index=False, related_name="+")
    sender = models.ForeignKey(WorkItem, on_delete=models.PROTECT, db_index=False, related_name="+")
    waiting = models.ForeignKey(
        WorkItem, on_delete=models.PROTECT, db_index=False, related_name="waiting_tokens"
    )
    outcome = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "no outcome"

    class Meta:
        verbose_name = _("waiting token")
        verbose_name_plural = _("waiting tokens")

    def __str__(self) -> str:
        return f"token #{self.pk}"


class Timer(models.Model):
    """
    Something that becomes due for a work item. Fired or withdrawn timers are deleted.
    """

    workitem = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="timers", db_index=False)
    name = models.CharField(max_length=220)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workitem", "name"], name="goflow_timer_name"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_at"], name="goflow_timer_due")]

    def __str__(self) -> str:
        return f"{self.name} of #{self.workitem_id}"


class Incident(models.Model):
    """
    A place where the engine cannot go on by itself. An open incident holds its item in fallout.
    """

    instance = models.ForeignKey(
        ProcessInstance,
        on_delete=models.CASCADE,
        related_name="incidents",
        verbose_name=_("process instance"),
    )
    workitem = models.ForeignKey(
        WorkItem,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="incidents",
        verbose_name=_("work item"),
    )
    code = models.CharField(_("code"), max_length=50)
    message = models.TextField(_("what happened"), blank=True, default="")
    params = models.JSONField(_("details"), default=dict, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["resolved_at", "id"], name="goflow_incident_open"),
        ]

    def __str__(self) -> str:
        return f"{self.code} #{self.pk}"


class DataRevision(models.Model):
    """
    What somebody said in one step of an instance: answers, a remark, a reason. At most one a step.

    It goes with the audit row of the same instance, version, action and item, which holds none of it.
    """

    instance = models.ForeignKey(
        ProcessInstance,
        on_delete=models.CASCADE,
        related_name="revisions",
        db_index=False,
        verbose_name=_("process instance"),
    )
    instance_version = models.PositiveIntegerField(_("change"))
    workitem = models.ForeignKey(
        WorkItem,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("work item"),
    )
    activity_key = models.CharField(_("activity"), max_length=100, blank=True, default="")
    action = models.CharField(_("action"), max_length=50)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("said by"),
    )
    said = models.JSONField(_("answers"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    created_at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("answer or remark")
        verbose_name_plural = _("answers and remarks")
        ordering: ClassVar[list[str]] = ["instance_id", "instance_version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["instance", "instance_version"], name="goflow_revision_step"),
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"


class IdempotencyKey(models.Model):
    """
    A verb asked for with a key: the same key gets the same answer. Kept seven days.
    """

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    workitem = models.ForeignKey(WorkItem, on_delete=models.CASCADE, null=True, related_name="+")
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scope", "key"], name="goflow_idempotency_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["created_at"], name="goflow_idem_age")]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """
    When a scheduler last finished a pass, by name; one row per name, whatever the number of processes.
    """

    name = models.CharField(_("name"), max_length=50, unique=True)
    beat_at = models.DateTimeField(_("last pass"), default=clock.now)
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    report = models.JSONField(_("what it did"), default=dict, blank=True)

    class Meta:
        verbose_name = _("scheduler heartbeat")
        verbose_name_plural = _("scheduler heartbeats")

    def __str__(self) -> str:
        return self.name
