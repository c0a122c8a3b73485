from __future__ import annotations

import socket

import pytest

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import Incident
from goflow.workflow import registry
from tests.runtime.reading import incident, item

pytestmark = pytest.mark.usefixtures("db")

OURS = sorted(
    name
    for name, code in registry._registered[registry.PUSH_APPLICATION].items()
    if code.__module__.startswith("goflow.")
)
OUR_APPLICATIONS = sorted(
    name
    for name, code in registry._registered[registry.APPLICATION].items()
    if code.__module__.startswith("goflow.")
)


def test_the_guard_catches_a_connection(ana, no_network, register):
    def phone_home(task):
        with socket.socket() as line:
            line.connect(("192.0.2.1", 80))

    register(registry.APPLICATION, "phone.home", phone_home)
    testing.process("Bad", [("A", {"autostart": True, "application": "phone.home"})], [])
    engine.start("Bad", ana)
    assert "opened a network connection" in incident().message


def test_our_push_functions_are_known():
    assert OURS == ["route_to_requester", "route_to_superuser", "route_to_user"]


@pytest.mark.parametrize("push", OURS)
def test_our_push_functions_open_none(ana, root, no_network, push):
    params = {} if push == "route_to_requester" else {"username": "root"}
    testing.process("Push", [("A", {"push": push, "push_params": params})], [])
    engine.start("Push", ana)
    assert item("a").status == "inactive"


def test_our_applications_open_none(ana, no_network):
    automatic = [(name, {"autostart": True, "application": name}) for name in [*OUR_APPLICATIONS, "noop"]]
    testing.process(
        "Ours", automatic, list(zip([a for a, _ in automatic], [b for b, _ in automatic][1:], strict=False))
    )
    engine.start("Ours", ana)
    assert not Incident.objects.exists()


def test_a_persons_step_opens_none(line, ana, no_network):
    assert engine.complete(line.pk, actor=ana).workitem.status == "complete"
