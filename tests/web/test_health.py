"""What supervisors ask of a running process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from goflow.runtime.models import Heartbeat
from goflow.testing import count_statements, moved

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("path", ["/healthz", "/readyz"])


@pytest.fixture
def beating(db: None) -> None:
    Heartbeat.objects.create(name="scheduler", worker="secret-host:1")


def test_a_process_that_lives_needs_no_database(client: Client) -> None:
    # Without the db mark, every query raises.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_says_what_was_checked(client: Client, beating: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["ready"] is True
    assert [(check["name"], check["ok"]) for check in response.json()["checks"]] == [
        ("database", True),
        ("migrations", True),
        ("scheduler", True),
        ("outbox", True),
    ]


def test_not_ready_is_503_and_says_why(client: Client, beating: None) -> None:
    with moved(timedelta(minutes=10)):
        response = client.get("/readyz")
    assert response.status_code == 503
    late = [check for check in response.json()["checks"] if not check["ok"]]
    assert [(check["name"], check["detail"]) for check in late] == [
        ("scheduler", "last pass 600 s ago, limit 300 s")
    ]


def test_answers_tell_no_names_of_machines(client: Client, beating: None) -> None:
    assert "secret-host" not in client.get("/readyz").content.decode()


@BOTH
def test_head_gives_the_status_alone(client: Client, beating: None, path: str) -> None:
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")


@BOTH
def test_nothing_else_is_taken(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@BOTH
def test_answers_are_never_kept(client: Client, beating: None, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


@BOTH
def test_no_language_is_put_before_it(client: Client, beating: None, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "fr"})
    assert response.status_code == 200


@BOTH
def test_it_is_also_below_goflows_own_addresses(client: Client, beating: None, path: str) -> None:
    assert client.get(f"/workflow{path}").status_code == 200


@BOTH
def test_a_session_cookie_is_not_looked_up(client: Client, beating: None, path: str) -> None:
    client.cookies["sessionid"] = "x" * 32
    with count_statements() as statements:
        client.get(path)
    assert not [text for text in statements if "session" in text]


DEAD = """
import django, json
django.setup()
from django.test import Client
client = Client()
own = {"Authorization": "Bearer t"}
found = [client.get(path, headers=own) for path in ("/healthz", "/readyz", "/metrics")]
print(json.dumps([[answer.status_code, answer.content.decode()] for answer in found]))
"""


def test_a_database_that_is_down_is_told_with_503(tmp_path: Path) -> None:
    env: dict[str, Any] = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "leavedemo.settings",
        "LEAVEDEMO_DATA_DIR": str(tmp_path),
        "LEAVEDEMO_HOSTS": "testserver",
        "DATABASE_URL": "postgres://nobody:secretword@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [sys.executable, "-c", DEAD], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    alive, ready, metrics = json.loads(done.stdout)
    assert alive == [200, "ok\n"]
    assert ready[0] == 503
    assert json.loads(ready[1]) == {
        "ready": False,
        "checks": [
            {
                "name": "database",
                "ok": False,
                "detail": "the database did not answer (OperationalError)",
            }
        ],
    }
    # The demo has no token, so that a stranger's token opens nothing, database or not.
    assert metrics[0] == 404
    assert "secretword" not in done.stdout


@pytest.mark.parametrize("project", ["leavedemo.urls", "sampleproject.urls"])
def test_the_demos_answer_at_the_root(client: Client, beating: None, settings: Any, project: str) -> None:
    settings.ROOT_URLCONF = project
    found = {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")}
    assert found == {"/healthz": 200, "/readyz": 200, "/metrics": 404}


def test_probes_are_left_out_of_the_redirection_to_tls(beating: None, settings: Any) -> None:
    page = (ROOT / "docs/source/reference/metrics.md").read_text("utf-8")
    (pattern,) = re.findall(r'^SECURE_REDIRECT_EXEMPT = \[r"(.+)"\]$', page, re.MULTILINE)
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/readyz").status_code == 301
    settings.SECURE_REDIRECT_EXEMPT = [pattern]
    client = Client()
    found = {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/workflow/")}
    assert found == {"/healthz": 200, "/readyz": 200, "/metrics": 404, "/workflow/": 301}
