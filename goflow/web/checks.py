"""
System checks: what the pages need of the project's settings.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's name

MIDDLEWARE: dict[str, tuple[str, str]] = {
    "goflow.W201": ("django.contrib.sessions.middleware.SessionMiddleware", "nobody can sign in"),
    "goflow.W202": ("django.contrib.auth.middleware.AuthenticationMiddleware", "nobody can sign in"),
    "goflow.W203": (
        "django.contrib.messages.middleware.MessageMiddleware",
        "the pages cannot tell what happened",
    ),
    "goflow.W204": ("django.middleware.csrf.CsrfViewMiddleware", "other sites can act in a visitor's name"),
}


def connect() -> None:
    """
    Register the checks; called once when the app is ready.
    """
    register(middleware, Tags.compatibility)


def middleware(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    Warn about middleware that the pages need and the settings lack (subclasses under other names are fine).
    """
    installed = {path.rpartition(".")[2] for path in settings.MIDDLEWARE}
    return [
        Warning(f"goflow's pages need {path}, otherwise {why}.", hint="Add it to MIDDLEWARE.", id=number)
        for number, (path, why) in MIDDLEWARE.items()
        if path.rpartition(".")[2] not in installed
    ]
