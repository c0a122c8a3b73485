from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from goflow.outbound import sending
from tests.outbound.receivers import PATIENCE, Receiver, receiver


@pytest.fixture(autouse=True)
def _patient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers answer in the end: a loaded machine takes its time. Tests of the limits set their own."""
    settings.GOFLOW_WEBHOOK_TIMEOUT = PATIENCE
    monkeypatch.setattr(sending, "DEADLINE", float(PATIENCE))


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A webhook receiver that listens, for one test."""
    with receiver() as made:
        yield made
