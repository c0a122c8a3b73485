"""
What a version consists of: activities, transitions between them, and where they are drawn.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow.core import escalating, graph
from goflow.core.conditions import normalise
from goflow.core.durations import parse_duration
from goflow.core.errors import ConditionError, DefinitionError
from goflow.core.exchange import slug
from goflow.core.readers import MAX_TITLE
from goflow.workflow.frozen import FrozenWithProcess
from goflow.workflow.process import Process
from goflow.workflow.resources import Application, PushApplication, Queue


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
    sla_duration = models.CharField(_("due after"), max_length=255, blank=True, default="")
    sla_warn = models.CharField(_("warn after"), max_length=255, blank=True, default="")
    sla_roles: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "auth.Group", blank=True, related_name="sla_activities", verbose_name=_("told when late")
    )
    escalations = models.JSONField(
        _("escalation"),
        default=list,
        blank=True,
        help_text=_("Steps for an item that stays open: after how long, and what happens then."),
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
        Fill the key from the title, and bring the escalation into its stored form.

        Raises DefinitionFrozen when the version is not a draft, DefinitionError for steps that are none.
        """
        if not self.key:
            self.key = self._free_key()
        self.escalations = escalating.listed(escalating.steps(self.escalations or [], "escalations"))
        super().save(*args, **kwargs)

    def _free_key(self) -> str:
        base = slug(self.title)[: MAX_TITLE - 10] or "activity"
        taken = set(Activity.objects.filter(process_id=self.process_id).values_list("key", flat=True))
        number, key = 1, base
        while key in taken:
            number += 1
            key = f"{base}-{number}"
        return key

    def clean(self) -> None:
        """
        Raises ValidationError at the field for durations that do not parse, and for steps that are none.
        """
        errors = {}
        try:
            escalating.steps(self.escalations or [], "escalations")
        except DefinitionError as exc:
            errors["escalations"] = str(exc)
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
    description = models.TextField(_("description"), blank=True, default="")

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
