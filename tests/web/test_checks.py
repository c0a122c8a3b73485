from __future__ import annotations

from django.conf import settings
from django.test import override_settings

from goflow.web import checks


def test_complete_settings_are_fine() -> None:
    assert checks.middleware(None) == []


@override_settings(MIDDLEWARE=[path for path in settings.MIDDLEWARE if "Csrf" not in path])
def test_missing_csrf_middleware_is_told() -> None:
    assert [found.id for found in checks.middleware(None)] == ["goflow.W204"]
