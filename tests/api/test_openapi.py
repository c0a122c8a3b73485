from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from goflow.api import api
from tests.api.write_openapi import TARGET, text

DOCUMENT = json.loads(text(api.get_openapi_schema()))
METHODS = [(path, method) for path, found in DOCUMENT["paths"].items() for method in found]
OUTSIDE = re.compile(r'(?:src|href)="(?:https?:)?//')


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, method in METHODS:
        yield f"{method} {path}", DOCUMENT["paths"][path][method]


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for status, answer in operation["responses"].items():
        if int(status) < 300:
            yield from answer.get("content", {}).values()


def test_the_committed_document_is_true() -> None:
    told = "run python -m tests.api.write_openapi"
    assert TARGET.read_text(encoding="utf-8") == text(api.get_openapi_schema()), told


def test_every_operation_has_a_name_of_its_own_a_tag_and_a_summary() -> None:
    found = dict(operations())
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    assert [key for key, operation in found.items() if not (operation["tags"] and operation["summary"])] == []


def test_every_body_has_an_example() -> None:
    missing = [
        key for key, operation in operations() if any("example" not in body for body in bodies(operation))
    ]
    assert missing == []


@pytest.mark.parametrize(("path", "method"), METHODS)
def test_every_error_is_a_declared_problem(path: str, method: str) -> None:
    answers = DOCUMENT["paths"][path][method]["responses"]
    refusals = {status: answer for status, answer in answers.items() if int(status) >= 400}
    kinds = {kind for answer in refusals.values() for kind in answer["content"]}
    assert (refusals.keys() >= {"401"}, kinds) == (True, {"application/problem+json"})


def test_protected_operations_name_their_security() -> None:
    open_ones = [key for key, operation in operations() if not operation.get("security")]
    assert all("/api/auth/" in key for key in open_ones)
    assert DOCUMENT["components"]["securitySchemes"]["GoflowJwtAuth"] == {"type": "http", "scheme": "bearer"}


def test_lists_declare_how_they_lead_on() -> None:
    lists = [o for _key, o in operations() if "cursor" in {p["name"] for p in o["parameters"]}]
    assert [set(o["responses"]["200"]["headers"]) for o in lists] == [{"X-Next-Cursor", "Link"}] * len(lists)


@pytest.mark.parametrize(
    "name",
    [
        "SignInRequest",
        "WebSignInResponse",
        "MobileSignInResponse",
        "ProcessOut",
        "ActivityOut",
        "WorkItemOut",
        "StartProcessIn",
        "StartProcessResponse",
    ],
)
def test_the_documented_shapes_have_their_names(name: str) -> None:
    assert name in DOCUMENT["components"]["schemas"]


def test_the_documentation_page_needs_no_outside_address(db: None) -> None:
    response = Client().get("/api/docs")
    assert response.status_code == 200
    assert OUTSIDE.search(response.content.decode()) is None


def test_the_document_is_served(db: None) -> None:
    assert Client().get("/api/openapi.json").json()["info"]["title"] == "goflow"
