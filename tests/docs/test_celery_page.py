"""
The project that the page about Celery shows, put into a folder and started.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "source" / "howto" / "celery.md"
FILES = re.compile(r"```python\n# (company/\S+)\n(.*?)```", re.DOTALL)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "company").mkdir()
    found: dict[str, str] = {"company/settings.py": "from tests.settings import *\n"}
    for name, text in FILES.findall(PAGE.read_text()):
        found[name] = found.get(name, "") + text
    for name, text in found.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *args: str) -> str:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "company.settings",
        "PYTHONPATH": f"{folder}:{ROOT}",
        "GOFLOW_TEST_DATABASE_NAME": ":memory:",
        "GOFLOW_TEST_DATABASE_URL": "sqlite://:memory:",
    }
    done = subprocess.run(
        [sys.executable, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_checks_find_nothing_to_say(project):
    out = run(project, "-m", "django", "check", "--fail-level", "WARNING")
    assert "no issues" in out


def test_celery_finds_the_tasks_the_schedule_and_the_routes(project):
    code = (
        "from company import celery_app as app; app.loader.import_default_modules();"
        "print(*sorted(n for n in app.tasks if n.startswith('goflow.')));"
        "print(*(e['task'] for e in app.conf.beat_schedule.values()));"
        "route = app.conf.task_routes[0];"
        "name = 'goflow.tasks.deliver_outbox_task';"
        "print(route(name, (), {'lanes': ['mail']}, {}), route(name, (), {}, {}))"
    )
    told = run(project, "-c", code).splitlines()
    assert "goflow.tasks.deliver_outbox_task" in told[0]
    assert "goflow.tasks.tick_task" in told[0]
    assert told[1:] == ["goflow.tasks.tick_task", "{'queue': 'network'} None"]
