"""
What django-ninja leaves out of the OpenAPI document: problem documents, headers, examples.
"""

from __future__ import annotations

from typing import Any

from goflow.api.errors import PROBLEM_TYPE

JSON = "application/json"
REFERENCE = "#/components/schemas/"
PHRASES = {413: "Request Entity Too Large", 422: "Unprocessable Entity"}
"""What Python called these answers before 3.13: the document is the same on every Python."""

PROBLEM = f"{REFERENCE}Problem"

PAGED = {
    "X-Next-Cursor": {
        "description": "The cursor of the next page; missing on the last.",
        "schema": {"type": "string"},
    },
    "Link": {"description": 'The address of the next page, rel="next".', "schema": {"type": "string"}},
}
CHALLENGED = {"WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}}}
DELAYED = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
TAGGED = {"ETag": {"description": "The revision of the draft, for If-Match.", "schema": {"type": "string"}}}

Data = dict[str, Any]


def completed(document: Data) -> Data:
    """
    The same document, brought up to what our answers really are.
    """
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation, schemas)
    return document


def _complete(operation: Data, schemas: Data) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for status, answer in operation["responses"].items():
        answer["description"] = PHRASES.get(int(status), answer.get("description", ""))
        if int(status) >= 400:
            _as_problem(int(status), answer)
        elif "cursor" in names:
            answer["headers"] = PAGED
        elif operation["operationId"] in {"getGraph", "saveGraph"}:
            answer["headers"] = TAGGED
        _add_examples(answer.get("content", {}), schemas)
    _add_examples(operation.get("requestBody", {}).get("content", {}), schemas)


def _as_problem(status: int, answer: Data) -> None:
    content = answer.get("content", {})
    if content.get(JSON, {}).get("schema", {}).get("$ref") == PROBLEM:
        content[PROBLEM_TYPE] = content.pop(JSON)
    headers = {401: CHALLENGED, 429: DELAYED}.get(status)
    if headers:
        answer["headers"] = headers


def _add_examples(content: Data, schemas: Data) -> None:
    for kind, media in content.items():
        found = _example(media.get("schema", {}), schemas)
        if found is not None and kind != PROBLEM_TYPE:
            media.setdefault("example", found)


def _example(schema: Data, schemas: Data) -> object:
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].removeprefix(REFERENCE)], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "array":
        inner = _example(schema.get("items", {}), schemas)
        return None if inner is None else [inner]
    parts = [part for name in ("anyOf", "allOf") for part in schema.get(name, ())]
    return next((found for part in parts if (found := _example(part, schemas)) is not None), None)
