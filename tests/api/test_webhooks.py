from __future__ import annotations

from typing import Any

import pytest

from goflow.journal.models import OutboxMessage
from goflow.outbound import endpoints, secrets
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.webhooks import queue
from goflow.testing import person
from tests.api.conftest import As, Caller, allowed

URL = "https://receiver.example/hook"


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.GOFLOW_WEBHOOK_ENABLED = True


@pytest.fixture
def caller(as_: As) -> Caller:
    """Signed in as a superuser."""
    return as_(person("root", is_superuser=True))


@pytest.fixture
def there(db: None) -> WebhookEndpoint:
    return endpoints.create(name="there", url=URL).endpoint


def deliveries(to: WebhookEndpoint, count: int = 1, **fields: Any) -> list[Delivery]:
    before = Delivery.objects.count()
    made = [
        Delivery(endpoint=to, event_id=f"evt_{n}_0", action="workitem.created", body='{"n":1}', **fields)
        for n in range(before, before + count)
    ]
    queue(made)
    return made


def test_the_secret_is_told_once(caller: Caller) -> None:
    made = caller.post(
        "/webhooks", {"name": "there", "url": URL, "event_types": ["workitem.*", "sla.warned"]}
    )
    assert made.status_code == 201
    stored = WebhookEndpoint.objects.get()
    assert made.json()["secret"] == secrets.decrypt(stored.secret)
    shown = caller.get(f"/webhooks/{stored.pk}").json()
    assert shown["event_types"] == ["workitem.*", "sla.warned"]
    assert "secret" not in shown


def test_values_of_headers_are_not_told(caller: Caller) -> None:
    made = caller.post("/webhooks", {"name": "n", "url": URL, "headers": {"Authorization": "Bearer t0ken"}})
    assert made.json()["header_names"] == ["Authorization"]
    assert "t0ken" not in made.content.decode() + caller.get("/webhooks").content.decode()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"url": "http://receiver.example/"}, "webhook-url-refused"),
        ({"url": "https://127.0.0.1/"}, "webhook-address-refused"),
        ({"headers": {"Host": "x"}}, "webhook-header-refused"),
        ({"secret": "weak"}, "webhook-secret-refused"),
        ({"event_types": ["workitem.exploded"]}, "webhook-events-unknown"),
        ({"event_types": ["workitem.created"] * 50}, "invalid"),
        ({"event_types": ["workitem.created,sla.warned"]}, "invalid"),
        ({"timeout_seconds": 16}, "invalid"),
        ({"name": ""}, "invalid"),
    ],
)
def test_what_cannot_work_is_refused(caller: Caller, values: dict[str, Any], code: str) -> None:
    answer = caller.post("/webhooks", {"name": "there", "url": URL, **values})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not WebhookEndpoint.objects.exists()


def test_what_is_left_out_of_a_change_stays(caller: Caller, there: WebhookEndpoint) -> None:
    answer = caller.send("patch", f"/webhooks/{there.pk}", {"event_types": ["sla.warned"]})
    assert (answer.json()["event_types"], answer.json()["name"]) == (["sla.warned"], "there")
    answer = caller.send("patch", f"/webhooks/{there.pk}", {"event_types": [], "enabled": False})
    assert (answer.json()["event_types"], answer.json()["enabled"]) == ([], False)
    assert caller.send("patch", f"/webhooks/{there.pk}", {"enabled": True}).json()["enabled"]


def test_a_rotation_tells_the_new_secret(caller: Caller, there: WebhookEndpoint) -> None:
    answer = caller.post(f"/webhooks/{there.pk}/rotate").json()
    there.refresh_from_db()
    assert answer["secret"] == secrets.decrypt(there.secret)
    assert answer["secret_before_until"] is not None
    own = caller.post(f"/webhooks/{there.pk}/rotate", {"secret": "correct-horse-battery-staple"})
    assert own.json()["secret"] == "correct-horse-battery-staple"


def test_a_test_is_on_its_way(caller: Caller, there: WebhookEndpoint, settings: Any) -> None:
    answer = caller.post(f"/webhooks/{there.pk}/test")
    message = OutboxMessage.objects.latest("pk")
    assert (answer.status_code, answer.json()["event_id"]) == (202, f"evt_{message.pk}_0")
    settings.GOFLOW_WEBHOOK_ENABLED = False
    refused = caller.post(f"/webhooks/{there.pk}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhooks-off")


