"""
Tokens: given at sign-in, rotated at refresh, ended at sign-out, by theft or by a changed password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists
from django.utils.crypto import constant_time_compare
from jwt import PyJWTError
from ninja.errors import AuthenticationError
from ninja_simple_jwt.jwt.token_operations import (
    TokenTypes,
    TokenUserJsonEncoder,
    decode_token,
    encode_token,
    get_token_payload_for_user,
)

from goflow import clock
from goflow.api.defaults import PREFIX_OF_HASH
from goflow.api.errors import SigningKeyMissing
from goflow.api.models import RefreshToken

FAMILY = "fam"
SESSION = "sah"


@dataclass(frozen=True, slots=True)
class Pair:
    """
    An access token and the refresh token that renews it.
    """

    access: str
    refresh: str
    expires_at: datetime


def issue(user: Any, family: str | None = None) -> Pair:
    """
    New tokens for a user; without a family a new one begins. Raises SigningKeyMissing.
    """
    claims = {**get_token_payload_for_user(user), FAMILY: family or uuid4().hex}
    try:
        refresh, payload = encode_token(claims, TokenTypes.REFRESH, json_encoder=TokenUserJsonEncoder)
        access, _payload = encode_token(claims, TokenTypes.ACCESS, json_encoder=TokenUserJsonEncoder)
    except FileNotFoundError as exc:
        raise SigningKeyMissing from exc
    expires_at = datetime.fromtimestamp(payload["exp"], timezone.utc)
    RefreshToken.objects.create(jti=payload["jti"], family=claims[FAMILY], user=user, expires_at=expires_at)
    return Pair(access, refresh, expires_at)


def rotate(token: str) -> Pair:
    """
    New tokens for a refresh token, which is used up by that.

    Raises AuthenticationError for what is no valid refresh token; one that comes a second time was stolen, so
    its whole family is revoked.
    """
    claims = _decoded(token, TokenTypes.REFRESH)
    user = user_of(claims)
    row = RefreshToken.objects.filter(jti=claims["jti"], user_id=user.pk)
    if not row.filter(used_at=None, revoked_at=None).update(used_at=clock.now()):
        if row.exists():
            revoke(str(claims[FAMILY]))
        raise AuthenticationError
    return issue(user, str(claims[FAMILY]))


def end(token: str) -> None:
    """
    Sign out: the family of a refresh token ends. Raises AuthenticationError for what is none.
    """
    revoke(str(_decoded(token, TokenTypes.REFRESH).get(FAMILY, "")))


def revoke(family: str) -> None:
    """
    End every token that descends from one sign-in, access tokens included.
    """
    RefreshToken.objects.filter(family=family, revoked_at=None).update(revoked_at=clock.now())


def purge(user: Any) -> int:
    """
    Forget tokens of this person that have expired. Returns how many.
    """
    return RefreshToken.objects.filter(user=user, expires_at__lt=clock.now()).delete()[0]


def bearer(token: str) -> Any:
    """
    The user an access token speaks for. One query. Raises AuthenticationError.
    """
    return user_of(_decoded(token, TokenTypes.ACCESS))


def user_of(claims: dict[str, Any]) -> Any:
    """
    The user of these claims: active, with the password they were issued for, in a family that is not revoked.

    Raises AuthenticationError.
    """
    family = claims.get(FAMILY)
    if not isinstance(family, str) or not isinstance(claims.get(SESSION), str):
        raise AuthenticationError
    revoked = RefreshToken.objects.filter(family=family, revoked_at__isnull=False)
    try:
        users: Any = get_user_model()._default_manager
        found = users.filter(pk=claims.get("user_id"))
        user: Any = found.annotate(_is_revoked=Exists(revoked)).first()
    except (TypeError, ValueError, OverflowError, ValidationError) as exc:
        raise AuthenticationError from exc
    if user is None or not user.is_active or user._is_revoked or not _same_password(user, claims[SESSION]):
        raise AuthenticationError
    return user


def _same_password(user: Any, claim: str) -> bool:
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(known[:PREFIX_OF_HASH], claim) for known in hashes)


def _decoded(token: str, kind: TokenTypes) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = decode_token(token, token_type=kind, verify=True)
    except (PyJWTError, ValueError) as exc:
        raise AuthenticationError from exc
    except FileNotFoundError as exc:
        raise SigningKeyMissing from exc
    return claims
