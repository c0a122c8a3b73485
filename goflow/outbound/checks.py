"""
System checks: what mails and webhooks need of the project's settings.
"""

from __future__ import annotations

import warnings
from typing import Any
from urllib.parse import urlsplit

from django.conf import global_settings, settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from goflow.conf import conf
from goflow.outbound.sending import proxy_of
from goflow.outbound.ssrf import allowed_networks

LISTS = ("WEBHOOK_ALLOWED_SCHEMES", "WEBHOOK_ALLOWED_NETWORKS", "WEBHOOK_KEYS")


def connect() -> None:
    """
    Make Django run these checks.
    """
    checks.register(check_base_url)
    checks.register(check_webhooks)


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


def check_webhooks(app_configs: object, **kwargs: Any) -> list[checks.CheckMessage]:
    """
    goflow.E401: settings of webhooks that nothing could be delivered with.
    """
    found: list[checks.CheckMessage] = [
        checks.Error(f"GOFLOW_{name} is a text.", hint="Write it as a list of texts.", id="goflow.E401")
        for name in LISTS
        if isinstance(getattr(conf, name), str)
    ]
    if found:
        return found
    try:
        allowed_networks()
        proxy_of()
    except (ValueError, ImproperlyConfigured) as exc:
        hint = 'Networks are written as "10.20.0.0/16", a proxy as "http://proxy.example.com:3128".'
        return [checks.Error(f"Webhooks cannot be sent: {exc}.", hint=hint, id="goflow.E401")]
    return []


def _without_links() -> checks.CheckMessage:
    hint = 'Set GOFLOW_BASE_URL = "https://flow.example.com", or GOFLOW_NOTIFICATIONS_ENABLED = False.'
    text = "Notifications are mailed without links, because GOFLOW_BASE_URL is blank."
    return checks.Warning(text, hint=hint, id="goflow.W401")


def _sends_mail() -> bool:
    """
    Whether the project has said how its mail is sent; Django's own default is only a guess.
    """
    if hasattr(settings, "MAILERS"):
        return True
    names = ("EMAIL_BACKEND", "EMAIL_HOST")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Django 6.1 would rather have MAILERS
        return any(getattr(settings, name) != getattr(global_settings, name) for name in names)
