from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeaveConfig(AppConfig):
    name = "leavedemo.leave"
    label = "leave"
    verbose_name = _("Leave")
    default_auto_field = "django.db.models.BigAutoField"
