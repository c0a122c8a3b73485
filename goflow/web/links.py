"""
Links between the pages that stay where the visitor is: in the same mount and the same language.
"""

from __future__ import annotations

from django import urls
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from goflow.conf import conf
from goflow.desk.links import localised, login_path, reverse
from goflow.runtime.models import WorkItem
from goflow.workflow import registry
from goflow.workflow.models import Application

__all__ = ["host_page", "login_path", "next_path", "reverse"]


def next_path(request: HttpRequest, default: str) -> str:
    """
    The ``next`` of the request when it stays on this host, else ``default``.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_safe else default


def host_page(request: HttpRequest, item: WorkItem) -> str | None:
    """
    The host project's own page for a work item; None when its activity names none that exists.
    """
    application = item.activity.application
    if application is None or not conf.WF_APPS_PREFIX:
        return None
    if application.url in registry.names(registry.APPLICATION):
        return None
    path = "/".join(
        [conf.WF_APPS_PREFIX.rstrip("/"), application.url.strip("/"), _suffix(application, item), ""]
    )
    return next((found for found in (*localised(request, path), path) if urls.is_valid_path(found)), None)


def _suffix(application: Application, item: WorkItem) -> str:
    kinds = {
        Application.Suffix.INSTANCE.value: str(item.instance_id),
        Application.Suffix.OBJECT.value: str(item.instance.object_id),
    }
    return kinds.get(application.suffix, str(item.pk))
