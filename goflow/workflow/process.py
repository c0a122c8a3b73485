"""
A version of a process as a row; ``code`` is the identity across versions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from goflow.core.errors import DefinitionError
from goflow.core.exchange import slug
from goflow.errors import DefinitionFrozen
from goflow.workflow.frozen import changed_fields, refuse_frozen
from goflow.workflow.querysets import ProcessQuerySet


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
    # What a draft says and no row of another table can hold yet.
    unresolved = models.JSONField(default=dict, blank=True, editable=False)

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
