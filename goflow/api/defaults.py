"""
Safe defaults for the token library, put below what the project sets in ``NINJA_SIMPLE_JWT``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ninja_simple_jwt import settings as library

PREFIX_OF_HASH = 32


def session_hash(user: Any) -> str:
    """
    What binds a token to the password: it changes with it, as Django's sessions do.
    """
    return str(user.get_session_auth_hash())[:PREFIX_OF_HASH]


def _primary_key(user: Any) -> Any:
    return user.pk


DEFAULTS: dict[str, Any] = {
    "USE_STATELESS_AUTH": False,
    "TOKEN_CLAIM_USER_ATTRIBUTE_MAP": {"user_id": _primary_key, "sah": session_hash},
    "JWT_ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "JWT_PRIVATE_KEY_STORAGE": "goflow.api.keys.private_storage",
    "JWT_PUBLIC_KEY_STORAGE": "goflow.api.keys.public_storage",
}
"""No personal data in tokens; every token is checked against the user; keys are written with mode 0600."""


def merge() -> None:
    """
    Make them the library's own defaults; settings of the project still win.
    """
    library.DEFAULTS.update(DEFAULTS)
    library.ninja_simple_jwt_settings.reload()
