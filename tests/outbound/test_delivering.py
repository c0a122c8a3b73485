from __future__ import annotations

import pytest

from goflow.journal import outbox
from goflow.outbound import breaking, delivering, secrets
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.webhooks import queue
from tests.outbound.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _on(settings):
    settings.GOFLOW_WEBHOOK_ENABLED = True
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.GOFLOW_WEBHOOK_ALLOWED_SCHEMES = ["http", "https"]
    settings.GOFLOW_WEBHOOK_ALLOWED_PORTS = range(1, 65_536)


@pytest.fixture
def there():
    with receiver() as made:
        yield made


def endpoint(url: str, **fields) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        **{"name": "there", "url": url, "secret": secrets.encrypt(secrets.new()), **fields}
    )


def waiting(to: WebhookEndpoint, count: int = 1) -> list[Delivery]:
    made = [
        Delivery(endpoint=to, event_id=f"evt_{n}_{to.pk}", action="workitem.created", body=f'{{"n":{n}}}')
        for n in range(count)
    ]
    queue(made)
    return made


def deliver(**options):
    lease = outbox.claim(
        [outbox.WEBHOOK], limit=100, seconds=90, skip=breaking.resting(), worker="test", **options
    )
    return dict(delivering.deliver(lease))


def test_a_delivery_arrives(there):
    to = endpoint(there.url)
    [sent] = waiting(to)
    assert deliver() == {"sent": 1}
    [got] = there.got
    assert (got.path, got.body) == ("/hook", b'{"n":0}')
    sent.refresh_from_db()
    assert (sent.status, sent.attempts, sent.answer_status) == ("delivered", 1, 200)
