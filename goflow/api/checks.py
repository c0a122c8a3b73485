"""
System checks: tell an unsafe set-up of the API before somebody else finds it.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import NoReverseMatch, reverse
from ninja_simple_jwt.settings import ninja_simple_jwt_settings as jwt

from goflow.api import defaults

OTHERS = stat.S_IRWXG | stat.S_IRWXO
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"
NAMESPACE = "goflow-api"


def connect() -> None:
    """
    Register the checks and put our defaults below the token library; called once when the app is ready.
    """
    defaults.merge()
    for check in (check_installed, check_keys, check_tokens, check_cookie, check_cache):
        register(check, Tags.security)


def is_mounted() -> bool:
    """
    Whether the project serves the API.
    """
    try:
        reverse(f"{NAMESPACE}:web_token_refresh")
    except NoReverseMatch:
        return False
    return True


def check_installed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    goflow.W301: without django-ninja among the apps its documentation page loads files from elsewhere.
    """
    if not is_mounted() or "ninja" in settings.INSTALLED_APPS:
        return []
    hint = 'Add "ninja" to INSTALLED_APPS.'
    return [
        checks.Warning(
            "The API's documentation page needs the files of django-ninja.", hint=hint, id="goflow.W301"
        )
    ]


def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    goflow.W303 no key; goflow.E301 a private key others can read; goflow.W302 a key inside the project.
    """
    if not is_mounted() or jwt.JWT_PRIVATE_KEY is not None:
        return []
    if jwt.JWT_PRIVATE_KEY_STORAGE not in (defaults.DEFAULTS["JWT_PRIVATE_KEY_STORAGE"], _LIBRARY_STORAGE):
        return []
    path = Path(jwt.JWT_PRIVATE_KEY_PATH).resolve()
    if not path.is_file():
        hint = "Run manage.py make_jwt_key, or set NINJA_SIMPLE_JWT['JWT_PRIVATE_KEY_PATH']."
        return [checks.Warning(f"There is no key {path} to sign tokens with.", hint=hint, id="goflow.W303")]
    found: list[CheckMessage] = []
    if path.stat().st_mode & OTHERS:
        hint = f"Run chmod 600 {path}, or make a new key: somebody may have read it."
        found.append(Error(f"The private key {path} can be read by others.", hint=hint, id="goflow.E301"))
    if not settings.DEBUG and _is_in_project(path):
        hint = "Keep it elsewhere and name it in NINJA_SIMPLE_JWT['JWT_PRIVATE_KEY_PATH']."
        found.append(
            checks.Warning(f"The private key {path} lies in the working copy.", hint=hint, id="goflow.W302")
        )
    return found


_LIBRARY_STORAGE = "ninja_simple_jwt.jwt.key_store.local_disk_key_storage"


def _is_in_project(path: Path) -> bool:
    base = getattr(settings, "BASE_DIR", None)
    return any((folder / ".git").exists() for folder in path.parents) or (
        base is not None and Path(base).resolve() in path.parents
    )


def check_tokens(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    goflow.E302 and E303: tokens that nobody checks against the user, or without the claim that ends them.
    """
    if not is_mounted():
        return []
    found: list[CheckMessage] = []
    if jwt.USE_STATELESS_AUTH:
        hint = "Remove USE_STATELESS_AUTH from NINJA_SIMPLE_JWT."
        text = "Stateless tokens would keep working for people who were deactivated."
        found.append(Error(text, hint=hint, id="goflow.E302"))
    claims = set(jwt.TOKEN_CLAIM_USER_ATTRIBUTE_MAP)
    if not {"user_id", "sah"} <= claims:
        hint = "Keep goflow's claims: remove TOKEN_CLAIM_USER_ATTRIBUTE_MAP, or add user_id and sah to it."
        found.append(Error("Tokens lack the claims that goflow checks.", hint=hint, id="goflow.E303"))
    return found


def check_cookie(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    goflow.E304 the refresh cookie never reaches its address; goflow.W304 it is sent where it is unsafe.
    """
    if not is_mounted():
        return []
    found: list[CheckMessage] = []
    refresh = reverse(f"{NAMESPACE}:web_token_refresh")
    path = str(jwt.WEB_REFRESH_COOKIE_PATH)
    if not refresh.startswith(path.rstrip("/") + "/"):
        hint = f"Set NINJA_SIMPLE_JWT['WEB_REFRESH_COOKIE_PATH'] = {refresh.rpartition('/')[0]!r}."
        found.append(
            Error(f"Browsers never send the refresh cookie to {refresh}.", hint=hint, id="goflow.E304")
        )
    safe = jwt.WEB_REFRESH_COOKIE_HTTP_ONLY and jwt.WEB_REFRESH_COOKIE_SAME_SITE_POLICY == "Strict"
    if not safe or not (jwt.WEB_REFRESH_COOKIE_SECURE or settings.DEBUG):
        hint = "Leave WEB_REFRESH_COOKIE_HTTP_ONLY, _SAME_SITE_POLICY and _SECURE at their defaults."
        text = "The refresh cookie is not HttpOnly, SameSite=Strict and Secure."
        found.append(checks.Warning(text, hint=hint, id="goflow.W304"))
    return found


def check_cache(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """
    goflow.W305: failed sign-ins are counted in a cache that processes do not share.
    """
    backend = settings.CACHES.get("default", {}).get("BACKEND", "")
    if settings.DEBUG or not is_mounted() or backend not in (LOCMEM, DUMMY):
        return []
    hint = "Configure a cache that all processes share, such as Redis or the database."
    text = "Failed sign-ins are counted per process, so the limit grows with their number."
    return [checks.Warning(text, hint=hint, id="goflow.W305")]
