"""
Applications and push applications: names of registered code that activities refer to.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ModelForm, ProtectedFirst
from goflow.admin.widgets import SuggestingInput
from goflow.conf import conf
from goflow.workflow import registry
from goflow.workflow.models import Application, PushApplication

PATH = re.compile(r"/?[\w.~-]+(/[\w.~-]+)*/?")


class NamedForm(ModelForm):
    """
    A name of registered code.
    """

    kind = registry.PUSH_APPLICATION

    def clean_url(self) -> str:
        """
        The name. Raises ValidationError when nothing is registered under it.
        """
        name: str = self.cleaned_data["url"]
        if name in registry.names(self.kind) or self.is_page(name):
            return name
        raise forms.ValidationError(
            _(
                "Nothing is registered as “%(name)s”. Register it in a workflow_apps.py, or choose one of "
                "the suggested names."
            )
            % {"name": name}
        )

    def is_page(self, name: str) -> bool:
        """
        Whether the text is the path of a page instead.
        """
        return False


class ApplicationForm(NamedForm):
    """
    A name of registered code, or the path of a page of the project.
    """

    kind = registry.APPLICATION

    def is_page(self, name: str) -> bool:
        """
        A path, or any name below the prefix of the applications when the project has one.
        """
        return PATH.fullmatch(name) is not None and (bool(conf.WF_APPS_PREFIX) or "/" in name)


class NamedAdmin(ProtectedFirst):
    """
    Lists of names; those in use cannot be deleted.
    """

    kind = registry.PUSH_APPLICATION
    search_fields = ("url",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """
        Registered names are suggested and listed.
        """
        if db_field.name != "url":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        names = sorted(registry.names(self.kind))
        kwargs["widget"] = SuggestingInput(lambda: names)
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        known = ", ".join(names) or "–"
        field.help_text = format_lazy("{} {} {}", db_field.help_text, gettext_lazy("Registered:"), known)
        return field

    @admin.display(description=gettext_lazy("registered"), boolean=True)
    def is_registered(self, obj: Any) -> bool:
        """
        Whether code of this project goes by the name.
        """
        return obj.url in registry.names(self.kind)


@admin.register(Application)
class ApplicationAdmin(NamedAdmin):
    """
    Applications.
    """

    form = ApplicationForm
    kind = registry.APPLICATION
    list_display = ("url", "is_registered", "runs", "suffix")

    @admin.display(description=gettext_lazy("runs"))
    def runs(self, obj: Application) -> str:
        """
        When code of that name runs for an automatic activity.
        """
        if obj.url in registry.topics():
            return _("after commit, by workers outside")
        if registry.is_external(obj.url):
            return _("after commit")
        return _("inside the step") if self.is_registered(obj) else ""


@admin.register(PushApplication)
class PushApplicationAdmin(NamedAdmin):
    """
    Push applications.
    """

    form = NamedForm
    list_display = ("url", "is_registered")
