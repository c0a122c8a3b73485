from __future__ import annotations

import re

import pytest
from django.urls import reverse

from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import endpoints, secrets
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.webhooks import queue
from tests.admin.conftest import staff

URL = "https://receiver.example/hook"
ADD = "admin:goflow_webhookendpoint_add"
BODY = '{"action":"workitem.created","instance":{"title":"<script>alert(1)</script>"}}'


@pytest.fixture(autouse=True)
def _on(settings):
    settings.GOFLOW_WEBHOOK_ENABLED = True


@pytest.fixture
def there(db):
    return endpoints.create(name="there", url=URL, headers={"Authorization": "Bearer t0ken-0f-0urs"}).endpoint


@pytest.fixture
def manager(db):
    return staff("manager", "add_webhookendpoint", "change_webhookendpoint", "delete_webhookendpoint")


@pytest.fixture
def resender(db):
    return staff("resender", "change_delivery")


def deliveries(to, count=1, **fields):
    made = [
        Delivery(endpoint=to, event_id=f"evt_{to.pk}_{n}", action="workitem.created", body=BODY, **fields)
        for n in range(count)
    ]
    queue(made)
    return made


def form(**values):
    return {"name": "there", "url": URL, "event_types": "", "headers": "{}", "timeout_seconds": 0, **values}


def act(client, model, verb, *rows, **more):
    chosen = {"action": verb, "_selected_action": [row.pk for row in rows], "index": 0, **more}
    return client.post(reverse(f"admin:goflow_{model}_changelist"), chosen, follow=True)


def verb(client, model, name, row):
    address = f"{reverse(f'admin:goflow_{model}_verb', args=[name])}?ids={row.pk}"
    return client.post(address, follow=True)


def texts(answer):
    return [str(message) for message in answer.context["messages"]]


def test_the_secret_is_shown_once(manager):
    answer = manager.post(reverse(ADD), form(), follow=True)
    stored = WebhookEndpoint.objects.get()
    shown = re.search(rb"whsec_[A-Za-z0-9+/=]{44}", answer.content)[0].decode()
    assert secrets.decrypt(stored.secret) == shown
    again = manager.get(reverse("admin:goflow_webhookendpoint_change", args=[stored.pk]))
    assert b"whsec_" not in again.content


def test_a_secret_may_be_brought_along(manager):
    manager.post(reverse(ADD), form(own_secret="correct-horse-battery-staple"))
    assert secrets.decrypt(WebhookEndpoint.objects.get().secret) == "correct-horse-battery-staple"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("url", "http://receiver.example/", "GOFLOW_WEBHOOK_ALLOWED_SCHEMES"),
        ("url", "https://receiver.example:8443/", "GOFLOW_WEBHOOK_ALLOWED_PORTS"),
        ("url", "https://10.0.0.1/", "GOFLOW_WEBHOOK_ALLOWED_NETWORKS"),
        ("event_types", "workitem.exploded", "workitem.exploded"),
        ("headers", '{"Host": "x"}', "Host"),
        ("headers", "[1]", '{"Name": "value"}'),
        ("own_secret", "weak", "24 to 200"),
    ],
)
def test_what_cannot_work_is_told_at_its_field(manager, field, value, told):
    answer = manager.post(reverse(ADD), form(**{field: value}))
    assert told in str(answer.context["adminform"].form.errors[field].as_data())
    assert not WebhookEndpoint.objects.exists()


def test_it_is_told_that_webhooks_are_off(manager, settings):
    settings.GOFLOW_WEBHOOK_ENABLED = False
    answer = manager.post(reverse(ADD), form(), follow=True)
    assert any("GOFLOW_WEBHOOK_ENABLED" in text for text in texts(answer))


def test_a_change_is_stored_and_keeps_the_secret(manager, there):
    address = reverse("admin:goflow_webhookendpoint_change", args=[there.pk])
    before = there.secret
    manager.post(address, form(name="here", event_types="workitem.*"))
    there.refresh_from_db()
    assert (there.name, there.event_types, there.secret) == ("here", "workitem.*", before)


def test_a_new_secret_is_asked_for_and_shown(manager, there):
    before = there.secret
    answer = verb(manager, "webhookendpoint", "rotate", there)
    there.refresh_from_db()
    assert there.secret_before == before
    assert secrets.decrypt(there.secret) in texts(answer)[0]


def test_a_test_is_written(manager, there):
    answer = act(manager, "webhookendpoint", "test", there)
    assert "A test is on its way" in texts(answer)[0]
    assert OutboxMessage.objects.get().payload["events"][0]["action"] == "test.ping"


def test_a_test_is_refused_while_webhooks_are_off(manager, there, settings):
    settings.GOFLOW_WEBHOOK_ENABLED = False
    answer = act(manager, "webhookendpoint", "test", there)
    assert "GOFLOW_WEBHOOK_ENABLED = True" in texts(answer)[0]


