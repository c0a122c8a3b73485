"""
Every role before an item in every state: the engine accepts what ``permissions_on`` says; doors offer that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from goflow import testing
from goflow.errors import EngineError
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.runtime.permissions import permissions_on
from goflow.workflow.loader import definition
from tests.api.conftest import Caller

ROLES = ("ana", "bo", "tim", "cy", "ada", "root")
VERBS: dict[str, Callable[..., Any]] = {
    "activate": lambda pk, user, cy: engine.activate(pk, actor=user),
    "complete": lambda pk, user, cy: engine.complete(pk, actor=user),
    "release": lambda pk, user, cy: engine.release(pk, actor=user),
    "reassign": lambda pk, user, cy: engine.reassign(pk, actor=user, to=cy),
    "forward": lambda pk, user, cy: engine.forward(pk, actor=user),
}
ADMIN_PERMISSIONS = ("change_processinstance", "can_browse", "view_workitem", "view_processinstance")


@pytest.fixture
def people(db: None) -> dict[str, Any]:
    """
    ana asks; bo and tim are the team, bo has the work; cy has nothing to do with it; ada and root administer.
    """
    ada = testing.person("ada", is_staff=True)
    ada.user_permissions.add(*Permission.objects.filter(codename__in=ADMIN_PERMISSIONS))
    return {
        "ana": testing.person("ana"),
        "bo": testing.person("bo", "team"),
        "tim": testing.person("tim", "team"),
        "cy": testing.person("cy"),
        "ada": ada,
        "root": testing.person("root", is_superuser=True, is_staff=True),
    }


def begun(people: dict[str, Any], **step: Any) -> int:
    testing.process("Roles", [("Work", {"roles": ["team"], **step}), "End"], [("Work", "End")])
    return engine.start("Roles", people["ana"]).pk


def taken(people: dict[str, Any], **step: Any) -> int:
    pk = begun(people, **step)
    engine.activate(pk, actor=people["bo"])
    return pk


def decided(people: dict[str, Any]) -> int:
    pk = taken(people, autofinish=False)
    engine.complete(pk, actor=people["bo"])
    return pk


def after(make: Callable[..., int], act: Callable[[int, dict[str, Any]], Any]) -> Callable[..., int]:
    def made(people: dict[str, Any]) -> int:
        pk = make(people)
        act(pk, people)
        return pk

    return made


def held(pk: int, people: dict[str, Any]) -> None:
    WorkItem.objects.filter(pk=pk).update(status="fallout", user=None, queue=None)


def instance_of(pk: int) -> int:
    return WorkItem.objects.get(pk=pk).instance_id


def emptied(pk: int, people: dict[str, Any]) -> None:
    for name in ("bo", "tim"):
        people[name].groups.clear()


STATES: dict[str, Callable[[dict[str, Any]], int]] = {
    "in the pool": begun,
    "taken": taken,
    "handed to somebody": after(taken, lambda pk, p: engine.reassign(pk, actor=p["bo"], to=p["bo"])),
    "taken from an empty pool": after(taken, emptied),
    "pushed": lambda p: begun(p, roles=[], push="route_to_requester"),
    "open to everyone": lambda p: begun(p, roles=[]),
    "taken, does not finish by itself": lambda p: taken(p, autofinish=False),
    "decided": decided,
    "decided and put back": after(decided, lambda pk, p: engine.release(pk, actor=p["bo"])),
    "decided and handed on": after(decided, lambda pk, p: engine.reassign(pk, actor=p["bo"], to=p["tim"])),
    "held by an incident": after(taken, held),
    "held in a suspended request": after(
        after(taken, held), lambda pk, p: engine.suspend(instance_of(pk), actor=p["root"])
    ),
    "suspended": after(taken, lambda pk, p: engine.suspend(instance_of(pk), actor=p["root"])),
    "complete": after(taken, lambda pk, p: engine.complete(pk, actor=p["bo"])),
    "withdrawn": after(taken, lambda pk, p: engine.cancel(instance_of(pk), actor=p["root"])),
    "blocked": after(taken, lambda pk, p: WorkItem.objects.filter(pk=pk).update(status="blocked")),
}


def fresh(pk: int) -> WorkItem:
    return WorkItem.objects.select_related("instance__process", "user").get(pk=pk)


def told(pk: int, user: Any) -> dict[str, bool]:
    item = fresh(pk)
    return asdict(permissions_on(user, item, definition(item.instance.process_id, item.instance.fingerprint)))


def accepted(verb: str, pk: int, user: Any, cy: Any) -> bool:
    try:
        with transaction.atomic():
            VERBS[verb](pk, user, cy)
            transaction.set_rollback(True)
    except EngineError:
        return False
    return True


@pytest.mark.parametrize("state", STATES)
def test_the_engine_accepts_exactly_what_is_told(state: str, people: dict[str, Any]) -> None:
    pk = STATES[state](people)
    for role in ROLES:
        said = told(pk, people[role])
        done = {verb: accepted(verb, pk, people[role], people["cy"]) for verb in VERBS}
        assert (role, done) == (role, said)


@pytest.mark.parametrize("state", STATES)
def test_doors_offer_exactly_what_is_told(state: str, people: dict[str, Any]) -> None:
    pk = STATES[state](people)
    for role in ROLES:
        user, said = people[role], told(pk, people[role])
        answer = Caller(user).get(f"/workitems/{pk}")
        assert (role, answer.json()["may"] if answer.status_code == 200 else {}) == (
            role,
            said if answer.status_code == 200 else {},
        )
        client = Client()
        client.force_login(user)
        assert (role, page(client, pk)) == (role, on_page(pk, user, said))


def page(client: Client, pk: int) -> set[str]:
    """
    The verbs that the page and, for staff, the admin page have buttons for.
    """
    text = client.get(f"/workflow/workitems/{pk}/").content.decode()
    found = {verb for verb in VERBS if re.search(rf'action="[^"]*/{verb}/', text)}
    admin = client.get(f"/admin/goflow/workitem/{pk}/change/").content.decode()
    return found | {f"admin {verb}" for verb in VERBS if f"workitem/verb/{verb}/" in admin}


def on_page(pk: int, user: Any, said: dict[str, bool]) -> set[str]:
    """
    What belongs there: who has an item needs no button to take it; completing has buttons of its own.
    """
    mine = fresh(pk).user_id == user.pk
    own = {
        verb for verb, may in said.items() if may and verb != "complete" and not (verb == "activate" and mine)
    }
    admin = {f"admin {verb}" for verb in ("release", "reassign") if said[verb]}
    return own | (admin if user.is_staff else set())


def test_nobody_is_offered_to_send_on_what_is_not_theirs(people: dict[str, Any]) -> None:
    pk = STATES["decided and put back"](people)
    client = Client()
    client.force_login(people["tim"])
    text = client.get(f"/workflow/workitems/{pk}/").content.decode()
    assert "Take the work item to send it on." in text
    assert "Send on" not in text
    engine.activate(pk, actor=people["tim"])
    assert "Send on" in client.get(f"/workflow/workitems/{pk}/").content.decode()


def test_a_decision_that_leads_nowhere_is_asked_for_again(people: dict[str, Any]) -> None:
    testing.process("Again", [("A", {"autofinish": False}), "B"], [("A", "B", "OK")])
    pk = engine.start("Again", people["ana"]).pk
    engine.complete(pk, actor=people["ana"], outcome="MAYBE")
    client = Client()
    client.force_login(people["ana"])
    text = client.get(f"/workflow/workitems/{pk}/").content.decode()
    assert ("Send on" in text, 'value="OK"' in text) == (False, True)


def test_without_an_audit_trail_the_outcome_tells_that_it_was_decided(
    people: dict[str, Any], settings: Any
) -> None:
    settings.GOFLOW_AUDIT_ENABLED = False
    testing.process("Quiet", [("A", {"autofinish": False}), "B"], [("A", "B", "OK")])
    pk = engine.start("Quiet", people["ana"]).pk
    assert not told(pk, people["ana"])["forward"]
    engine.complete(pk, actor=people["ana"], outcome="OK")
    assert told(pk, people["ana"])["forward"]
    engine.forward(pk, actor=people["ana"])
