from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from goflow.outbound import endpoints
from goflow.outbound.models import WebhookEndpoint
from tests.outbound.hooks import allow_local, endpoint
from tests.outbound.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


@pytest.fixture
def there():
    with receiver(answer=b"hello\nsecond line") as made:
        yield made


def test_it_tells_what_the_receiver_answered(there, capsys):
    endpoint(there.url)
    call_command("goflow_webhook_test")
    out = capsys.readouterr().out
    assert out.startswith(f"there ({there.url}): answered 200 in ")
    assert out.endswith(" ms, hello\n")
    assert there.got[0].body.startswith(b'{"id":')


def test_it_takes_the_documented_action(there):
    endpoint(there.url, event_types="test.ping")
    call_command("goflow_webhook_test", "--action", "test.ping")
    assert len(there.got) == 1


def test_every_endpoint_that_listens_gets_one(there):
    for name, wanted in {"a": "", "b": "test.*", "c": "workitem.created"}.items():
        endpoint(f"{there.url}?{name}", name=name, event_types=wanted)
    call_command("goflow_webhook_test")
    assert sorted(got.path for got in there.got) == ["/hook?a", "/hook?b"]


@pytest.mark.parametrize("by", ["name", "id"])
def test_one_can_be_named_whatever_its_state(there, by):
    to = endpoint(there.url, event_types="workitem.created", enabled=False)
    call_command("goflow_webhook_test", "--endpoint", to.name if by == "name" else str(to.pk))
    assert len(there.got) == 1


def test_a_refusal_fails(there, capsys):
    there.mode = 500
    endpoint(there.url)
    with pytest.raises(CommandError, match="Not every receiver accepted"):
        call_command("goflow_webhook_test")
    assert "answered 500" in capsys.readouterr().out


def test_a_forbidden_address_says_which_setting(there, capsys, settings):
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = []
    endpoint(there.url)
    with pytest.raises(CommandError):
        call_command("goflow_webhook_test")
    assert "GOFLOW_WEBHOOK_ALLOWED_NETWORKS" in capsys.readouterr().out


def test_it_says_when_webhooks_are_off(there, settings):
    endpoint(there.url)
    settings.GOFLOW_WEBHOOK_ENABLED = False
    with pytest.raises(CommandError, match="GOFLOW_WEBHOOK_ENABLED = True"):
        call_command("goflow_webhook_test")
    assert there.connections == 0


def test_it_says_when_nobody_listens(there):
    endpoint(there.url, enabled=False)
    with pytest.raises(CommandError, match=r"No enabled endpoint listens to test\.ping"):
        call_command("goflow_webhook_test")


@pytest.mark.parametrize("named", ["there", "9" * 40, "²"])
def test_it_says_when_there_is_no_such_endpoint(named):
    with pytest.raises(CommandError, match=f"There is no webhook endpoint '{named}'"):
        call_command("goflow_webhook_test", "--endpoint", named)


def test_the_test_leaves_an_audit_row_and_a_delivery(there):
    made = endpoints.create(name="there", url=there.url)
    call_command("goflow_webhook_test")
    delivery = WebhookEndpoint.objects.get().deliveries.get()
    assert (delivery.action, delivery.status) == ("test.ping", "delivered")
    assert made.endpoint.deliveries.count() == 1
