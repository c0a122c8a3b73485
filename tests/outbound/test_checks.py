from __future__ import annotations

from typing import Any

import pytest
from django.conf import global_settings

from goflow.outbound.checks import check_base_url


def ids() -> list[str | None]:
    return [found.id for found in check_base_url(None)]


def test_mails_without_links_are_warned_of(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.com"
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


def test_a_project_that_sends_no_mail_needs_no_address(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = global_settings.EMAIL_BACKEND, global_settings.EMAIL_HOST
    assert ids() == []
