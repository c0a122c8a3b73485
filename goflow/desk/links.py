"""
Links between our pages that stay where the visitor is: in the same mount and the same language.
"""

from __future__ import annotations

from django import urls
from django.conf import global_settings, settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import get_language_from_path


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
    return next((found for found in localised(request, path) if urls.is_valid_path(found)), path)


def login_path(request: HttpRequest) -> str:
    """
    Where to sign in: the host's own page if ``LOGIN_URL`` is set to one, else ours.
    """
    chosen = settings.LOGIN_URL
    if chosen in {global_settings.LOGIN_URL, "goflow:login"}:
        return reverse(request, "login")
    return resolve_url(chosen)


def localised(request: HttpRequest, path: str) -> list[str]:
    """
    The path behind the language of the request's own path; empty when that names none.
    """
    language = get_language_from_path(request.path_info)
    return [f"/{language}{path}"] if language else []
