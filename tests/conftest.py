from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import shared, tools

# Speed is measured in bench/, not here: a loaded machine must not fail a property.
settings.register_profile(
    "goflow", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("goflow")

COMMITTING_FIXTURES = {
    "transactional_db",
    "live_server",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
}
DATABASE_FIXTURES = COMMITTING_FIXTURES | {"db"}


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request in another language leaves it active in its thread: the next test starts in English again."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of a browser."""
    return tools.place("chromium")


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs scripts without a browser."""
    return tools.place("node")


@pytest.fixture(scope="session")
def tsc(node: str) -> str:  # a script for node
    """The type checker of the scripts."""
    return tools.place("tsc")


@pytest.fixture(scope="session")
def axe(chromium: str) -> str:  # judges pages in a browser
    """The file of axe-core."""
    return tools.place("axe")


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The program that checks unit files."""
    return tools.place("systemd_analyze")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Test processes hand over what was logged as UTF-8, which has no room for half a character."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that touch no database or need a program besides; "
        "a second database cannot change their result",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    shared.prepare(committing=commits(item))


def fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def uses_database(item: pytest.Item) -> bool:
    django_case = hasattr(getattr(item, "cls", None), "databases")
    marked = item.get_closest_marker("django_db") is not None
    return django_case or marked or bool(fixtures_of(item) & DATABASE_FIXTURES)


def commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    options: dict[str, object] = {} if marker is None else dict(marker.kwargs)
    return bool(fixtures_of(item) & COMMITTING_FIXTURES) or bool(options.get("transaction"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    database_only = config.getoption("database_only")
    lacking = set(tools.TOOLS) if database_only else tools.missing()

    def takes_part(item: pytest.Item) -> bool:
        return not tools.asked(fixtures_of(item)) & lacking and (not database_only or uses_database(item))

    left_out = [item for item in items if not takes_part(item)]
    items[:] = [item for item in items if takes_part(item)]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name in sorted(tools.missing()):
        variable = tools.TOOLS[name].variable
        terminalreporter.write_line(
            f"without {name}: tests that ask for it are left out ({variable} names its place)"
        )
