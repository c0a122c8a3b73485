from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.races.workers import Workers

FIGURE = "races"


@pytest.fixture(scope="session")
def nursery(django_db_setup: None) -> Iterator[Workers]:
    with Workers() as made:
        yield made


@pytest.fixture
def workers(nursery: Workers, transactional_db: None) -> Iterator[Workers]:
    """Processes to hire; they end with the test, before its tables are emptied."""
    yield nursery
    nursery.dismiss()


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a number that the end of the run shows."""

    def say(text: str) -> None:
        record_property(FIGURE, text)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties if report.when == "call" else ():
            if name == FIGURE:
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {text}")
