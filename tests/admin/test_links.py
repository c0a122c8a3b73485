from __future__ import annotations

from django.urls import reverse

from goflow.journal.models import AuditEvent
from goflow.workflow.cloning import clone
from goflow.workflow.models import Process
from tests.admin.conftest import staff


def change_page(row):
    return reverse("admin:goflow_process_change", args=[row.pk])


def mounted(settings):
    settings.ROOT_URLCONF = "tests.urls"


def test_change_page_leads_to_the_pages_of_the_version(client, draft, settings):
    mounted(settings)
    pages = client.get(change_page(draft)).context["pages"]
    assert [(str(label), address) for label, address in pages] == [
        ("Open", f"/workflow/process/{draft.pk}/"),
        ("Versions", f"/workflow/process/{draft.pk}/versions/"),
        ("Export", f"/workflow/process/{draft.pk}/export/"),
    ]


def test_change_page_leads_to_the_comparison_with_the_version_before(client, draft, settings):
    mounted(settings)
    copy = clone(draft, by=None)
    label, address = client.get(change_page(copy)).context["pages"][-1]
    assert (str(label), address) == (
        "Compare",
        f"/workflow/process/{draft.pk}/diff/?compare={copy.pk}&format=html",
    )


def test_viewers_are_not_led_to_pages_they_would_not_find(viewer, draft, settings):
    mounted(settings)
    assert viewer.get(change_page(draft)).context["pages"] == []


def test_list_leads_to_the_import(client, settings, db):
    mounted(settings)
    assert (
        'href="/workflow/process/import/"'
        in client.get(reverse("admin:goflow_process_changelist")).content.decode()
    )


def test_viewers_are_not_led_to_the_import(settings, db):
    mounted(settings)
    page = staff("vic").get(reverse("admin:goflow_process_changelist"))
    assert "process/import/" not in page.content.decode()


def test_admin_works_where_the_pages_are_not_mounted(client, draft):
    assert client.get(change_page(draft)).context["pages"] == []


def test_deleting_a_draft_is_recorded(client, draft):
    client.post(reverse("admin:goflow_process_delete", args=[draft.pk]), {"post": "yes"})
    event = AuditEvent.objects.get(action="process.discarded")
    assert (event.process_id, event.metadata["version"]) == (draft.pk, 1)
    assert not Process.objects.exists()


def test_deleting_several_drafts_is_recorded(client, draft):
    copy = clone(draft, by=None)
    chosen = {"action": "delete_selected", "_selected_action": [draft.pk, copy.pk], "post": "yes"}
    client.post(reverse("admin:goflow_process_changelist"), chosen)
    assert AuditEvent.objects.filter(action="process.discarded").count() == 2
    assert not Process.objects.exists()
