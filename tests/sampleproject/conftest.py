from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from goflow.workflow.models import Process
from sampleproject.sampleapp import seed


@pytest.fixture(scope="class")
def published(
    request: pytest.FixtureRequest, django_db_setup: Any, django_db_blocker: Any
) -> Iterator[Process]:
    """The process of a code, published once for all tests of the class, and the people who work on it."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed.seed_people()
        yield seed.load(seed.PROCESSES / f"{request.param}.json")
        transaction.set_rollback(True)


@pytest.fixture
def company(db: None) -> None:
    """The people of the project, without its processes."""
    seed.seed_people()
