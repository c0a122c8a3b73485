from __future__ import annotations

import warnings
from typing import Any

import pytest
from django.conf import global_settings
from django.test import override_settings

from goflow.outbound.checks import check_base_url, check_webhooks
from tests.outbound.smtp import use


def ids() -> list[str | None]:
    return [found.id for found in check_base_url(None)]


def test_mails_without_links_are_warned_of(settings: Any) -> None:
    use(settings, "django.core.mail.backends.smtp.EmailBackend", host="mail.example.com")
    [found] = check_base_url(None)
    assert (found.id, "GOFLOW_BASE_URL" in found.msg) == ("goflow.W401", True)


@pytest.mark.parametrize(
    ("address", "expected"), [("https://flow.example.com", []), ("http://[::1]:8000", [])]
)
def test_an_address_of_scheme_and_host_is_fine(settings: Any, address: str, expected: list[str]) -> None:
    settings.GOFLOW_BASE_URL = address
    assert ids() == expected


@pytest.mark.parametrize("address", ["flow.example.com", "https://", "//flow.example.com", "ftp://x"])
def test_half_an_address_is_warned_of(settings: Any, address: str) -> None:
    settings.GOFLOW_BASE_URL = address
    assert ids() == ["goflow.W402"]


def test_nothing_is_asked_where_nobody_is_told(settings: Any) -> None:
    settings.GOFLOW_NOTIFICATIONS_ENABLED = False
    settings.GOFLOW_BASE_URL = "nonsense"
    assert ids() == []


def test_a_project_that_sends_no_mail_needs_no_address() -> None:
    guessed = {name: getattr(global_settings, name) for name in ("EMAIL_BACKEND", "EMAIL_HOST")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Django 6.1 would rather have MAILERS
        with override_settings(**guessed):
            assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ALLOWED_NETWORKS", "10.0.0.0/8", "is a text"),
        ("ALLOWED_SCHEMES", "https", "is a text"),
        ("KEYS", "one long key", "is a text"),
        ("ALLOWED_NETWORKS", ["10.0.0.1/8"], "has host bits set"),
        ("ALLOWED_NETWORKS", ["intranet"], "does not appear to be"),
        ("PROXY", "proxy.example.com:3128", "no address of a proxy"),
        ("PROXY", "http://proxy.example.com:port", "Port could not be"),
    ],
)
def test_webhooks_that_could_not_be_sent_are_told(settings: Any, name: str, value: Any, told: str) -> None:
    setattr(settings, f"GOFLOW_WEBHOOK_{name}", value)
    [found] = check_webhooks(None)
    assert (found.id, told in found.msg) == ("goflow.E401", True)


def test_sensible_settings_of_webhooks_pass(settings: Any) -> None:
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["10.20.0.0/16", "fd12::/16"]
    settings.GOFLOW_WEBHOOK_PROXY = "http://user:password@proxy.example.com:3128"
    assert check_webhooks(None) == []
