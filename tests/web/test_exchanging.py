from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goflow import testing
from goflow.workflow.models import Process

pytestmark = pytest.mark.django_db

IMPORT = "/workflow/process/import/"
FOREIGN = {
    "format": "goflow-process",
    "format_version": 1,
    "code": "foreign",
    "title": "Foreign",
    "begin": "one",
    "end": "two",
    "activities": [{"key": "one", "title": "Sign", "roles": ["ghosts"]}, {"key": "two", "title": "Sign"}],
    "transitions": [{"key": "one-two", "source": "one", "target": "two"}],
}
RENAMED = "Another activity is called “Sign”: this one became “Sign 2”."


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(testing.person("root", is_superuser=True))
    return client


def shown(response: Any) -> str:
    return unescape(response.content.decode())


def carried(response: Any) -> dict[str, str]:
    """What the form of the preview sends."""
    given = {"text": response.context["carried"], response.context["confirmed"]: "1"}
    return {**given, "create_roles": "on"} if response.context["create_roles"] else given


def test_a_file_is_shown_before_it_is_imported(root: Client) -> None:
    file = SimpleUploadedFile("foreign.json", json.dumps(FOREIGN).encode())
    response = root.post(IMPORT, {"file": file})
    page = shown(response)
    assert response.status_code == 200
    assert "It becomes a new draft of the new process “foreign”." in page
    assert "2 activities, 1 transition" in page
    assert "<svg" in page
    assert RENAMED in page
    assert "These roles do not exist here: ghosts. Create them before publishing." in page
    assert not Process.objects.filter(code="foreign").exists()


def test_what_the_preview_showed_is_imported(root: Client) -> None:
    preview = root.post(IMPORT, {"text": json.dumps(FOREIGN)})
    response = root.post(IMPORT, carried(preview), follow=True)
    process = Process.objects.get(code="foreign")
    assert (process.code, process.is_draft) == ("foreign", True)
    assert sorted(process.activities.values_list("title", flat=True)) == ["Sign", "Sign 2"]
    assert RENAMED in [str(message) for message in response.context["messages"]]


def test_the_preview_tells_the_next_version(root: Client) -> None:
    for _ in range(2):
        preview = root.post(IMPORT, {"text": json.dumps(FOREIGN)})
        root.post(IMPORT, carried(preview))
    assert "version 2 of the process “foreign”" in shown(preview)


def test_the_preview_tells_the_roles_that_will_be_made(root: Client) -> None:
    preview = root.post(IMPORT, {"text": json.dumps(FOREIGN), "create_roles": "on"})
    assert "These roles do not exist here and will be made: ghosts." in shown(preview)
    assert "do not exist here: ghosts" not in shown(preview)
    assert not Group.objects.filter(name="ghosts").exists()
    root.post(IMPORT, carried(preview))
    assert Group.objects.filter(name="ghosts").exists()


def test_a_preview_of_a_known_process_says_that_nothing_changes(root: Client) -> None:
    plain = {**FOREIGN, "activities": [{"key": "one", "title": "Sign"}, {"key": "two", "title": "Send"}]}
    assert "nothing has to be renamed" in shown(root.post(IMPORT, {"text": json.dumps(plain)}))


def test_the_preview_shows_names_as_text(root: Client) -> None:
    hostile = {**FOREIGN, "title": "<script>alert(1)</script>"}
    response = root.post(IMPORT, {"text": json.dumps(hostile)})
    assert "<script>alert" not in response.content.decode()


def test_what_is_changed_in_the_carried_definition_is_judged_again(root: Client) -> None:
    preview = root.post(IMPORT, {"text": json.dumps(FOREIGN)})
    response = root.post(IMPORT, {**carried(preview), "text": "{"})
    assert response.status_code == 422
    assert not Process.objects.filter(code="foreign").exists()


def test_a_file_that_no_form_carries_is_refused_with_a_way_out(root: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4_500
    file = SimpleUploadedFile("foreign.json", json.dumps({**FOREIGN, "description": "x" * 5_000}).encode())
    response = root.post(IMPORT, {"file": file})
    assert response.status_code == 422
    assert "manage.py goflow_import" in shown(response)


def test_who_may_not_change_processes_gets_no_preview(client: Client) -> None:
    client.force_login(testing.person("ana"))
    assert client.post(IMPORT, {"text": json.dumps(FOREIGN)}).status_code == 403