def test_an_endpoint_is_deleted_with_its_log(caller: Caller, there: WebhookEndpoint) -> None:
    deliveries(there)
    assert caller.send("delete", f"/webhooks/{there.pk}").status_code == 204
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("codename", "method", "path"),
    [
        ("view_webhookendpoint", "get", "/webhooks"),
        ("add_webhookendpoint", "post", "/webhooks"),
        ("change_webhookendpoint", "patch", "/webhooks/{id}"),
        ("change_webhookendpoint", "post", "/webhooks/{id}/rotate"),
        ("change_webhookendpoint", "post", "/webhooks/{id}/test"),
        ("delete_webhookendpoint", "delete", "/webhooks/{id}"),
        ("view_delivery", "get", "/deliveries"),
        ("change_delivery", "post", "/deliveries/replay"),
    ],
)
def test_each_verb_needs_its_own_permission(
    as_: As, there: WebhookEndpoint, codename: str, method: str, path: str
) -> None:
    every = {
        "view_webhookendpoint",
        "add_webhookendpoint",
        "change_webhookendpoint",
        "delete_webhookendpoint",
    }
    every |= {"view_delivery", "change_delivery"}
    body = {"name": "n", "url": URL, "status": "failed"} if method in {"post", "patch"} else None
    body = {"name": "n"} if method == "patch" else {} if path.endswith(("rotate", "test")) else body
    without = as_(allowed("all-but", *(every - {codename})))
    refused = without.send(method, path.format(id=there.pk), body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert as_(allowed("only", codename)).send(method, path.format(id=there.pk), body).status_code < 300


def test_deliveries_come_in_pages(caller: Caller, there: WebhookEndpoint) -> None:
    made = deliveries(there, 5)
    first = caller.get("/deliveries?limit=3")
    rest = caller.get(f"/deliveries?limit=3&cursor={first.headers['X-Next-Cursor']}")
    found = [row["id"] for row in first.json() + rest.json()]
    assert found == [row.pk for row in reversed(made)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=failed", 2),
        ("status=waiting", 1),
        ("action=workitem.created", 3),
        ("action=sla.warned", 0),
        ("webhook_id=999999", 0),
        ("instance_id=7", 1),
        ("event_id=evt_0_0", 1),
    ],
)
def test_deliveries_are_filtered(caller: Caller, there: WebhookEndpoint, query: str, count: int) -> None:
    deliveries(there, 2, status="failed")
    deliveries(there, instance_id=7)
    assert len(caller.get(f"/deliveries?{query}").json()) == count


def test_one_delivery_has_its_body_and_log(caller: Caller, there: WebhookEndpoint) -> None:
    log = [{"at": "2026-11-21T09:00:01+00:00", "status": 503, "ms": 12, "error": "", "answer": "down"}]
    [row] = deliveries(there, log=log)
    shown = caller.get(f"/deliveries/{row.pk}").json()
    assert (shown["body"], shown["log"][0]["status"]) == ({"n": 1}, 503)


def test_one_is_sent_again(caller: Caller, there: WebhookEndpoint) -> None:
    [row] = deliveries(there, status="delivered")
    OutboxMessage.objects.all().delete()
    answer = caller.post(f"/deliveries/{row.pk}/replay")
    assert (answer.status_code, answer.json()["status"], answer.json()["last_error"]) == (200, "waiting", "")
    assert OutboxMessage.objects.get().payload == {"delivery": row.pk}


def test_one_of_a_disabled_endpoint_is_not(caller: Caller, there: WebhookEndpoint) -> None:
    [row] = deliveries(there, status="failed")
    endpoints.disable(there)
    answer = caller.post(f"/deliveries/{row.pk}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook-endpoint-disabled")


def test_many_are_sent_again(caller: Caller, there: WebhookEndpoint) -> None:
    failed = deliveries(there, 3, status="failed")
    deliveries(there, 2, status="delivered")
    OutboxMessage.objects.all().delete()
    answer = caller.post("/deliveries/replay", {"status": "failed", "webhook_id": there.pk})
    assert answer.json() == {"count": 3, "is_all": True}
    chosen = caller.post("/deliveries/replay", {"ids": [failed[0].pk], "status": "delivered"})
    assert chosen.json() == {"count": 0, "is_all": True}


def test_everything_is_not_sent_again_by_accident(caller: Caller, there: WebhookEndpoint) -> None:
    answer = caller.post("/deliveries/replay", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing-chosen")


def test_who_would_see_no_endpoint_may_make_none(as_: As, settings: Any) -> None:
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows
    ear = as_(allowed("eve", "add_webhookendpoint")).post("/webhooks", {"name": "ear", "url": URL})
    assert (ear.status_code, ear.json()["code"]) == (403, "not-allowed")
    assert not WebhookEndpoint.objects.exists()
