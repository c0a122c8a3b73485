"""
What activities refer to beside their process: pools of people, applications and push functions.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
