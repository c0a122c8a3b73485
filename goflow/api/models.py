"""
What the API remembers of tokens it has given out: one row per refresh token, in families.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from goflow import clock


class RefreshToken(models.Model):
    """
    A refresh token by its ``jti``. All that descend from one sign-in are a family and are revoked together.
    """

    jti = models.CharField(max_length=64, unique=True)
    family = models.CharField(max_length=32, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"refresh token #{self.pk}"
