from __future__ import annotations

from io import StringIO

from django.contrib.auth.models import Group, User
from django.core.management import call_command

from goflow.runtime import policy
from goflow.workflow.models import Process
from sampleproject.sampleapp import people, seed


def user(name: str) -> User:
    return User.objects.get(username=name)


def groups(name: str) -> set[str]:
    return set(user(name).groups.values_list("name", flat=True))


def told() -> str:
    output = StringIO()
    call_command("seed_sample", stdout=output)
    return output.getvalue()


def test_the_sample_users_are_in_their_groups(company: None) -> None:
    assert groups("user1") >= {"Sample process", "group1", "admin_all"}
    assert "group1" in groups("userg1")
    assert "group1" not in groups("user2")


def test_everybody_signs_in_with_the_user_name(company: None) -> None:
    assert {name for name in people.PEOPLE if user(name).check_password(name)} == set(people.PEOPLE)


def test_the_machine_cannot_sign_in(company: None) -> None:
    assert not user("auto").has_usable_password()


def test_administrators_of_processes_may_retry(company: None) -> None:
    assert policy.may_administer(user("user1"))
    assert not policy.may_administer(user("user2"))


def test_every_file_is_published(db: None) -> None:
    seed.seed()
    published = set(Process.objects.startable().values_list("code", flat=True))
    assert published == {path.stem for path in seed.files()}


def test_employees_start_business_processes_but_not_the_sample_process(db: None) -> None:
    seed.seed()
    process = {found.code: found for found in Process.objects.startable()}
    assert policy.may_start(user("erin"), process["purchase-approval"])
    assert policy.may_start(user("user1"), process["sample-process"])
    assert not policy.may_start(user("erin"), process["sample-process"])


def test_seeding_again_keeps_what_people_changed(db: None) -> None:
    assert "Purchase approval" in told()
    erin = user("erin")
    erin.set_password("changed")
    erin.save()
    Group.objects.get(name="Purchase approval").user_set.set([erin])
    assert told() == "Everything was there already.\n"
    assert user("erin").check_password("changed")
    assert list(Group.objects.get(name="Purchase approval").user_set.all()) == [erin]
    assert Process.objects.count() == len(seed.files())
