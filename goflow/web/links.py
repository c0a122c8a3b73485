"""
Links between the pages that stay where the visitor is: in the same mount and the same language.
"""

from __future__ import annotations

from django import urls
from django.conf import global_settings, settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path

from goflow.conf import conf
from goflow.runtime.models import WorkItem
from goflow.workflow import registry
from goflow.workflow.models import Application


def reverse(request: HttpRequest, name: str, *args: object) -> str:
    """
    The path of a page of ours, in the instance namespace and the language that the request came through.

    A page of the host, which has another namespace, stays at least in its language.
    """
    match = request.resolver_match
    current = getattr(request, "current_app", None) or (match.namespace if match else None)
    path = urls.reverse(f"goflow:{name}", args=args, current_app=current)
    if match is not None and "goflow" in match.app_names:
        return path
    return next((found for found in _localised(request, path) if urls.is_valid_path(found)), path)


def login_path(request: HttpRequest) -> str:
    """
    Where to sign in: the host's own page if ``LOGIN_URL`` is set to one, else ours.
    """
    chosen = settings.LOGIN_URL
    if chosen in {global_settings.LOGIN_URL, "goflow:login"}:
        return reverse(request, "login")
    return resolve_url(chosen)


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
    return next((found for found in (*_localised(request, path), path) if urls.is_valid_path(found)), None)


def _suffix(application: Application, item: WorkItem) -> str:
    kinds = {
        Application.Suffix.INSTANCE.value: str(item.instance_id),
        Application.Suffix.OBJECT.value: str(item.instance.object_id),
    }
    return kinds.get(application.suffix, str(item.pk))


def _localised(request: HttpRequest, path: str) -> list[str]:
    language = get_language_from_path(request.path_info)
    return [f"/{language}{path}"] if language else []
