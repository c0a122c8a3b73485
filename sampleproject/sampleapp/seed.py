"""
Sample people and processes. Safe to run again: what exists stays as it is.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from goflow.workflow import exchange
from goflow.workflow.models import Process
from sampleproject.sampleapp import people

PROCESSES = Path(__file__).resolve().parent / "processes"


def files() -> list[Path]:
    """
    The definitions of this project, by name. The name of a file is the code of its process.
    """
    return sorted(PROCESSES.glob("*.json"))


@transaction.atomic
def seed() -> list[str]:
    """
    Create what is missing, in one transaction. Returns the titles of the processes published by this call.
    """
    seed_people()
    known = set(Process.objects.values_list("code", flat=True))
    return [load(path).title for path in files() if path.stem not in known]


def seed_people() -> None:
    """
    Create the missing people and groups, with their members and rights.
    """
    for name in people.PEOPLE:
        _user(name, name)
    _user(people.MACHINE, None)
    _user(people.WORKER, people.WORKER)
    for group, members in people.GROUPS.items():
        Group.objects.get_or_create(name=group)[0].user_set.add(*User.objects.filter(username__in=members))
    User.objects.get(username=people.WORKER).user_permissions.add(_right("can_work_jobs"))
    everybody, administrators = (Group.objects.get(name=name) for name in ("employees", "admin_all"))
    everybody.permissions.add(_right("can_instantiate"))
    administrators.permissions.add(_right("can_browse"), _right("change_processinstance"))


def load(path: Path) -> Process:
    """
    Publish the process of a file. Every employee may start it, unless it has a group of starters already.
    """
    process = exchange.load(path, by=User.objects.filter(username=people.ADMINISTRATOR).first())
    starters = Group.objects.get(name=process.title)
    if not starters.user_set.exists():
        starters.user_set.set(User.objects.filter(groups__name="employees"))
    return process


def _user(name: str, password: str | None) -> None:
    is_admin = name == people.ADMINISTRATOR
    user, is_new = User.objects.get_or_create(
        username=name,
        defaults={
            "first_name": name.capitalize(),
            "email": f"{name}@example.com" if password else "",
            "is_staff": is_admin,
            "is_superuser": is_admin,
        },
    )
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])


def _right(codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label="goflow", codename=codename)
