"""
Whole addresses of our pages for mails, and the signed ones by which mail is switched off without signing in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import urls
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import DNS_NAME

from goflow.conf import conf
from goflow.outbound.models import UserProfile
from goflow.outbound.profiles import ALL_IN_DIGEST, LABELS

SALT = "goflow.unsubscribe"


def page(profile: UserProfile, name: str, *args: object) -> str:
    """
    The whole address of a page, in the active language where the project puts it into its addresses.

    Blank when GOFLOW_BASE_URL is, or when the project does not serve our pages.
    """
    base = conf.BASE_URL.rstrip("/")
    if not base:
        return ""
    if profile.web_host:
        base = f"{urlsplit(base).scheme or 'https'}://{profile.web_host}"
    try:
        return base + urls.reverse(f"goflow:{name}", args=args)
    except urls.NoReverseMatch:
        return ""


def unsubscribe(profile: UserProfile, event: str) -> str:
    """
    The address that switches mail about one event off for one person, and does nothing else.
    """
    return page(
        profile, "unsubscribe", signing.dumps([str(profile.user_id), event], salt=SALT, compress=True)
    )


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """
    What a signed address stands for.
    """

    user: Any  # the host's user model
    event: str


def read(token: str) -> Unsubscription | None:
    """
    What the token of such an address stands for; None for one that is not ours, or of a person who is gone.

    It never expires: a mail may be read years later.
    """
    try:
        user_id, event = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if event != ALL_IN_DIGEST and event not in LABELS:
        return None
    user = _user(user_id)
    return None if user is None else Unsubscription(user, event)


def _user(user_id: Any) -> Any | None:
    try:
        return get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    except (ValidationError, ValueError):
        return None


def message_id(outbox_id: int) -> str:
    """
    The Message-ID of a mail: the same at every attempt, so that a mail sent twice is one for its reader.
    """
    return f"<goflow.{outbox_id}@{urlsplit(conf.BASE_URL).hostname or DNS_NAME}>"
