"""
Writes ``docs/openapi.json``: ``python -m tests.api.write_openapi``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import django
from django.utils.module_loading import import_string

TARGET = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def text(schema: object) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("GOFLOW_TEST_DATABASE_NAME", ":memory:")
    django.setup()
    api = import_string("goflow.api.api")
    TARGET.write_text(text(api.get_openapi_schema()), encoding="utf-8")


if __name__ == "__main__":
    main()
