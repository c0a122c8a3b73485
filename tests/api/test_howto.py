"""
The curl lines of the documentation, in their order, against the seeded demo.
"""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from goflow.api import tokens
from goflow.runtime import engine, working
from leavedemo.leave.models import LeaveRequest
from leavedemo.leave.seed import seed
from sampleproject.sampleapp import seed as sample

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "source" / "howto"


def lines(page: str) -> list[str]:
    return re.findall(r"^curl .+$", (HOWTO / page).read_text(encoding="utf-8"), re.MULTILINE)


class Shell:
    """What a reader of the page has noted so far, and the cookies of curl."""

    def __init__(self) -> None:
        self.client = Client()
        self.notes: dict[str, str] = {}

    def run(self, line: str) -> Any:
        words = shlex.split(self.filled(line))[1:]
        given = {"-X": "GET", "-d": ""} | dict(pairwise(words))
        headers = [words[at + 1] for at, word in enumerate(words) if word == "-H"]
        address = urlsplit(next(word for word in words if word.startswith("http://127.0.0.1:8000/")))
        path = f"{address.path}?{address.query}"
        sent = dict(header.split(": ", 1) for header in headers)
        kind = sent.pop("Content-Type", "application/json")
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()}
        return self.client.generic(given["-X"], path, given["-d"], content_type=kind, **named)

    def filled(self, line: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda found: self.notes[found[1]], line)


def access(name: str) -> str:
    return tokens.issue(User.objects.get(username=name)).access


@pytest.fixture
def shell(db: None) -> Shell:
    seed()
    made = Shell()
    asked = LeaveRequest.objects.create(
        day_start="2030-01-07",
        day_end="2030-01-09",
        type="Vacation",
        requester=User.objects.get(username="tertius"),
    )
    made.notes = {"ACCESS": access("tertius"), "SOCIUS": access("socius"), "OBJECT": str(asked.pk)}
    return made


def test_every_line_works_as_it_stands(shell: Shell) -> None:
    found = []
    for line in lines("api.md"):
        response = shell.run(line)
        found.append((response.status_code, line))
        told = json.loads(response.content) if response.content else {}
        told = told if isinstance(told, dict) else {}
        names = {"refresh": "REFRESH", "instance_id": "INSTANCE", "workitem_id": "ITEM"}
        shell.notes |= {names[name]: str(value) for name, value in told.items() if name in names}
    assert [entry for entry in found if entry[0] not in (200, 204)] == []
    assert len(found) > 15


def test_a_worker_follows_the_page_on_external_work(db: None) -> None:
    sample.seed_people()
    sample.load(sample.PROCESSES / "translation-quote.json")
    made = Shell()
    erin = User.objects.get(username="erin")
    for title in ("A poem", "A novel"):
        engine.start("translation-quote", erin, title=title, data={"text": "cold fog on cat feet"})
    other = working.fetch(["sampleapp.count_words"], worker="", limit=1, seconds=60)[0].message
    made.notes = {"OTHER": str(other.pk), "TOKENB": other.lease_token}
    found = []
    for line in lines("external-work.md"):
        response = made.run(line)
        told = json.loads(response.content)
        found.append((response.status_code, told))
        for row in told if isinstance(told, list) else [told]:
            names = {"access": "ACCESS", "id": "JOB", "token": "TOKEN"}
            made.notes |= {names[name]: str(value) for name, value in row.items() if name in names}
    assert [status for status, _ in found] == [200] * 5
    assert [told["status"] for _, told in found[3:]] == ["completed", "postponed"]
