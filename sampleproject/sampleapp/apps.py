from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SampleAppConfig(AppConfig):
    name = "sampleproject.sampleapp"
    label = "sampleapp"
    verbose_name = _("Samples")
    default_auto_field = "django.db.models.BigAutoField"
