from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from ninja_simple_jwt.jwt.key_retrieval import InMemoryJwtKeyPair

from goflow.api import checks


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def jwt_settings(**changed: Any) -> Any:
    return override_settings(NINJA_SIMPLE_JWT={**settings.NINJA_SIMPLE_JWT, **changed})


def key_at(path: Path) -> Any:
    return jwt_settings(
        JWT_PRIVATE_KEY=None, JWT_PRIVATE_KEY_PATH=str(path), JWT_PUBLIC_KEY_PATH=f"{path}.pub"
    )


@pytest.mark.parametrize("command", ["make_jwt_key", "make_rsa"])
@pytest.mark.filterwarnings("ignore:make_rsa is deprecated:DeprecationWarning")
def test_the_commands_write_a_key_that_only_its_owner_reads(tmp_path: Path, command: str) -> None:
    path = tmp_path / "key.pem"
    with key_at(path):
        call_command(command)
        InMemoryJwtKeyPair.clear()
        assert (oct(path.stat().st_mode & 0o777), checks.check_keys(None)) == ("0o600", [])
    InMemoryJwtKeyPair.clear()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("mine")
    with key_at(path), pytest.raises(CommandError, match="exists already"):
        call_command("make_jwt_key")
    InMemoryJwtKeyPair.clear()
    assert path.read_text() == "mine"


def test_no_key(tmp_path: Path) -> None:
    with key_at(tmp_path / "none.pem"):
        assert ids(checks.check_keys(None)) == ["goflow.W303"]


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("")
    os.chmod(path, 0o644)
    with key_at(path):
        assert ids(checks.check_keys(None)) == ["goflow.E301"]


def test_a_key_in_the_working_copy(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    (tmp_path / ".git").mkdir()
    with key_at(path):
        assert ids(checks.check_keys(None)) == ["goflow.W302"]


def test_stateless_tokens() -> None:
    with jwt_settings(USE_STATELESS_AUTH=True):
        assert ids(checks.check_tokens(None)) == ["goflow.E302"]


def test_tokens_without_the_claim_that_ends_them() -> None:
    with jwt_settings(TOKEN_CLAIM_USER_ATTRIBUTE_MAP={"user_id": "id"}):
        assert ids(checks.check_tokens(None)) == ["goflow.E303"]


def test_a_cookie_that_never_arrives() -> None:
    with jwt_settings(WEB_REFRESH_COOKIE_PATH="/elsewhere"):
        assert ids(checks.check_cookie(None)) == ["goflow.E304"]


@pytest.mark.parametrize(
    "changed",
    [
        {"WEB_REFRESH_COOKIE_SECURE": False},
        {"WEB_REFRESH_COOKIE_HTTP_ONLY": False},
        {"WEB_REFRESH_COOKIE_SAME_SITE_POLICY": "Lax"},
    ],
)
def test_a_cookie_without_its_flags(changed: dict[str, Any]) -> None:
    with jwt_settings(**changed):
        assert ids(checks.check_cookie(None)) == ["goflow.W304"]


def test_a_cache_that_processes_do_not_share() -> None:
    assert ids(checks.check_cache(None)) == ["goflow.W305"]


@override_settings(INSTALLED_APPS=[app for app in settings.INSTALLED_APPS if app != "ninja"])
def test_without_django_ninja_among_the_apps() -> None:
    assert ids(checks.check_installed(None)) == ["goflow.W301"]


@override_settings(ROOT_URLCONF="goflow.web.urls")
def test_a_project_without_the_api_is_left_alone() -> None:
    found = [check(None) for check in (checks.check_keys, checks.check_tokens, checks.check_cookie)]
    assert found == [[], [], []]


def test_this_project_is_safe() -> None:
    found = [check(None) for check in (checks.check_keys, checks.check_tokens, checks.check_cookie)]
    assert found == [[], [], []]