def test_endpoints_are_disabled_and_enabled(manager, there):
    verb(manager, "webhookendpoint", "disable", there)
    there.refresh_from_db()
    assert not there.enabled
    act(manager, "webhookendpoint", "enable", there)
    there.refresh_from_db()
    assert there.enabled


def test_deleting_names_how_many_deliveries_go(manager, there):
    deliveries(there, 3)
    address = reverse("admin:goflow_webhookendpoint_delete", args=[there.pk])
    assert b"evt_" not in manager.get(address).content
    manager.post(address, {"post": "yes"})
    assert (WebhookEndpoint.objects.count(), Delivery.objects.count()) == (0, 0)


def test_readers_see_no_values_of_headers(viewer, there):
    content = viewer.get(reverse("admin:goflow_webhookendpoint_change", args=[there.pk])).content
    assert b"Authorization" in content
    assert b"t0ken-0f-0urs" not in content


def test_nobody_reads_a_secret(client, there):
    pages = [
        reverse("admin:goflow_webhookendpoint_changelist"),
        reverse("admin:goflow_webhookendpoint_change", args=[there.pk]),
    ]
    for page in pages:
        content = client.get(page).content
        assert there.secret.encode() not in content
        assert secrets.decrypt(there.secret).encode() not in content


@pytest.mark.parametrize("name", ["test", "rotate", "enable", "disable"])
def test_readers_change_nothing(viewer, there, name):
    address = f"{reverse('admin:goflow_webhookendpoint_verb', args=[name])}?ids={there.pk}"
    assert (viewer.get(address).status_code, viewer.post(address).status_code) == (403, 403)


def test_log_and_body_are_readable_and_harmless(client, there):
    log = [{"at": "2026", "status": 500, "ms": 12, "error": "", "answer": "<img src=x onerror=alert(1)>"}]
    [row] = deliveries(there, log=log)
    content = client.get(reverse("admin:goflow_delivery_change", args=[row.pk])).content.decode()
    assert "&quot;action&quot;: &quot;workitem.created&quot;" in content
    assert "12 ms" in content
    assert "<script>alert" not in content
    assert "<img src=x" not in content


def test_one_is_sent_again(resender, there):
    [row] = deliveries(there)
    Delivery.objects.update(status="delivered")
    OutboxMessage.objects.all().delete()
    answer = verb(resender, "delivery", "replay", row)
    assert "is sent again" in texts(answer)[0]
    assert OutboxMessage.objects.get().payload == {"delivery": row.pk}


def test_all_that_match_are_sent_again(resender, there):
    rows = deliveries(there, 150, status="failed")
    OutboxMessage.objects.all().delete()
    answer = act(resender, "delivery", "replay_chosen", rows[0], select_across=1)
    assert "150 deliveries are sent again" in texts(answer)[0]
    assert OutboxMessage.objects.filter(kind=outbox.WEBHOOK).count() == 150


def test_deliveries_of_disabled_endpoints_are_left_alone(resender, there):
    rows = deliveries(there, status="failed")
    endpoints.disable(there)
    assert "left alone" in texts(act(resender, "delivery", "replay_chosen", *rows))[1]
    assert "cannot be sent" in texts(verb(resender, "delivery", "replay", rows[0]))[0]


def test_readers_send_nothing_again(viewer, there):
    rows = deliveries(there, status="failed")
    address = f"{reverse('admin:goflow_delivery_verb', args=['replay'])}?ids={rows[0].pk}"
    assert viewer.post(address).status_code == 403
    act(viewer, "delivery", "replay_chosen", *rows)
    assert Delivery.objects.get().status == "failed"


@pytest.mark.parametrize(
    "query",
    [
        "status__exact=failed",
        "endpoint=1",
        "endpoint=x",
        f"endpoint={'9' * 40}",
        f"endpoint={'9' * 5000}",
        "action=workitem.created",
    ],
)
def test_deliveries_are_filtered(client, there, query):
    deliveries(there)
    assert client.get(f"{reverse('admin:goflow_delivery_changelist')}?{query}").status_code == 200


def test_each_tenant_has_its_own(client, boss, settings, there):
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "acme", "org_id": ""}
    deliveries(there)
    for name in ("webhookendpoint", "delivery"):
        assert list(client.get(reverse(f"admin:goflow_{name}_changelist")).context["cl"].queryset) == []
    client.post(reverse(ADD), form(name="mine"))
    assert WebhookEndpoint.objects.get(name="mine").tenant_id == "acme"


def test_a_filter_that_cannot_tell_endpoints_apart_shows_none(viewer, client, settings, there):
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows.filter(org_id="x")
    page = reverse("admin:goflow_webhookendpoint_changelist")
    assert list(viewer.get(page).context["cl"].queryset) == []
    assert list(client.get(page).context["cl"].queryset) == [there]


def test_under_such_a_filter_only_superusers_add_endpoints(manager, settings):
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows
    assert manager.post(reverse(ADD), form()).status_code == 403
    assert not WebhookEndpoint.objects.exists()
