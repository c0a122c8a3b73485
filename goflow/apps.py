"""
The one Django app of goflow.
"""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class GoflowConfig(AppConfig):
    """
    ``INSTALLED_APPS += ["goflow"]`` is all a project writes.
    """

    name = "goflow"
    label = "goflow"
    verbose_name = _("Workflow")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """
        Register system checks and receivers, and load the code that definitions name.
        """
        from goflow.api import checks as api_checks  # noqa: PLC0415 - the library reads settings when imported
        from goflow.journal import triggers  # noqa: PLC0415 - models are importable only now
        from goflow.outbound import checks as outbound_checks  # noqa: PLC0415
        from goflow.runtime import checks, pushapps, scheduler  # noqa: F401, PLC0415 - importing registers
        from goflow.web import checks as web_checks  # noqa: PLC0415
        from goflow.workflow import freezing  # noqa: PLC0415

        checks.register()
        scheduler.connect()
        api_checks.connect()
        web_checks.connect()
        outbound_checks.connect()
        freezing.connect()
        post_migrate.connect(triggers.install, sender=self)
        autodiscover_modules("workflow_apps")
