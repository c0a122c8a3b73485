"""
The matrix of tokens: which count, and for how long.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings
from ninja_simple_jwt.jwt.key_retrieval import InMemoryJwtKeyPair

from goflow.api import tokens
from goflow.api.models import RefreshToken
from goflow.testing import person

JSON = "application/json"
WHEN = datetime(2000, 1, 1, tzinfo=timezone.utc)

Forge = Callable[..., str]


@pytest.fixture
def anna(db: None) -> Any:
    return person("anna")


@pytest.fixture
def pair(anna: Any) -> tokens.Pair:
    return tokens.issue(anna)


def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def forged(
    token: str, *, key: Any = None, algorithm: str = "RS256", headers: Any = None, **claims: Any
) -> str:
    values = {**read(token), **claims}
    kept = {name: value for name, value in values.items() if value is not None}
    key = settings.NINJA_SIMPLE_JWT["JWT_PRIVATE_KEY"] if key is None else key
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


def with_public_key_as_secret(token: str) -> str:
    """HS256 over the text of the public key: what a confused verifier would accept."""
    secret = settings.NINJA_SIMPLE_JWT["JWT_PUBLIC_KEY"].encode()
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).rstrip(b"=")
    body = token.split(".")[1].encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        head + b"." + body, secret
    )
    return b".".join([head, body, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def other_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def me(header: str | None) -> HttpResponse:
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    return Client().get("/api/protected/me", **headers)


def refresh(token: str) -> HttpResponse:
    return Client().post("/api/auth/mobile/token-refresh", {"refresh": token}, content_type=JSON)


def status(token: str) -> int:
    return me(f"Bearer {token}").status_code


def test_1_an_access_token_counts(pair: tokens.Pair) -> None:
    assert status(pair.access) == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a.b",
        "Basic YTpi",
        "bearer",
        "Bearer \xff",
        "Token x",
    ],
)
def test_2_a_malformed_header_is_401_with_a_challenge(anna: Any, header: str | None) -> None:
    response = me(header)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="goflow"')


def test_3_no_algorithm(pair: tokens.Pair) -> None:
    assert status(jwt.encode(read(pair.access), None, algorithm="none")) == 401


def test_4_another_algorithm_with_the_public_key(pair: tokens.Pair) -> None:
    assert status(with_public_key_as_secret(pair.access)) == 401


def test_5_another_key_that_the_header_points_to(pair: tokens.Pair) -> None:
    assert status(forged(pair.access, key=other_key(), headers={"kid": "../../../dev/null"})) == 401


def test_6_expired(pair: tokens.Pair) -> None:
    assert status(forged(pair.access, exp=int(WHEN.timestamp()))) == 401


def test_7_not_yet_valid(pair: tokens.Pair) -> None:
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert status(forged(pair.access, nbf=int(later.timestamp()))) == 401


def test_8_a_refresh_token_gives_no_access_and_the_other_way_round(pair: tokens.Pair) -> None:
    assert (status(pair.refresh), refresh(pair.access).status_code) == (401, 401)


@pytest.mark.parametrize("claim", ["user_id", "sah", "fam", "jti", "token_type"])
def test_9_a_claim_is_missing(pair: tokens.Pair, claim: str) -> None:
    assert status(forged(pair.access, **{claim: None})) == 401


@pytest.mark.parametrize("value", ["x", [], {}, 2**70, "1\0"])
def test_10_a_user_id_of_another_kind(pair: tokens.Pair, value: Any) -> None:
    assert status(forged(pair.access, user_id=value)) == 401


def test_11_a_deactivated_user(pair: tokens.Pair, anna: Any) -> None:
    anna.is_active = False
    anna.save()
    assert (status(pair.access), refresh(pair.refresh).status_code) == (401, 401)


def test_12_a_deleted_user(db: None) -> None:
    amy = person("amy")
    pair = tokens.issue(amy)
    amy.delete()
    assert (status(pair.access), refresh(pair.refresh).status_code) == (401, 401)


def test_13_a_changed_password(pair: tokens.Pair, anna: Any) -> None:
    anna.set_password("another")
    anna.save()
    assert (status(pair.access), refresh(pair.refresh).status_code) == (401, 401)


def test_14_a_demoted_user_loses_the_rights_at_once(anna: Any) -> None:
    anna.is_superuser = True
    anna.save()
    header = {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(anna).access}"}
    before = Client().get("/api/protected/definitions/999999", **header)
    anna.is_superuser = False
    anna.save()
    assert (before.status_code, tokens.bearer(header["HTTP_AUTHORIZATION"][7:]).is_superuser) == (404, False)


def test_15_refreshing_rotates_and_keeps_the_old_access(pair: tokens.Pair) -> None:
    response = refresh(pair.refresh)
    assert (response.status_code, set(response.json())) == (200, {"access", "refresh"})
    assert response.json()["refresh"] != pair.refresh
    assert (status(pair.access), status(response.json()["access"])) == (200, 200)


def test_16_a_refresh_token_used_twice_ends_the_whole_family(pair: tokens.Pair) -> None:
    thief = refresh(pair.refresh).json()
    again = refresh(pair.refresh)
    assert again.status_code == 401
    assert (refresh(thief["refresh"]).status_code, status(thief["access"]), status(pair.access)) == (401,) * 3


def test_another_sign_in_of_the_same_person_stays(pair: tokens.Pair, anna: Any) -> None:
    other = tokens.issue(anna)
    refresh(pair.refresh)
    refresh(pair.refresh)
    assert status(other.access) == 200


def test_a_refresh_token_that_nobody_gave_out(pair: tokens.Pair) -> None:
    assert refresh(forged(pair.refresh, jti="unknown")).status_code == 401


def test_tokens_hold_no_personal_data(pair: tokens.Pair) -> None:
    assert set(read(pair.access)) == {"user_id", "sah", "fam", "jti", "exp", "iat", "token_type"}


def test_web_refresh_replaces_the_cookie(anna: Any) -> None:
    client = Client()
    client.post("/api/auth/web/sign-in", {"username": "anna", "password": "anna"}, content_type=JSON)
    old = client.cookies["refresh"].value
    response = client.post("/api/auth/web/token-refresh")
    assert (response.status_code, list(response.json())) == (200, ["access"])
    assert client.cookies["refresh"].value != old


def test_web_refresh_without_a_cookie(db: None) -> None:
    assert Client().post("/api/auth/web/token-refresh").status_code == 401


def test_sign_out_ends_every_token_of_the_sign_in(anna: Any) -> None:
    client = Client()
    signed_in = client.post(
        "/api/auth/web/sign-in", {"username": "anna", "password": "anna"}, content_type=JSON
    )
    cookie = client.cookies["refresh"].value
    response = client.post("/api/auth/web/sign-out")
    assert (response.status_code, client.cookies["refresh"].value) == (204, "")
    assert (status(signed_in.json()["access"]), refresh(cookie).status_code) == (401, 401)


@pytest.mark.parametrize("kind", ["web", "mobile"])
def test_guessing_passwords_ends_with_429(anna: Any, kind: str) -> None:
    client, wrong = Client(), {"username": "anna", "password": "x"}
    found = [client.post(f"/api/auth/{kind}/sign-in", wrong, content_type=JSON) for _ in range(11)]
    assert [response.status_code for response in found] == [401] * 10 + [429]
    assert int(found[-1].headers["Retry-After"]) > 0


def test_nobody_is_locked_out_by_guesses_from_elsewhere(anna: Any) -> None:
    wrong, right = {"username": "anna", "password": "x"}, {"username": "anna", "password": "anna"}
    for _ in range(11):
        Client().post("/api/auth/web/sign-in", wrong, content_type=JSON, REMOTE_ADDR="203.0.113.9")
    assert Client().post("/api/auth/web/sign-in", right, content_type=JSON).status_code == 200


def test_guessing_many_names_from_one_address_ends_with_429(anna: Any) -> None:
    found = [
        Client().post("/api/auth/web/sign-in", {"username": f"u{n}", "password": "x"}, content_type=JSON)
        for n in range(101)
    ]
    assert found[-1].status_code == 429


def test_a_forwarded_address_is_not_believed(anna: Any) -> None:
    wrong = {"username": "anna", "password": "x"}
    for number in range(10):
        where = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"}
        Client().post("/api/auth/web/sign-in", wrong, content_type=JSON, **where)
    assert Client().post("/api/auth/web/sign-in", wrong, content_type=JSON).status_code == 429


def test_an_inactive_user_cannot_sign_in(anna: Any) -> None:
    anna.is_active = False
    anna.save()
    right = {"username": "anna", "password": "anna"}
    assert Client().post("/api/auth/mobile/sign-in", right, content_type=JSON).status_code == 401


def test_expired_tokens_are_forgotten_at_the_next_sign_in(pair: tokens.Pair) -> None:
    RefreshToken.objects.update(expires_at=WHEN)
    right = {"username": "anna", "password": "anna"}
    Client().post("/api/auth/mobile/sign-in", right, content_type=JSON)
    assert RefreshToken.objects.filter(expires_at=WHEN).count() == 0


def test_without_a_key_the_answer_names_the_command(anna: Any, tmp_path: Path) -> None:
    names = {"JWT_PRIVATE_KEY_PATH": str(tmp_path / "a"), "JWT_PUBLIC_KEY_PATH": str(tmp_path / "b")}
    right = {"username": "anna", "password": "anna"}
    InMemoryJwtKeyPair.clear()
    with override_settings(NINJA_SIMPLE_JWT=names):
        response = Client().post("/api/auth/mobile/sign-in", right, content_type=JSON)
    InMemoryJwtKeyPair.clear()
    assert (response.status_code, response.json()["code"]) == (500, "signing-key-missing")
