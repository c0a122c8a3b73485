from __future__ import annotations

import io
import socket
from datetime import timedelta

import pytest
from django.core.management import call_command

from goflow import clock, testing
from goflow.errors import NotAllowed
from goflow.journal.models import AuditEvent, OutboxMessage
from goflow.outbound import endpoints, secrets
from goflow.outbound.endpoints import UnknownEvents
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.refusals import (
    AddressRefused,
    EndpointNotFound,
    HeaderRefused,
    SecretRefused,
    UrlRefused,
    WebhooksOff,
)
from tests.outbound.hooks import tell

pytestmark = pytest.mark.usefixtures("db")

URL = "https://receiver.example/hook"


@pytest.fixture(autouse=True)
def _on(settings):
    settings.GOFLOW_WEBHOOK_ENABLED = True


@pytest.fixture
def made():
    return endpoints.create(name="there", url=URL)


def history(endpoint: WebhookEndpoint) -> list[object]:
    rows = AuditEvent.objects.filter(stream=f"w:{endpoint.pk}").order_by("seq")
    return [row.metadata.get("what", row.action) for row in rows]


def test_a_new_endpoint_has_a_secret_that_is_told_once(made):
    stored = WebhookEndpoint.objects.get()
    assert made.secret.startswith("whsec_")
    assert made.secret not in stored.secret
    assert secrets.decrypt(stored.secret) == made.secret


def test_a_secret_may_be_brought_along():
    found = endpoints.create(name="there", url=URL, secret="correct-horse-battery-staple")
    assert found.secret == "correct-horse-battery-staple"


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"url": "http://receiver.example/"}, UrlRefused),
        ({"url": "https://10.0.0.1/"}, AddressRefused),
        ({"headers": {"Host": "x"}}, HeaderRefused),
        ({"secret": "weak"}, SecretRefused),
        ({"event_types": "workitem.created,workitem.exploded"}, UnknownEvents),
        ({"event_types": "workitems.*"}, UnknownEvents),
        ({"event_types": "*.created"}, UnknownEvents),
    ],
)
def test_what_cannot_work_is_refused(values, refusal):
    with pytest.raises(refusal):
        endpoints.create(**{"name": "there", "url": URL, **values})
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("wanted", ["", "*", "workitem.created", "workitem.*, sla.breached", "test.ping"])
def test_events_that_happen_are_accepted(wanted):
    endpoints.check({"event_types": wanted})


def test_saving_resolves_no_name(monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("resolved")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    endpoints.create(name="there", url=URL)


def test_a_new_address_starts_afresh(made):
    to = made.endpoint
    WebhookEndpoint.objects.update(failures=9, paused_until=clock.now() + timedelta(hours=1))
    endpoints.change(to, url="https://other.example/")
    assert (to.url, to.failures, to.paused_until) == ("https://other.example/", 0, None)


def test_a_change_tells_which_fields(made):
    endpoints.change(made.endpoint, name="there", event_types="workitem.*", timeout_seconds=3)
    row = AuditEvent.objects.latest("id")
    assert row.metadata["fields"] == ["event_types", "timeout_seconds"]


def test_no_change_leaves_no_trace(made):
    endpoints.change(made.endpoint, name="there", url=URL)
    assert history(made.endpoint) == ["created"]


def test_a_rotation_keeps_the_secret_before_for_a_day(made):
    new = endpoints.rotate(made.endpoint)
    now = clock.now()
    assert secrets.valid(made.endpoint, now) == (new, made.secret)
    assert secrets.valid(made.endpoint, now + timedelta(hours=25)) == (new,)


def test_an_unreadable_secret_is_not_kept(made):
    WebhookEndpoint.objects.update(secret="of another key")
    made.endpoint.refresh_from_db()
    new = endpoints.rotate(made.endpoint)
    assert secrets.valid(made.endpoint, clock.now()) == (new,)


def test_enabling_forgets_the_failures(made):
    to = made.endpoint
    endpoints.disable(to, reason="holidays")
    WebhookEndpoint.objects.update(failures=9, paused_until=clock.now() + timedelta(hours=1))
    assert (to.enabled, to.disabled_reason) == (False, "holidays")
    endpoints.enable(to)
    assert (to.enabled, to.disabled_reason, to.failures, to.paused_until) == (True, "", 0, None)


def test_every_verb_is_in_the_audit_trail(made):
    to, root = made.endpoint, testing.person("root")
    endpoints.change(to, by=root, name="here")
    endpoints.rotate(to, by=root)
    endpoints.disable(to, by=root)
    endpoints.enable(to, by=root)
    endpoints.ping(to, by=root)
    stream = f"w:{to.pk}"
    endpoints.remove(to, by=root)
    rows = list(AuditEvent.objects.filter(stream=stream).order_by("seq"))
    assert [row.metadata.get("what", row.action) for row in rows] == [
        "created",
        "changed",
        "rotated",
        "disabled",
        "enabled",
        "test.ping",
        "deleted",
    ]
    assert {row.actor for row in rows[1:]} == {str(root.pk)}
    call_command("goflow_audit", "verify", stdout=io.StringIO())


def test_no_secret_is_in_the_audit_trail(made):
    new = endpoints.rotate(made.endpoint)
    text = str(list(AuditEvent.objects.values_list("metadata", flat=True)))
    assert made.secret not in text
    assert new not in text


def test_what_was_deleted_meanwhile_is_told(made):
    WebhookEndpoint.objects.all().delete()
    for verb in (endpoints.enable, endpoints.rotate, endpoints.ping, endpoints.remove):
        with pytest.raises(EndpointNotFound):
            verb(made.endpoint)


def test_a_test_goes_to_its_endpoint_only(made):
    endpoints.create(name="other", url=URL)
    endpoints.change(made.endpoint, event_types="workitem.created")
    endpoints.disable(made.endpoint)
    endpoints.ping(made.endpoint)
    assert tell() == {"sent": 1}
    [delivery] = Delivery.objects.all()
    assert (delivery.endpoint_id, delivery.action) == (made.endpoint.pk, "test.ping")


def test_no_test_while_webhooks_are_off(made, settings):
    settings.GOFLOW_WEBHOOK_ENABLED = False
    with pytest.raises(WebhooksOff, match="GOFLOW_WEBHOOK_ENABLED"):
        endpoints.ping(made.endpoint)
    assert not OutboxMessage.objects.exists()
    assert history(made.endpoint) == ["created"]


def test_who_would_see_no_endpoint_may_make_none(settings):
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows
    with pytest.raises(NotAllowed):
        endpoints.create(name="ear", url=URL, by=testing.person("eve"))
    assert not WebhookEndpoint.objects.exists()
    endpoints.create(name="ear", url=URL, by=testing.person("root", is_superuser=True))


def test_with_tenants_of_their_own_people_may_make_endpoints(settings):
    settings.GOFLOW_TENANT_FILTER = lambda rows, request, user: rows
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "a"}
    assert endpoints.create(name="mine", url=URL, tenant_id="a", by=testing.person("ana"))
