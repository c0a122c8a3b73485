"""
The secrets of webhook endpoints: made, encrypted at rest, rotated.

They are encrypted with keys derived from ``GOFLOW_WEBHOOK_KEYS``, or from Django's ``SECRET_KEY`` where there
are none. ``SECRET_KEY`` and its fallbacks always decrypt, so that naming keys of their own changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from goflow import clock
from goflow.conf import conf
from goflow.outbound.models import WebhookEndpoint
from goflow.outbound.refusals import SecretRefused, SecretUnreadable

PREFIX = "whsec_"
OVERLAP = timedelta(hours=24)
"""How long the secret before goes on signing after a rotation."""

BYTES = 32
FEWEST, MOST = 24, 64
OWN = re.compile(r"[!-~]{24,200}")
PURPOSE = b"goflow webhook secrets"


def new() -> str:
    """
    A fresh secret, as receivers write it down.
    """
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def checked(text: str) -> str:
    """
    A secret somebody brought along. Raises SecretRefused for one that is too short or cannot be used.
    """
    fits = _is_standard(text) if text.startswith(PREFIX) else OWN.fullmatch(text)
    if not fits:
        raise SecretRefused
    return text


def _is_standard(text: str) -> bool:
    try:
        return FEWEST <= len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) <= MOST
    except binascii.Error:
        return False


def key_of(secret: str) -> bytes:
    """
    The bytes that sign: what stands in base64 behind ``whsec_``, else the text itself.
    """
    if secret.startswith(PREFIX):
        return base64.b64decode(secret.removeprefix(PREFIX))
    return secret.encode()


def encrypt(secret: str) -> str:
    """
    The secret as it is stored.
    """
    return _box().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """
    The secret as it was given out. Raises SecretUnreadable when no present key fits.
    """
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as exc:
        raise SecretUnreadable from exc


def valid(endpoint: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
    """
    The secrets that sign at that time: the present one first, then the one before while it still counts.

    Raises SecretUnreadable.
    """
    until = endpoint.secret_before_until
    both = until is not None and now < until and bool(endpoint.secret_before)
    stored = (endpoint.secret, endpoint.secret_before) if both else (endpoint.secret,)
    return tuple(decrypt(text) for text in stored)


def forgotten() -> int:
    """
    Erase the secrets before that sign no longer. Returns how many.
    """
    over = WebhookEndpoint.objects.filter(secret_before_until__lte=clock.now())
    return over.update(secret_before="", secret_before_until=None)


def renewed() -> int:
    """
    Encrypt with the newest key what an older one has encrypted, so that the older one can go.

    Returns how many endpoints changed. Secrets that no key reads stay as they are.
    """
    found = 0
    for endpoint in WebhookEndpoint.objects.order_by("pk"):
        values = {name: _renewed(getattr(endpoint, name)) for name in ("secret", "secret_before")}
        changed = {name: value for name, value in values.items() if value}
        if changed:
            old = {name: getattr(endpoint, name) for name in changed}
            found += WebhookEndpoint.objects.filter(pk=endpoint.pk, **old).update(**changed)
    return found


def _renewed(stored: str) -> str:
    """
    The same secret under the newest key; blank when there is nothing to do or nothing to be done.
    """
    try:
        Fernet(_derived(_keys()[0])).decrypt(stored.encode())
    except InvalidToken:
        try:
            return _box().rotate(stored.encode()).decode() if stored else ""
        except InvalidToken:
            return ""
    return ""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in _keys()])


def _keys() -> list[bytes]:
    found = [*conf.WEBHOOK_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [key if isinstance(key, bytes) else str(key).encode() for key in found]


@lru_cache(maxsize=16)
def _derived(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(key))
