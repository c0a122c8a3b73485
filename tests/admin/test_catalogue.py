from __future__ import annotations

import pytest
from django.urls import reverse

from goflow.workflow import registry
from goflow.workflow.models import Activity, Application, PushApplication


def add(client, name, **data):
    return client.post(reverse(f"admin:goflow_{name}_add"), {"suffix": "w"} | data)


def test_registered_push_application_is_added(client):
    assert add(client, "pushapplication", url="route_to_requester").status_code == 302
    assert PushApplication.objects.get().url == "route_to_requester"


def test_unregistered_push_application_is_refused(client):
    answer = add(client, "pushapplication", url="os.system")
    assert "Nothing is registered as “os.system”" in answer.context["adminform"].errors["url"][0]


def test_registered_names_are_listed(client):
    body = client.get(reverse("admin:goflow_pushapplication_add")).content.decode()
    assert body.count("route_to_requester") >= 2


def test_application_may_be_a_path(client, settings):
    settings.WF_APPS_PREFIX = ""
    assert add(client, "application", url="hr/approve").status_code == 302


@pytest.mark.parametrize(
    "url", ["typo", "//evil.example", "javascript:alert(1)/", "https://evil.example/x", "a b/c"]
)
def test_application_is_registered_or_a_path(client, settings, url):
    settings.WF_APPS_PREFIX = ""
    assert list(add(client, "application", url=url).context["adminform"].errors) == ["url"]
    assert not Application.objects.exists()


@pytest.mark.parametrize("name", ["application", "pushapplication"])
def test_what_is_in_use_is_not_deleted(client, published, name):
    # D6: deleting an application deleted activities, processes and their instances.
    row = {"application": Application, "pushapplication": PushApplication}[name].objects.create(url="hr/x")
    field = {"application": "application", "pushapplication": "push_application"}[name]
    draft = published.clone(by=None)
    draft.add_activity("Uses it", **{field: row} if name == "application" else {"push": row.url})
    answer = client.post(reverse(f"admin:goflow_{name}_delete", args=[row.pk]), {"post": "yes"})
    assert "would require deleting the following protected related objects" in answer.content.decode()
    assert Activity.objects.filter(title="Uses it").exists()


def test_unused_application_is_deleted(client):
    row = Application.objects.create(url="hr/x")
    client.post(reverse("admin:goflow_application_delete", args=[row.pk]), {"post": "yes"})
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("code", "external", "told"),
    [
        (len, True, "after commit"),
        (None, True, "after commit, by workers outside"),
        (len, False, "inside the step"),
    ],
)
def test_it_is_told_when_an_application_runs(client, code, external, told):
    Application.objects.create(url="press")
    with registry.registered(registry.APPLICATION, "press", code, external=external):
        body = client.get(reverse("admin:goflow_application_changelist")).content.decode()
    assert f'<td class="field-runs">{told}</td>' in body
