"""
What the page about webhooks tells receivers, run against what goflow sends.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from goflow import clock
from goflow.outbound import secrets, settling, signing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "source" / "howto" / "webhooks.md"
BODY = '{"type":"workitem.completed","title":"Größe"}'.encode()
Verify = Callable[[str, dict[str, str], bytes], subprocess.CompletedProcess[str]]
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}


def block(language: str, word: str) -> str:
    found = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"))
    return next(text for text in found if word in text)


@pytest.fixture
def verified_by_node(node: str) -> Verify:
    """What the documented function says, reading headers as node gives them."""

    def run(secret: str, headers: dict[str, str], body: bytes) -> subprocess.CompletedProcess[str]:
        given = json.dumps({name.lower(): value for name, value in headers.items()})
        call = f"console.log(JSON.stringify(verify({given}, Buffer.from('{body.hex()}', 'hex'))));"
        return subprocess.run(
            [node, "--input-type=module", "-e", f"{block('js', 'createHmac')}\n{call}"],
            env={**os.environ, "GOFLOW_SECRET": secret},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def signed(*keys: str, age: timedelta = timedelta(0)) -> dict[str, str]:
    return signing.headers("evt_1_0", BODY, own={}, keys=keys, now=clock.now() - age)


def test_the_function_for_node_verifies_what_goflow_sends(verified_by_node: Verify) -> None:
    secret = secrets.new()
    done = verified_by_node(secret, signed(secrets.new(), secret), BODY)
    assert (done.returncode, json.loads(done.stdout)) == (0, json.loads(BODY)), done.stderr


@pytest.mark.parametrize(("age", "body"), [(timedelta(minutes=6), BODY), (timedelta(0), BODY + b" ")])
def test_the_function_for_node_refuses_what_is_old_or_changed(
    verified_by_node: Verify, age: timedelta, body: bytes
) -> None:
    secret = secrets.new()
    done = verified_by_node(secret, signed(secret, age=age), body)
    assert done.returncode != 0
    assert ("too old" if age else "not from goflow") in done.stderr


def test_the_function_for_node_refuses_other_senders(verified_by_node: Verify) -> None:
    assert "not from goflow" in verified_by_node(secrets.new(), signed(secrets.new()), BODY).stderr


def test_the_table_of_waits_is_true() -> None:
    row = re.search(r"^\| wait \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert row
    told = [text.split(" ") for text in row[1].split(" | ")]
    assert tuple(timedelta(**{UNITS[unit]: int(count)}) for count, unit in told) == settling.WAITS
