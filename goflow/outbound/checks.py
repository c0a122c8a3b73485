"""
System checks: what mails need of the project's settings.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import global_settings, settings
from django.core import checks

from goflow.conf import conf


def connect() -> None:
    """
    Make Django run these checks.
    """
    checks.register(check_base_url)


def check_base_url(app_configs: object, **kwargs: Any) -> list[checks.CheckMessage]:
    """
    goflow.W401 and W402: mails would hold no links, or links that lead nowhere.
    """
    if not conf.NOTIFICATIONS_ENABLED:
        return []
    if not conf.BASE_URL:
        return [_without_links()] if _sends_mail() else []
    parts = urlsplit(conf.BASE_URL)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return []
    hint = 'Name both, such as GOFLOW_BASE_URL = "https://flow.example.com".'
    return [checks.Warning("GOFLOW_BASE_URL lacks a scheme or a host.", hint=hint, id="goflow.W402")]


def _without_links() -> checks.CheckMessage:
    hint = 'Set GOFLOW_BASE_URL = "https://flow.example.com", or GOFLOW_NOTIFICATIONS_ENABLED = False.'
    text = "Notifications are mailed without links, because GOFLOW_BASE_URL is blank."
    return checks.Warning(text, hint=hint, id="goflow.W401")


def _sends_mail() -> bool:
    """
    Whether the project has said how its mail is sent; Django's own default is only a guess.
    """
    names = ("EMAIL_BACKEND", "EMAIL_HOST")
    return any(getattr(settings, name) != getattr(global_settings, name) for name in names)
