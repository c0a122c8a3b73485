from __future__ import annotations

from django.contrib.auth.models import Group, User

from goflow.workflow.models import Application, Process
from leavedemo.leave.models import Account, Manager
from leavedemo.leave.seed import seed

EMPLOYEES = {"primus", "notarius", "prefectus", "socius", "secundus", "tertius", "quartus"}


def managed(name: str, category: str) -> set[str]:
    manager = Manager.objects.get(user__username=name, category=category)
    return set(manager.users.values_list("username", flat=True))


def members(name: str) -> set[str]:
    return set(User.objects.filter(groups__name=name).values_list("username", flat=True))


def test_every_employee_signs_in_with_the_first_letter_of_the_name(company: None) -> None:
    opened = {name for name in EMPLOYEES if User.objects.get(username=name).check_password(name[0])}
    assert opened == EMPLOYEES


def test_the_administrator_signs_in_with_open(company: None) -> None:
    admin = User.objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password("open")


def test_the_machine_cannot_sign_in(company: None) -> None:
    machine = User.objects.get(username="auto")
    assert not machine.is_staff
    assert not machine.has_usable_password()


def test_the_seven_employees_are_staff(company: None) -> None:
    assert set(User.objects.filter(is_staff=True).values_list("username", flat=True)) == EMPLOYEES | {"admin"}


def test_groups_have_their_members(company: None) -> None:
    assert members("manager") == {"prefectus"}
    assert members("secretary") == {"notarius", "socius"}
    assert members("employee") == EMPLOYEES
    assert members("leave") == EMPLOYEES


def test_members_of_the_group_leave_may_start_it(company: None) -> None:
    leave = Group.objects.get(name="leave")
    assert list(leave.permissions.values_list("codename", flat=True)) == ["can_instantiate"]


def test_everybody_has_a_secretary_and_the_employees_a_supervisor(company: None) -> None:
    assert managed("notarius", "secretary") == {"admin", "prefectus", "primus", "secundus", "socius"}
    assert managed("socius", "secretary") == {"tertius", "quartus", "notarius"}
    assert managed("prefectus", "supervisor") == EMPLOYEES


def test_everybody_has_ten_days(company: None) -> None:
    assert dict(Account.objects.values_list("user__username", "days")) == dict.fromkeys(
        EMPLOYEES | {"admin"}, 10
    )


def test_the_processes_are_published(company: None) -> None:
    assert set(Process.objects.startable().values_list("title", flat=True)) == {
        "leave",
        "Gestion des absences",
        "dummy",
    }


def test_the_automatic_functions_can_be_chosen_in_the_administration(company: None) -> None:
    assert Application.objects.filter(url__in=["leave.checkstatus_auto", "leave.update_hr"]).count() == 2


def test_seeding_again_keeps_what_people_changed(company: None) -> None:
    Account.objects.filter(user__username="primus").update(days=2)
    primus = User.objects.get(username="primus")
    primus.set_password("changed")
    primus.save()
    assert seed() == []
    assert Account.objects.get(user__username="primus").days == 2
    assert User.objects.get(username="primus").check_password("changed")
    assert Process.objects.count() == 3
