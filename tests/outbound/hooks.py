"""
What tests of webhooks start with: endpoints, deliveries that wait, and one pass of a worker.
"""

from __future__ import annotations

from typing import Any

from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import breaking, delivering, secrets
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.relay import relay
from goflow.outbound.webhooks import queue


def allow_local(settings: Any) -> None:
    """
    Webhooks on, and receivers on the loopback interface reachable.
    """
    settings.GOFLOW_WEBHOOK_ENABLED = True
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.GOFLOW_WEBHOOK_ALLOWED_SCHEMES = ["http", "https"]
    settings.GOFLOW_WEBHOOK_ALLOWED_PORTS = range(1, 65_536)


def endpoint(url: str, **fields: Any) -> WebhookEndpoint:
    values = {"name": "there", "url": url, "secret": secrets.encrypt(secrets.new()), **fields}
    return WebhookEndpoint.objects.create(**values)


def waiting(to: WebhookEndpoint, count: int = 1, action: str = "workitem.created") -> list[Delivery]:
    """
    Deliveries to an endpoint, queued in this order.
    """
    start = Delivery.objects.count()
    made = [
        Delivery(endpoint=to, event_id=f"evt_{n}_0", action=action, body=f'{{"n":{n}}}')
        for n in range(start, start + count)
    ]
    queue(made)
    return made


def tell() -> dict[str, int]:
    """
    One pass over the events lane.
    """
    return dict(relay(outbox.claim([outbox.EVENTS], limit=100, seconds=60)))


def deliver(limit: int = 100) -> dict[str, int]:
    """
    One lease of the webhook lane.
    """
    lease = outbox.claim([outbox.WEBHOOK], limit=limit, seconds=delivering.LEASE, skip=breaking.resting())
    return dict(delivering.deliver(lease))


def stored(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def queued(status: str = "due") -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="webhook", status=status).order_by("id"))
