"""
The designer from static files with hashed names, collected and served as a project does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.static import serve

from leavedemo.urls import urlpatterns as pages
from tests.e2e.designer import Drawer, draft, stored

HASHED = re.compile(r"\.[0-9a-f]{12}\.(?:js|css|svg)$")
PLACE = "/collected/"
"""Not where the test server looks itself: it would serve the files of the apps."""


class HashedStaticFiles(ManifestStaticFilesStorage):
    """The class that the how-to of the designer recommends."""

    support_js_module_import_aggregation = True


def collected(request: HttpRequest, name: str) -> HttpResponseBase:
    return serve(request, name, document_root=django_settings.STATIC_ROOT)


urlpatterns = [path("collected/<path:name>", collected), *pages]


def test_designer_draws_with_hashed_files(draw: Callable[..., Drawer], settings: Any, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = __name__
    settings.STATIC_URL = PLACE
    settings.STATIC_ROOT = tmp_path / "collected"
    hashed = {"BACKEND": f"{__name__}.HashedStaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)
    process = draft()
    drawer = draw()
    answers: list[tuple[int, str]] = []
    drawer.page.on("response", lambda response: answers.append((response.status, response.url)))
    drawer.open(process)
    drawer.place("standard", 600, 400, "Hashed")
    drawer.saved()
    assert stored(process)["activities"] == [("Hashed", "standard", "xor", "and")]
    files = [url for _, url in answers if PLACE in url]
    assert [answer for answer in answers if answer[0] >= 400] == []
    assert len([url for url in files if url.endswith(".js")]) > 30
    assert [url for url in files if not HASHED.search(url)] == []
    assert not [url for _, url in answers if "/static/" in url]
