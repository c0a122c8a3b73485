from __future__ import annotations

import json

import pytest

from goflow import testing
from goflow.errors import PublishRefused
from goflow.journal import outbox
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.outbound.envelope import envelopes
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.relay import relay
from goflow.runtime import engine
from goflow.testing import count_statements
from goflow.workflow import publishing


@pytest.fixture(autouse=True)
def _on(settings, db):
    settings.GOFLOW_WEBHOOK_ENABLED = True
    settings.GOFLOW_NOTIFICATIONS_ENABLED = False


@pytest.fixture
def ana(db):
    return testing.person("ana")


@pytest.fixture
def line(ana):
    testing.process("Line", ["A", "B"], [("A", "B")])
    OutboxMessage.objects.all().delete()
    return engine.start("Line", ana, title="Ana's request")


def endpoint(name: str = "all", **fields):
    return WebhookEndpoint.objects.create(name=name, url="https://receiver.example/hook", **fields)


def tell():
    return relay(outbox.claim([outbox.EVENTS], limit=100, seconds=60))


def bodies(to: WebhookEndpoint) -> list[dict]:
    return [json.loads(delivery.body) for delivery in to.deliveries.order_by("id")]


def test_each_event_becomes_a_delivery(line):
    to = endpoint()
    assert tell() == {"sent": 1}
    assert [body["action"] for body in bodies(to)] == list(
        AuditEvent.objects.filter(stream=f"i:{line.instance_id}")
        .order_by("seq")
        .values_list("action", flat=True)
    )


def test_each_delivery_has_an_outbox_message(line):
    to = endpoint()
    tell()
    queued = OutboxMessage.objects.filter(kind=outbox.WEBHOOK, topic=str(to.pk), status="due")
    assert [m.payload["delivery"] for m in queued.order_by("id")] == list(
        to.deliveries.order_by("id").values_list("id", flat=True)
    )


def test_the_body_holds_every_documented_key(line, ana):
    to = endpoint()
    tell()
    body = bodies(to)[-1]
    row = AuditEvent.objects.filter(stream=f"i:{line.instance_id}").latest("seq")
    assert body == {
        "id": row.pk,
        "action": row.action,
        "created_at": row.created_at.isoformat(),
        "actor_id": ana.pk,
        "process_id": line.instance.process_id,
        "instance_id": line.instance_id,
        "workitem_id": line.pk,
        "activity_id": line.activity_id,
        "transition_id": None,
        "status_from": row.status_from or None,
        "status_to": row.status_to or None,
        "metadata": row.metadata,
        "format": 1,
        "type": row.action,
        "timestamp": row.created_at.isoformat(),
        "seq": row.seq,
        "tenant_id": "",
        "activity": "a",
        "transition": None,
        "process": {"code": "line", "version": 1, "title": "Line"},
        "instance": {
            "title": "Ana's request",
            "status": "running",
            "priority": 0,
            "requester_id": ana.pk,
            "org_id": "",
            "object": None,
        },
    }


def test_telling_costs_the_same_for_any_number(line, ana):
    endpoint()
    with count_statements() as one:
        tell()
    for name in "bcdef":
        endpoint(name)
    engine.complete(line.pk, actor=ana)
    with count_statements() as many:
        tell()
    assert len(many) == len(one), many


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        ("", 3),
        ("*", 3),
        ("workitem.created", 1),
        ("workitem.*", 2),
        ("process.started, workitem.created", 2),
        ("work*", 0),
        ("sla.breached", 0),
    ],
)
def test_an_endpoint_hears_what_it_asked_for(line, wanted, heard):
    to = endpoint(event_types=wanted)
    tell()
    assert to.deliveries.count() == heard


def test_disabled_endpoints_hear_nothing(line):
    endpoint(enabled=False)
    tell()
    assert not Delivery.objects.exists()


def test_other_tenants_hear_nothing(line):
    endpoint(tenant_id="acme")
    tell()
    assert not Delivery.objects.exists()


def test_events_of_an_object_name_it(ana):
    testing.process("Line", ["A"], [])
    OutboxMessage.objects.all().delete()
    to = endpoint()
    engine.start("Line", ana, item=ana)
    tell()
    model = f"{ana._meta.app_label}.{ana._meta.model_name}"
    assert bodies(to)[0]["instance"]["object"] == {"model": model, "id": str(ana.pk)}


@pytest.mark.parametrize("auditing", [True, False])
def test_the_life_of_a_version_is_told(ana, settings, auditing):
    settings.GOFLOW_AUDIT_ENABLED = auditing
    settings.GOFLOW_NOTIFICATIONS_ENABLED = True
    to = endpoint()
    first = testing.process("Line", ["A"], [])
    publishing.publish(publishing.clone(first, by=ana), by=ana)
    tell()
    told = [body for body in bodies(to) if body["action"].startswith("process.")]
    assert [(body["action"], body["process"]["version"]) for body in told] == [
        ("process.published", 1),
        ("process.cloned", 2),
        ("process.retired", 1),
        ("process.published", 2),
    ]
    assert told[-1]["actor_id"] == ana.pk
    assert (told[-1]["instance"], told[-1]["instance_id"], told[-1]["workitem_id"]) == (None, None, None)
    assert (told[-1]["id"] is not None) is auditing


def test_a_version_that_was_not_published_is_not_told(ana):
    endpoint()
    draft = testing.process("Line", ["A"], [], publish_now=False)
    OutboxMessage.objects.all().delete()
    draft.begin = None
    draft.save()
    with pytest.raises(PublishRefused):
        publishing.publish(draft, by=ana)
    assert not OutboxMessage.objects.exists()


def test_nobody_hears_while_webhooks_are_off(line, settings):
    endpoint()
    settings.GOFLOW_WEBHOOK_ENABLED = False
    tell()
    assert not Delivery.objects.exists()


def test_changes_of_processes_write_nothing_while_webhooks_are_off(settings):
    settings.GOFLOW_WEBHOOK_ENABLED = False
    testing.process("Line", ["A"], [])
    assert not OutboxMessage.objects.exists()


def test_no_text_is_too_strange_to_be_told(line):
    to = endpoint()
    message = OutboxMessage.objects.get(kind="events")
    message.payload["events"][0]["metadata"] = {"outcome": "half \ud800 \U0001f600 größer"}
    envelope = next(envelopes(message))
    assert json.loads(envelope.body.encode())["metadata"] == {"outcome": "half \ud800 \U0001f600 größer"}
    tell()
    assert to.deliveries.count() == 3
