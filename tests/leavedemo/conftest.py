from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from leavedemo.leave.models import LeaveRequest, LeaveType
from leavedemo.leave.seed import seed
from tests.shared import Shared

MONDAY = datetime.date(2030, 1, 7)

DJANGOS = "django.middleware.locale.LocaleMiddleware"
OURS = "leavedemo.languages.PlainOrPrefixed"

Asked = Callable[..., LeaveRequest]


@pytest.fixture(scope="package", autouse=True)
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shared[list[str]]]:
    """What all tests of this folder begin with."""
    with Shared(seed, django_db_blocker) as rows:
        yield rows


@pytest.fixture
def company(seeded: Shared[list[str]], db: None) -> None:
    """The demo's people, accounts and processes."""
    seeded.copy()


@pytest.fixture
def asked(company: None) -> Asked:
    """A stored request of tertius."""

    def ask(days: int = 3, type: LeaveType = LeaveType.VACATION, by: str = "tertius") -> LeaveRequest:  # noqa: A002 - the model's own name
        return LeaveRequest.objects.create(
            day_start=MONDAY,
            day_end=MONDAY + datetime.timedelta(days=days - 1),
            type=type,
            requester=User.objects.get(username=by),
        )

    return ask


@pytest.fixture
def site(company: None, settings: Any) -> None:
    """The demo's addresses, with its people and processes."""
    settings.ROOT_URLCONF = "leavedemo.urls"
    settings.LOGIN_URL = "goflow:login"
    settings.MIDDLEWARE = [OURS if name == DJANGOS else name for name in settings.MIDDLEWARE]
