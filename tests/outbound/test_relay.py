from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.outbound import relay
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance
from goflow.testing import person, process
from tests.outbound.hooks import tell


class Teller:
    """
    Notes the user named by each message; one message is more than it can bear.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, message: OutboxMessage) -> None:
        User.objects.create(username=message.payload["name"])
        if message.payload["name"] == "poison":
            raise self.error


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [AttributeError("x"), RuntimeError("a\0b"), ZeroDivisionError(), KeyError("X-Tenant")], ids=repr
)
def test_whatever_one_message_makes_the_projects_code_raise_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(relay, "TELLERS", (Teller(error),))
    for name in ("one", "poison", "three"):
        OutboxMessage.objects.create(kind=outbox.EVENTS, payload={"name": name})
    assert tell() == {"sent": 2, "again": 1}
    assert set(User.objects.values_list("username", flat=True)) == {"one", "three"}
    (left,) = OutboxMessage.objects.filter(status=outbox.DUE)
    assert (left.payload["name"], left.attempts, left.lease_token) == ("poison", 1, "")
    assert left.last_error.startswith(type(error).__name__)


@pytest.mark.django_db
def test_events_wait_while_the_projects_tenant_resolver_fails(settings: Any) -> None:
    ana = person("ana")
    process("Ask", [("Answer", {"roles": ["team"]}), "End"], [("Answer", "End")])
    person("bo", "team")
    engine.start("Ask", ana)
    instance = ProcessInstance.objects.get()
    ProcessInstance.objects.filter(pk=instance.pk).update(tenant_id="one")
    OutboxMessage.objects.all().delete()
    engine.cancel(instance.pk, actor=User.objects.create_superuser("root"))
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": user.nosuchthing}
    assert tell() == {"again": 1}
    assert OutboxMessage.objects.get().last_error.startswith("AttributeError")
