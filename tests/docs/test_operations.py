"""The files that the pages about running goflow hand out, and the commands in them."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class
from django.db import connection

from goflow.journal.models import OutboxMessage

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "source" / "operations"
UNITS = sorted((PAGES / "systemd").iterdir())

HARDENED = ("NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome")


def loaded(name: str) -> Any:
    return yaml.safe_load((PAGES / name).read_text("utf-8"))


@pytest.fixture
def services() -> dict[str, Any]:
    return loaded("compose.yaml")["services"]


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their capitals
    found.read(path, "utf-8")
    return found


def manage(line: list[str]) -> None:
    """Parses the options of a manage.py line as the command itself would."""
    name, *options = line[line.index("manage.py") + 1 :]
    app = "goflow" if name.startswith("goflow_") else "django.core"
    load_command_class(app, name).create_parser("manage.py", name).parse_args(options)


def test_compose_runs_every_process(services: dict[str, Any]) -> None:
    wanted = {"migrate", "web", "scheduler", "worker", "beat", "postgres", "redis"}
    assert services.keys() == wanted


def test_whoever_waits_for_health_waits_for_somebody_who_tells_it(services: dict[str, Any]) -> None:
    for service in services.values():
        for other, needs in service.get("depends_on", {}).items():
            assert other in services
            assert needs["condition"] != "service_healthy" or "healthcheck" in services[other]


def test_nobody_waits_for_the_web_server(services: dict[str, Any]) -> None:
    # It is ready after a pass of the scheduler: who waited for it would wait for ever.
    assert not [name for name, service in services.items() if "web" in service.get("depends_on", {})]


def test_the_web_server_is_asked_whether_it_is_ready(services: dict[str, Any]) -> None:
    *python, code = services["web"]["healthcheck"]["test"]
    assert python == ["CMD", "python", "-c"]
    compile(code, "healthcheck", "exec")
    assert "http://127.0.0.1:8000/readyz" in code


def test_what_runs_goes_on_after_a_crash(services: dict[str, Any]) -> None:
    assert services.pop("migrate")["restart"] == "no"
    assert {service["restart"] for service in services.values()} == {"unless-stopped"}


def test_compose_keeps_no_password(services: dict[str, Any]) -> None:
    values = {
        name: value for found in services.values() for name, value in found.get("environment", {}).items()
    }
    secret = ("POSTGRES_PASSWORD", "SECRET_KEY", "GOFLOW_METRICS_TOKEN")
    assert all(values[name].startswith("${" + name) for name in secret)
    assert "company:${POSTGRES_PASSWORD" in values["DATABASE_URL"]


def test_commands_of_compose_exist(services: dict[str, Any]) -> None:
    lines = [service["command"] for service in services.values() if "manage.py" in service.get("command", [])]
    assert len(lines) >= 1
    for line in lines:
        manage(line)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_have_what_systemd_needs(path: Path) -> None:
    found = unit(path)
    assert found["Unit"]["Description"]
    if path.suffix == ".timer":
        assert (found["Timer"]["OnCalendar"], found["Timer"]["Persistent"]) == ("minutely", "true")
        assert path.with_suffix(".service") in UNITS
        return
    service = found["Service"]
    assert service["ExecStart"].startswith("/srv/company/.venv/bin/")
    assert (service["User"], service["EnvironmentFile"]) == ("company", "/etc/company/environment")
    assert all(name in service for name in HARDENED)
    assert service["Type"] == "oneshot" or service["Restart"] == "always"
    line = service["ExecStart"].split()
    if "manage.py" in line:
        manage(line)


def test_systemd_finds_nothing_wrong(systemd_analyze: str, tmp_path: Path) -> None:
    for path in UNITS:
        # The user and the programs are those of a server; here others stand in for them.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"), flags=re.MULTILINE)
        text = re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    files = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        [systemd_analyze, "verify", *files],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "goflow-" in line]
    assert (done.returncode, about_ours) == (0, [])


def test_every_unit_is_shown_on_a_page() -> None:
    shown = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    assert [path.name for path in UNITS if f"{{literalinclude}} systemd/{path.name}" not in shown] == []


def test_alerts_ask_for_numbers_that_exist() -> None:
    page = (ROOT / "docs/source/reference/metrics.md").read_text("utf-8")
    known = set(re.findall(r"^\| `(goflow_\w+)`", page, re.MULTILINE))
    rules = [rule for group in loaded("alerts.yaml")["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in re.findall(r"goflow_\w+", rule["expr"])}
    assert asked <= known
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket"}


def test_every_alert_says_what_it_means() -> None:
    rules = [rule for group in loaded("alerts.yaml")["groups"] for rule in group["rules"]]
    assert all(rule["annotations"]["summary"] for rule in rules)


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_messages_get_numbers_that_were_never_given_out() -> None:
    statements = re.findall(
        r"^   ```sql\n(.*?)^   ```$", (PAGES / "runbooks.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    at = ("postgresql", "mysql", "sqlite").index(connection.vendor)
    before = OutboxMessage.objects.create(kind="mail").pk
    with connection.cursor() as cursor:
        cursor.execute(statements[at])
    assert OutboxMessage.objects.create(kind="mail").pk >= before + 1_000_000
