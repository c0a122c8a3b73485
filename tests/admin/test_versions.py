from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from goflow.workflow import publishing
from goflow.workflow.models import Process
from tests.admin.conftest import staff


def page(verb, *rows):
    return f"{reverse('admin:goflow_process_verb', args=[verb])}?ids={','.join(str(row.pk) for row in rows)}"


def texts(answer):
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("verb", ["publish", "clone", "retire"])
def test_looking_at_the_page_changes_nothing(client, draft, verb):
    # D71: following a link published and cloned.
    assert client.get(page(verb, draft)).status_code == 200
    assert list(Process.objects.values_list("status", "version")) == [("draft", 1)]


def test_publish_page_lists_the_problems(client, draft):
    draft.add_activity("Lost")
    body = client.get(page("publish", draft)).content.decode()
    assert "can never be reached" in body
    assert "Connect it with a transition, or remove it." in body


def test_draft_is_published_with_its_note(client, draft, boss):
    answer = client.post(page("publish", draft), {"note": "first", "seen": ""}, follow=True)
    draft.refresh_from_db()
    assert (draft.status, draft.version_note, draft.published_by) == ("published", "first", boss)
    assert texts(answer) == ["“Leave v1” is published; new requests start from it."]


def test_draft_with_errors_is_refused_with_the_list(client, draft):
    draft.add_activity("Lost")
    answer = client.post(page("publish", draft), {"note": "first"})
    draft.refresh_from_db()
    assert (draft.status, draft.version_note) == ("draft", "")
    assert "cannot be published" in texts(answer)[0]
    assert "can never be reached" in answer.content.decode()


def test_draft_changed_since_it_was_shown_is_not_published(client, draft):
    seen = client.get(page("publish", draft)).context["form"]["seen"].value()
    draft.title = "Other"
    draft.save()
    answer = client.post(page("publish", draft), {"note": "", "seen": seen})
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert "was published or changed meanwhile" in texts(answer)[0]


def test_published_version_is_not_published_again(client, published):
    answer = client.post(page("publish", published), {"note": "x"})
    assert "was published or changed meanwhile" in texts(answer)[0]


def test_clone_leads_to_the_new_draft(client, published):
    # D3: cloning always failed and left half a draft behind.
    answer = client.post(page("clone", published), {"note": "next"})
    copy = Process.objects.get(version=2)
    assert answer.url == reverse("admin:goflow_process_change", args=[copy.pk])
    assert (copy.status, copy.version_note, copy.activities.count()) == ("draft", "next", 2)


def test_published_version_is_retired(client, published):
    client.post(page("retire", published))
    published.refresh_from_db()
    assert (published.status, published.published_code) == ("retired", None)


def test_draft_is_not_retired(client, draft):
    answer = client.post(page("retire", draft))
    assert "was published or changed meanwhile" in texts(answer)[0]


def test_list_action_leads_to_the_page(client, draft):
    chosen = {"action": "publish", "_selected_action": [draft.pk], "index": 0}
    answer = client.post(reverse("admin:goflow_process_changelist"), chosen)
    assert answer.url == page("publish", draft)


def test_several_drafts_are_published_each_with_its_own_result(client, draft):
    copy = publishing.clone(draft, by=None)
    copy.add_activity("Lost")
    answer = client.post(page("publish", draft, copy), {"note": ""}, follow=True)
    assert sorted(Process.objects.values_list("version", "status")) == [(1, "published"), (2, "draft")]
    assert len(texts(answer)) == 2


def test_change_page_offers_what_applies(client, draft, published):
    offered = {
        row.status: [
            address
            for _, address in client.get(reverse("admin:goflow_process_change", args=[row.pk])).context[
                "verbs"
            ]
        ]
        for row in (draft, published)
    }
    assert offered == {
        "draft": [page("publish", draft), page("clone", draft)],
        "published": [page("clone", published), page("retire", published)],
    }


def test_viewer_is_refused(viewer, draft):
    assert viewer.post(page("publish", draft), {"note": ""}).status_code == 403
    assert Process.objects.get().status == "draft"


@pytest.mark.parametrize("number", ["9" * 40, "9" * 5000])
def test_a_revision_that_nobody_has_seen_is_not_published(client, draft, number):
    client.post(page("publish", draft), {"note": "", "seen": f"{draft.pk}:{number} {number}:1"})
    draft.refresh_from_db()
    assert draft.is_draft


def test_change_permission_is_enough(db, draft):
    editor = staff("editor", "change_process")
    assert editor.post(page("publish", draft), {"note": ""}).status_code == 302
    assert Process.objects.get().published_by == User.objects.get(username="editor")


@pytest.mark.parametrize("ids", ["", "x", "999", "9" * 40, "9" * 5000])
def test_unknown_versions_are_not_found(client, db, ids):
    assert (
        client.get(f"{reverse('admin:goflow_process_verb', args=['publish'])}?ids={ids}").status_code == 404
    )


def test_unknown_verb_is_not_found(client, draft):
    assert client.get(page("explode", draft)).status_code == 404


def test_verbs_appear_in_the_history(client, draft):
    client.post(page("publish", draft), {"note": ""})
    assert b"Publish" in client.get(reverse("admin:goflow_process_history", args=[draft.pk])).content
