"""
Definitions as rows. One ``Process`` row is one version; ``code`` is the identity across versions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from goflow.core import graph
from goflow.core.conditions import normalise
from goflow.core.durations import parse_duration
from goflow.core.errors import ConditionError, DefinitionError
from goflow.core.exchange import slug
from goflow.errors import DefinitionFrozen
from goflow.workflow.frozen import FrozenWithProcess, changed_fields, refuse_frozen
from goflow.workflow.querysets import ProcessQuerySet


class Queue(models.Model):
    """
    A pool of people: groups and users. Made at publish; equal sets share one row.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    groups: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "auth.Group", blank=True, related_name="+"
    )
    users: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")

    def __str__(self) -> str:
        return f"q:{self.pk}"


class Application(models.Model):
    """
    What is run for an activity: a registered application, or a page of the host project by its path.
    """

    class Suffix(models.TextChoices):
        """
        Which id ends the page's path.
        """

        WORKITEM = "w", _("work item id")
        INSTANCE = "i", _("instance id")
        OBJECT = "o", _("object id")

    url = models.CharField(
        _("name or path"),
        max_length=255,
        unique=True,
        help_text=_("Name of a registered application, or a path below the applications' prefix."),
    )
    suffix = models.CharField(
        _("suffix"), max_length=1, choices=Suffix.choices, default=Suffix.WORKITEM, blank=True
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering: ClassVar[list[str]] = ["url"]

    def __str__(self) -> str:
        return self.url


class PushApplication(models.Model):
    """
    A registered function that says who gets the work item.
    """

    url = models.CharField(
        _("name"), max_length=255, unique=True, help_text=_("Name of a registered push function.")
    )

    class Meta:
        verbose_name = _("push application")
        verbose_name_plural = _("push applications")
        ordering: ClassVar[list[str]] = ["url"]

    def __str__(self) -> str:
        return self.url


class Process(models.Model):
    """
    One version of a process. Drafts are edited; published and retired versions are frozen.
    """

    class Status(models.TextChoices):
        """
        The life of a version.
        """

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Whether new requests may be started.")
    )
    date = models.DateTimeField(_("last change"), auto_now=True)
    title = models.CharField(_("title"), max_length=100)
    code = models.SlugField(
        _("code"), max_length=100, blank=True, help_text=_("Identity across versions; made from the title.")
    )
    tenant_id = models.CharField(_("tenant"), max_length=100, blank=True, default="")
    org_id = models.CharField(_("organisation"), max_length=100, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    published_code = models.CharField(max_length=100, null=True, blank=True, editable=False)  # noqa: DJ001 - NULL keeps drafts out of the unique key
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="published_processes",
        verbose_name=_("published by"),
    )
    version_note = models.TextField(_("version note"), blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    begin = models.ForeignKey(
        "goflow.Activity",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bprocess",
        verbose_name=_("begin activity"),
    )
    end = models.ForeignKey(
        "goflow.Activity",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="eprocess",
        verbose_name=_("end activity"),
    )
    priority = models.IntegerField(_("default priority"), default=0)
    content_type = models.ForeignKey(
        "contenttypes.ContentType",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("model"),
        help_text=_("The model of the objects this process is for."),
    )
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ProcessQuerySet.as_manager()

    EDITABLE_WHEN_FROZEN = frozenset({"enabled", "priority", "description", "date"})
    SET_BY_PUBLISHING = frozenset({"status", "published_code", "published_at", "published_by", "fingerprint"})

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        ordering: ClassVar[list[str]] = ["code", "-version"]
        permissions: ClassVar[Any] = [  # pairs; the stubs want lazy labels allowed
            ("can_instantiate", "Can start a process"),
            ("can_browse", "Can browse processes and their instances"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "code", "version"], name="goflow_process_version"),
            models.UniqueConstraint(fields=["tenant_id", "published_code"], name="goflow_process_published"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        """
        Fill the code from the title, count the revision of a draft up.

        Raises DefinitionFrozen when more than ``EDITABLE_WHEN_FROZEN`` of a published or retired version
        changes, DefinitionError when the status is set by hand.
        """
        if not self.code:
            self.code = slug(self.title) or "process"
        using = kwargs.get("using") or router.db_for_write(Process, instance=self)
        with transaction.atomic(using=using):
            if self._state.adding:
                self._refuse(self.status != self.Status.DRAFT)
            else:
                self._guard(using, kwargs.get("update_fields"))
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # Django's own signature
        """
        Raises DefinitionFrozen unless this version is a draft.
        """
        using = kwargs.get("using") or router.db_for_write(Process, instance=self)
        refuse_frozen(models.QuerySet(Process, using=using).filter(pk=self.pk))
        return super().delete(*args, **kwargs)

    def _guard(self, using: str, names: Collection[str] | None) -> None:
        table: models.QuerySet[Process] = models.QuerySet(Process, using=using).filter(pk=self.pk)
        is_draft = bool(table.filter(status=self.Status.DRAFT).update(revision=models.F("revision") + 1))
        stored = table.values().first()
        if stored is None:
            return
        self.revision = stored["revision"]
        changed = changed_fields(self, stored, names)
        if is_draft:
            self._refuse(bool(changed & self.SET_BY_PUBLISHING))
        elif changed - self.EDITABLE_WHEN_FROZEN:
            raise DefinitionFrozen(
                process=stored["title"],
                version=stored["version"],
                status=self.Status(stored["status"]).label,
            )

    def _refuse(self, is_set_by_hand: bool) -> None:
        if is_set_by_hand:
            raise DefinitionError(
                f"{self.title!r} cannot be saved as {self.status}; save it as a draft, then publish it"
            )

    @property
    def is_draft(self) -> bool:
        """
        Whether this version may be edited.
        """
        return self.status == self.Status.DRAFT

    def require_draft(self) -> None:
        """
        Raises DefinitionFrozen unless this version is a draft.
        """
        if not self.is_draft:
            raise DefinitionFrozen(process=self.title, version=self.version, status=self.get_status_display())


class Activity(FrozenWithProcess):
    """
    One step of a process version.
    """

    KIND_CHOICES: ClassVar[list[tuple[str, Any]]] = [
        (graph.Kind.STANDARD.value, _("standard")),
        (graph.Kind.DUMMY.value, _("routing only")),
        (graph.Kind.SUBFLOW.value, _("subflow")),
    ]
    NODE_TYPE_CHOICES: ClassVar[list[tuple[str, Any]]] = [
        (graph.NodeType.STANDARD.value, _("activity")),
        (graph.NodeType.APPROVAL.value, _("approval")),
        (graph.NodeType.REVIEW.value, _("review")),
        (graph.NodeType.SERVICE.value, _("service")),
        (graph.NodeType.NOTIFICATION.value, _("notification")),
        (graph.NodeType.GATEWAY.value, _("gateway")),
        (graph.NodeType.SCRIPT.value, _("script")),
    ]
    JOIN_CHOICES: ClassVar[list[tuple[str, Any]]] = [
        (graph.JoinMode.XOR.value, _("any branch (xor)")),
        (graph.JoinMode.AND.value, _("all branches (and)")),
        (graph.JoinMode.OR.value, _("all branches that can still come (or)")),
    ]
    SPLIT_CHOICES: ClassVar[list[tuple[str, Any]]] = [
        (graph.SplitMode.AND.value, _("every way that holds (and)")),
        (graph.SplitMode.XOR.value, _("the first way that holds (xor)")),
    ]

    process = models.ForeignKey(
        Process, on_delete=models.CASCADE, related_name="activities", verbose_name=_("process")
    )
    key = models.SlugField(
        _("key"), max_length=100, blank=True, help_text=_("Stable name; made from the title.")
    )
    title = models.CharField(_("title"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=KIND_CHOICES, default="standard")
    node_type = models.CharField(_("shown as"), max_length=20, choices=NODE_TYPE_CHOICES, default="standard")
    description = models.TextField(_("description"), blank=True, default="")
    push_application = models.ForeignKey(
        PushApplication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="push_activities",
        verbose_name=_("push application"),
    )
    pushapp_param = models.JSONField(_("push parameters"), default=dict, blank=True)
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("application"),
    )
    app_param = models.JSONField(_("application parameters"), default=dict, blank=True)
    form_class = models.CharField(
        _("form"), max_length=255, blank=True, default="", help_text=_("Name of a registered form.")
    )
    form_template = models.CharField(_("form template"), max_length=255, blank=True, default="")
    subflow = models.ForeignKey(
        Process,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parent_activities",
        verbose_name=_("subflow"),
    )
    roles: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "auth.Group", blank=True, related_name="activities", verbose_name=_("roles")
    )
    allowed_groups: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "auth.Group", blank=True, related_name="allowed_activities", verbose_name=_("allowed groups")
    )
    allowed_users: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="allowed_activities",
        verbose_name=_("allowed users"),
    )
    sla_duration = models.CharField(_("due after"), max_length=16, blank=True, default="")
    sla_warn = models.CharField(_("warn after"), max_length=16, blank=True, default="")
    sla_roles: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "auth.Group", blank=True, related_name="sla_activities", verbose_name=_("told when late")
    )
    compensation_handler = models.CharField(_("compensation"), max_length=255, blank=True, default="")
    autostart = models.BooleanField(
        _("automatic"), default=False, help_text=_("The engine runs it by itself.")
    )
    autofinish = models.BooleanField(
        _("moves on when completed"), default=True, help_text=_("Otherwise it waits to be forwarded.")
    )
    terminate = models.BooleanField(
        _("ends the whole request"), default=False, help_text=_("As an end: withdraws what is still open.")
    )
    join_mode = models.CharField(_("join"), max_length=3, choices=JOIN_CHOICES, default="xor")
    split_mode = models.CharField(_("split"), max_length=3, choices=SPLIT_CHOICES, default="and")
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="activities"
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["process", "key"], name="goflow_activity_key"),
            models.UniqueConstraint(fields=["title", "process"], name="goflow_activity_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        """
        Fill the key from the title. Raises DefinitionFrozen when the version is not a draft.
        """
        if not self.key:
            self.key = self._free_key()
        super().save(*args, **kwargs)

    def _free_key(self) -> str:
        base = slug(self.title) or "activity"
        taken = set(Activity.objects.filter(process_id=self.process_id).values_list("key", flat=True))
        number, key = 1, base
        while key in taken:
            number += 1
            key = f"{base}-{number}"
        return key

    def clean(self) -> None:
        """
        Raises ValidationError at the field for durations that do not parse.
        """
        errors = {}
        for name in ("sla_duration", "sla_warn"):
            try:
                parse_duration(getattr(self, name))
            except DefinitionError as exc:
                errors[name] = str(exc)
        if errors:
            raise ValidationError(errors)


class Transition(FrozenWithProcess):
    """
    A directed arc: it leaves ``input`` and enters ``output``.
    """

    process = models.ForeignKey(
        Process, on_delete=models.CASCADE, related_name="transitions", verbose_name=_("process")
    )
    key = models.SlugField(_("key"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    input = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="transition_inputs", verbose_name=_("leaves")
    )
    output = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="transition_outputs", verbose_name=_("enters")
    )
    condition = models.TextField(_("condition"), blank=True, default="")
    ordering = models.IntegerField(_("order"), null=False, blank=True, default=0)
    pre_hook = models.CharField(_("pre hook"), max_length=255, blank=True, default="")
    post_hook = models.CharField(_("post hook"), max_length=255, blank=True, default="")
    description = models.CharField(_("description"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering: ClassVar[list[str]] = ["ordering", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["process", "key"], name="goflow_transition_key"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.input} → {self.output}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        """
        Normalise the condition, fill key and order.

        Raises ConditionError for a condition that does not parse, DefinitionError when an end belongs to
        another process, DefinitionFrozen when the version is not a draft.
        """
        if {self.input.process_id, self.output.process_id} != {self.process_id}:
            raise DefinitionError("a transition joins two activities of its own process; choose them there")
        self.condition = normalise(self.condition)
        if not self.key or not self.ordering:
            self._fill()
        super().save(*args, **kwargs)

    def _fill(self) -> None:
        siblings = Transition.objects.filter(process_id=self.process_id).exclude(pk=self.pk)
        if not self.key:
            taken = set(siblings.values_list("key", flat=True))
            base = f"{self.input.key[:90]}-{self.output.key[:90]}"
            self.key, number = base, 1
            while self.key in taken:
                number += 1
                self.key = f"{base}-{number}"
        if not self.ordering:
            last = siblings.filter(input_id=self.input_id).aggregate(last=models.Max("ordering"))["last"]
            self.ordering = (last or 0) + 10

    def clean(self) -> None:
        """
        Raises ValidationError at the field: condition with its position, ends of another process.
        """
        errors: dict[str, str] = {}
        for name in ("input", "output"):
            end_id = getattr(self, f"{name}_id")
            if end_id is not None and getattr(self, name).process_id != self.process_id:
                errors[name] = str(_("Choose an activity of this process."))
        try:
            self.condition = normalise(self.condition)
        except ConditionError as exc:
            errors["condition"] = str(exc)
        if errors:
            raise ValidationError(errors)


class WorkflowLayout(FrozenWithProcess):
    """
    Where the designer put each activity: ``{activity key: [x, y]}`` in pixels.
    """

    process = models.OneToOneField(
        Process, on_delete=models.CASCADE, related_name="layout", verbose_name=_("process")
    )
    layout = models.JSONField(_("positions"), default=dict, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")

    def __str__(self) -> str:
        return str(_("layout of %(process)s") % {"process": self.process})
