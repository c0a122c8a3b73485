from __future__ import annotations

import pytest
from django.urls import reverse

from goflow.workflow.models import Activity, Process, Transition


def activity_data(**changes):
    data = {"title": "File", "key": "", "kind": "standard", "node_type": "standard", "description": ""}
    data |= {
        "pushapp_param": "{}",
        "app_param": "{}",
        "join_mode": "xor",
        "split_mode": "and",
        "autofinish": "on",
    }
    return data | changes


def transition_data(source, target, **changes):
    data = {"name": "go", "key": "", "input": source.pk, "output": target.pk, "condition": "", "ordering": ""}
    return data | {"pre_hook": "", "post_hook": "", "description": ""} | changes


def test_activity_is_added_to_a_draft(client, draft):
    data = activity_data(process=draft.pk, sla_duration="3d")
    assert client.post(reverse("admin:goflow_activity_add"), data).status_code == 302
    assert Activity.objects.get(title="File").key == "file"


def test_activity_is_not_added_to_a_published_version(client, published):
    answer = client.post(reverse("admin:goflow_activity_add"), activity_data(process=published.pk))
    assert list(answer.context["adminform"].errors) == ["process"]


def test_duration_error_is_shown_at_its_field(client, draft):
    row = draft.activities.first()
    address = reverse("admin:goflow_activity_change", args=[row.pk])
    answer = client.post(address, activity_data(title=row.title, sla_duration="soon"))
    assert list(answer.context["adminform"].errors) == ["sla_duration"]


def test_activity_of_a_draft_is_changed(client, draft):
    row = draft.activities.get(title="Approve")
    client.post(reverse("admin:goflow_activity_change", args=[row.pk]), activity_data(title="Decide"))
    row.refresh_from_db()
    assert (row.title, row.key, row.roles.count()) == ("Decide", "approve", 0)


@pytest.mark.parametrize("name", ["activity", "transition"])
def test_part_of_a_published_version_is_shown_only(client, published, name):
    row = getattr(published, {"activity": "activities", "transition": "transitions"}[name]).first()
    address = reverse(f"admin:goflow_{name}_change", args=[row.pk])
    assert client.get(address).context["has_change_permission"] is False
    assert client.post(address, {"title": "x", "name": "x"}).status_code == 403


@pytest.mark.parametrize("name", ["activity", "transition"])
def test_part_of_a_published_version_is_not_deleted(client, published, name):
    row = getattr(published, {"activity": "activities", "transition": "transitions"}[name]).first()
    answer = client.post(reverse(f"admin:goflow_{name}_delete", args=[row.pk]), {"post": "yes"}, follow=True)
    assert "Edit the process as a new draft" in answer.content.decode()
    assert type(row).objects.filter(pk=row.pk).exists()


def test_activities_of_published_versions_are_not_deleted_from_the_list(client, published):
    chosen = {"action": "delete_selected", "_selected_action": [published.begin_id], "post": "yes"}
    answer = client.post(reverse("admin:goflow_activity_changelist"), chosen)
    assert "Edit the process as a new draft" in answer.content.decode()
    assert published.activities.count() == 2


def test_deleted_activity_of_a_draft_leaves_the_process(client, draft):
    # D5: deleting the begin activity deleted the process.
    address = reverse("admin:goflow_activity_delete", args=[draft.begin_id])
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert Process.objects.get().begin is None
    assert draft.activities.count() == 2


def test_transition_is_added_within_a_draft(client, draft):
    ask, _, end = draft.activities.all()
    data = transition_data(ask, end, process=draft.pk, condition="SKIP")
    assert client.post(reverse("admin:goflow_transition_add"), data).status_code == 302
    assert Transition.objects.get(name="go").key == "ask-end"


def test_transition_into_another_process_is_refused_at_the_field(client, draft):
    # D49: a transition across processes answered 500.
    other = Process.objects.create(title="Other").add_activity("Elsewhere")
    data = transition_data(draft.begin, other, process=draft.pk)
    answer = client.post(reverse("admin:goflow_transition_add"), data)
    assert dict(answer.context["adminform"].errors) == {"output": ["Choose an activity of this process."]}


def test_transition_without_ends_is_refused_at_the_fields(client, draft):
    data = transition_data(draft.begin, draft.begin, process="", input="", output="")
    answer = client.post(reverse("admin:goflow_transition_add"), data)
    assert set(answer.context["adminform"].errors) == {"process", "input", "output"}


def test_transition_page_offers_activities_of_its_process_only(client, draft):
    Process.objects.create(title="Other").add_activity("Elsewhere")
    row = draft.transitions.first()
    body = client.get(reverse("admin:goflow_transition_change", args=[row.pk])).content.decode()
    assert "Elsewhere" not in body


def test_form_names_are_suggested(client, draft):
    body = client.get(reverse("admin:goflow_activity_change", args=[draft.begin_id])).content.decode()
    assert 'list="id_form_class-known"' in body
    assert '<datalist id="id_form_class-known">' in body
