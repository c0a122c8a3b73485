from __future__ import annotations

import json
import re
from typing import Any

import pytest

from goflow.workflow.models import Process
from tests.designer.conftest import Desk, purchase

DATA = re.compile(r'<script id="goflow-designer" type="application/json">(.*?)</script>', re.DOTALL)


def data(desk: Desk, process: Process, language: str = "") -> Any:
    page = desk.client.get(f"{language}/workflow/designer/{process.pk}/").content.decode()
    found = DATA.search(page)
    assert found is not None
    return json.loads(found[1])


def test_the_page_carries_what_its_scripts_need(edith: Desk, draft: Process) -> None:
    told = data(edith, draft)
    assert told["process"]["id"] == draft.pk
    assert told["may"]["edit"] is True
    assert told["user"] == "Edith Moor"
    assert told["limits"]["title"] == 100


def test_addresses_stay_in_the_language_of_the_page(edith: Desk, draft: Process) -> None:
    told = data(edith, draft, "/de")
    assert told["language"] == "de"
    assert {path.startswith("/de/workflow/") for path in told["urls"].values()} == {True}


def test_every_address_answers(edith: Desk, draft: Process) -> None:
    urls = data(edith, draft)["urls"]
    readable = ("page", "draft", "instances", "review", "versions", "export", "overview", "processes")
    assert {name: edith.client.get(urls[name]).status_code for name in readable} == dict.fromkeys(
        readable, 200
    )


@pytest.mark.parametrize(
    "place", ["toolbar", "palette", "canvas", "properties", "panels", "outline", "live", "save", "presence"]
)
def test_the_page_has_a_place_for_every_part(edith: Desk, draft: Process, place: str) -> None:
    assert f'id="designer-{place}"' in edith.get(f"{draft.pk}/").content.decode()


def test_nothing_is_inline(edith: Desk, draft: Process) -> None:
    page = edith.get(f"{draft.pk}/").content.decode()
    assert "<style" not in page
    assert not re.search(r"\son\w+=|\sstyle=", page)
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag] == [
        '<script id="goflow-designer" type="application/json">'
    ]


def test_texts_for_scripts_come_in_the_language_of_the_page(edith: Desk) -> None:
    answer = edith.client.get("/fr/workflow/designer/jsi18n/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_drafts_lead_from_their_page_to_the_designer(edith: Desk, draft: Process) -> None:
    page = edith.client.get(f"/workflow/process/{draft.pk}/").content.decode()
    assert f'href="/workflow/designer/{draft.pk}/"' in page


def test_published_versions_are_read_only(edith: Desk) -> None:
    told = data(edith, purchase())
    assert (told["process"]["status"], told["may"]) == (
        "published",
        {"change": True, "edit": False, "publish": False, "make_roles": False},
    )
