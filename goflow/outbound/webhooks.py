"""
From events to deliveries: who is told of what. Sending is done later, by ``delivering``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q, QuerySet

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.journal.rows import insert
from goflow.outbound.envelope import PING, Envelope, envelopes, tenant_of
from goflow.outbound.models import Delivery, WebhookEndpoint


def from_events(message: OutboxMessage) -> None:
    """
    Write a delivery, and the outbox message that gets it sent, for each event and endpoint that wants it.

    Three statements however many there are. Runs in the transaction that closes the message.
    """
    if not conf.WEBHOOK_ENABLED:
        return
    listening = _listening(message)
    if listening:
        queue(list(_deliveries(message, listening)))


def queue(deliveries: Sequence[Delivery]) -> None:
    """
    Insert new deliveries, and an outbox message for each, due now. Two statements.
    """
    insert(deliveries)
    insert([outbox_message(delivery) for delivery in deliveries])


def outbox_message(delivery: Delivery) -> OutboxMessage:
    """
    The unsaved message that gets a delivery sent.

    Its topic names the endpoint, so that an endpoint can be left alone; tests have none and always go.
    """
    return OutboxMessage(
        kind=outbox.WEBHOOK,
        topic="" if delivery.action == PING else str(delivery.endpoint_id),
        payload={"delivery": delivery.pk},
        instance_id=delivery.instance_id,
        due_at=clock.now(),
    )


def messages_of(deliveries: Collection[int], topics: Collection[str]) -> QuerySet[OutboxMessage]:
    """
    The outbox messages of these deliveries. The topics keep the search small; see ``outbox_message``.
    """
    messages = OutboxMessage.objects.filter(kind=outbox.WEBHOOK, topic__in=topics)
    return messages.filter(payload__delivery__in=deliveries)


def wanted(event_types: str) -> list[str]:
    """
    The names an endpoint lists; naming nothing means everything.
    """
    return [name.strip() for name in event_types.split(",") if name.strip()] or ["*"]


def covers(name: str, action: str) -> bool:
    """
    Whether a listed name stands for an action: ``workitem.created``, ``workitem.*`` or ``*``.
    """
    return name in {action, "*"} or (name.endswith(".*") and action.startswith(name[:-1]))


def _listening(message: OutboxMessage) -> list[WebhookEndpoint]:
    """
    Endpoints of the tenant, and those that a test names.
    """
    mine = Q(enabled=True, tenant_id=tenant_of(message))
    return list(WebhookEndpoint.objects.filter(mine | Q(pk__in=_tested(message))).order_by("pk"))


def _tested(message: OutboxMessage) -> list[int]:
    pings = (event["metadata"] for event in message.payload["events"] if event["action"] == PING)
    return [metadata["endpoint"] for metadata in pings]


def _deliveries(message: OutboxMessage, listening: Sequence[WebhookEndpoint]) -> Iterator[Delivery]:
    tested = _tested(message)
    for envelope in envelopes(message):
        for endpoint in listening:
            hears = endpoint.pk in tested if envelope.action == PING else _hears(endpoint, envelope, message)
            if hears:
                yield _delivery(endpoint, envelope, message)


def _hears(endpoint: WebhookEndpoint, envelope: Envelope, message: OutboxMessage) -> bool:
    return endpoint.enabled and endpoint.tenant_id == tenant_of(message) and _wants(endpoint, envelope.action)


def _delivery(endpoint: WebhookEndpoint, envelope: Envelope, message: OutboxMessage) -> Delivery:
    return Delivery(
        endpoint_id=endpoint.pk,
        event_id=envelope.event_id,
        action=envelope.action,
        body=envelope.body,
        instance_id=message.instance_id,
    )


def _wants(endpoint: WebhookEndpoint, action: str) -> bool:
    return any(covers(name, action) for name in wanted(endpoint.event_types))
