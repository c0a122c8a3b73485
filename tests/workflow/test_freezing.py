from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.db import models, transaction

from goflow.core.errors import DefinitionError
from goflow.errors import DefinitionFrozen
from goflow.workflow.models import Activity, Process, Transition, WorkflowLayout
from goflow.workflow.publishing import publish


@pytest.fixture
def published(draft: Process) -> Process:
    WorkflowLayout.objects.create(process=draft, layout={"request": [1, 2]})
    publish(draft)
    return draft


def change_activity(process: Process) -> None:
    activity = process.activities.get(key="approve")
    activity.title = "Changed"
    activity.save()


def change_transition(process: Process) -> None:
    process.transitions.first().save()


def change_layout(process: Process) -> None:
    process.layout.save()


def delete_activity(process: Process) -> None:
    process.activities.first().delete()


def delete_activities(process: Process) -> None:
    process.activities.all().delete()


def delete_transitions(process: Process) -> None:
    Transition.objects.filter(process=process).delete()


def update_activities(process: Process) -> None:
    Activity.objects.update(description="x")


def create_activities(process: Process) -> None:
    Activity.objects.bulk_create([Activity(process=process, key="x", title="x")])


def add_role(process: Process) -> None:
    process.activities.get(key="approve").roles.add(Group.objects.create(name="others"))


def clear_roles(process: Process) -> None:
    process.activities.get(key="approve").roles.clear()


def add_user(process: Process) -> None:
    process.activities.get(key="approve").allowed_users.add(User.objects.create(username="eve"))


def add_from_the_group(process: Process) -> None:
    Group.objects.create(name="others").activities.add(process.activities.get(key="approve"))


def clear_from_the_group(process: Process) -> None:
    Group.objects.get(name="managers").activities.clear()


def rename_process(process: Process) -> None:
    process.title = "Other"
    process.save()


def delete_process(process: Process) -> None:
    process.delete()


def delete_processes(process: Process) -> None:
    Process.objects.all().delete()


CHANGES = [
    change_activity,
    change_transition,
    change_layout,
    delete_activity,
    delete_activities,
    delete_transitions,
    update_activities,
    create_activities,
    add_role,
    clear_roles,
    add_user,
    add_from_the_group,
    clear_from_the_group,
    rename_process,
    delete_process,
    delete_processes,
]


def rows(model: type[models.Model]) -> list[dict[str, object]]:
    return list(model.objects.order_by("pk").values())


def stored() -> list[list[dict[str, object]]]:
    parts = (
        Process,
        Activity,
        Transition,
        WorkflowLayout,
        Activity.roles.through,
        Activity.allowed_users.through,
    )
    return [rows(model) for model in parts]


@pytest.mark.parametrize("change", CHANGES)
def test_a_published_version_refuses(change: Callable[[Process], None], published: Process) -> None:
    before = stored()
    expected = "Version 1 of “Leave request” is published and cannot be edited"
    with pytest.raises(DefinitionFrozen, match=expected), transaction.atomic():
        change(published)
    assert stored() == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_draft_takes(change: Callable[[Process], None], draft: Process) -> None:
    WorkflowLayout.objects.create(process=draft, layout={"request": [1, 2]})
    before = stored()
    change(draft)
    assert stored() != before


def test_a_stale_draft_cannot_undo_publishing(draft: Process) -> None:
    stale = Process.objects.get(pk=draft.pk)
    publish(draft)
    stale.title = "Other"
    with pytest.raises(DefinitionFrozen):
        stale.save()


def test_some_fields_of_a_published_version_can_be_edited(published: Process) -> None:
    published.enabled, published.priority, published.description = False, 7, "changed"
    published.save()
    assert Process.objects.values_list("enabled", "priority", "description").get() == (False, 7, "changed")


def test_a_draft_is_not_published_by_its_status(draft: Process) -> None:
    draft.status = Process.Status.PUBLISHED
    with pytest.raises(DefinitionError, match="save it as a draft, then publish it"):
        draft.save()


def test_a_new_process_is_a_draft(db: None) -> None:
    with pytest.raises(DefinitionError, match="save it as a draft, then publish it"):
        Process.objects.create(title="Leave", status=Process.Status.PUBLISHED)


def test_an_activity_stays_in_its_process(draft: Process) -> None:
    activity = draft.activities.first()
    activity.process = Process.objects.create(title="Other")
    with pytest.raises(DefinitionError, match="stays in its process"):
        activity.save()


def test_every_edit_counts_the_revision_up(draft: Process) -> None:
    draft.refresh_from_db()
    before = draft.revision
    change_activity(draft)
    draft.refresh_from_db()
    assert draft.revision == before + 1
