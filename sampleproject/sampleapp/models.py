"""
What the sample processes are about: a text and a number.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SampleModel(models.Model):
    """
    A text and a number: the object of the samples, an expense claim (the number is its amount), and what
    ``sampleapp.post_entry`` writes into the books.
    """

    date = models.DateTimeField(_("created"), auto_now_add=True)
    text = models.CharField(_("text"), max_length=100)
    number = models.IntegerField(_("number"), null=True, blank=True)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requester"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="samples",
    )

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")

    def __str__(self) -> str:
        return self.text
