from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.outbound.receivers import Receiver, receiver


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A webhook receiver that listens, for one test."""
    with receiver() as made:
        yield made
