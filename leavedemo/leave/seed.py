"""
Sample people, accounts and processes. Safe to run again: what exists stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from goflow.workflow import exchange
from goflow.workflow.models import Application, Process
from leavedemo.leave import people
from leavedemo.leave.accounts import VACATIONS
from leavedemo.leave.models import Account, Manager

PROCESSES = Path(__file__).resolve().parent / "processes"
CODES = {"leave": "leave.json", "gestion-des-absences": "absences.json", "dummy": "dummy.json"}

AUTOMATIC = ("leave.checkstatus_auto", "leave.update_hr")
"""Not used by the processes as they come, but offered in the administration: the exercises need them."""


@transaction.atomic
def seed() -> list[str]:
    """
    Create what is missing, in one transaction. Returns the titles of the processes published by this call.
    """
    for name, password in people.PASSWORDS.items():
        _user(name, password)
    _user(people.MACHINE, None)
    _groups()
    _managers(Manager.Category.SECRETARY, people.SECRETARIES)
    _managers(Manager.Category.SUPERVISOR, people.SUPERVISORS)
    for user in _users(people.PASSWORDS):
        Account.objects.get_or_create(user=user, category=VACATIONS, defaults={"days": people.DAYS})
    for name in AUTOMATIC:
        Application.objects.get_or_create(url=name)
    administrator = User.objects.get(username=people.ADMINISTRATOR)
    missing = [file for code, file in CODES.items() if not Process.objects.filter(code=code).exists()]
    return [exchange.load(PROCESSES / file, by=administrator).title for file in missing]


def _user(name: str, password: str | None) -> None:
    user, is_new = User.objects.get_or_create(
        username=name,
        defaults={
            "first_name": name.capitalize(),
            "email": "" if password is None else f"{name}@example.com",
            "is_staff": password is not None,
            "is_superuser": name == people.ADMINISTRATOR,
        },
    )
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])


def _groups() -> None:
    may_start = Permission.objects.get(content_type__app_label="goflow", codename="can_instantiate")
    for name, members in people.GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.user_set.add(*_users(members))
        if name in people.STARTERS:
            group.permissions.add(may_start)


def _managers(category: str, assigned: dict[str, tuple[str, ...]]) -> None:
    for name, names in assigned.items():
        user = User.objects.get(username=name)
        manager, is_new = Manager.objects.get_or_create(user=user, category=category)
        if is_new:
            manager.users.set(_users(names))


def _users(names: Iterable[str]) -> list[User]:
    return list(User.objects.filter(username__in=names))
