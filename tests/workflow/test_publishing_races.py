"""
Two people at once, each with a connection of his own.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import connections

from goflow.core.errors import DefinitionError
from goflow.errors import DefinitionFrozen, PublishConflict
from goflow.journal.verify import verify
from goflow.workflow import fingerprints, loader
from goflow.workflow.building import add_activity
from goflow.workflow.models import Activity, Process, Queue
from goflow.workflow.publishing import clone, publish

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(5)


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each action returned, or the refusal it raised."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return action()
        except DefinitionError as exc:
            return exc
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def leave(title: str = "Leave") -> Process:
    process = Process.objects.create(title=title)
    add_activity(process, "Approve", roles=["managers"])
    return process


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_of_two_publishers_of_a_draft_wins(_round: int) -> None:
    pk = leave().pk
    copies = [Process.objects.get(pk=pk) for _ in range(2)]
    told = at_once(lambda: publish(copies[0]), lambda: publish(copies[1]))
    assert sorted(isinstance(answer, PublishConflict) for answer in told) == [False, True]
    assert Process.objects.published().count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_drafts_of_a_code_are_published_one_after_the_other(_round: int) -> None:
    first = leave()
    second = clone(first, by=None)
    told = at_once(lambda: publish(first), lambda: publish(second))
    assert told == [(), ()]
    assert Process.objects.published().count() == 1
    assert Process.objects.filter(status="retired").count() == 1
    assert verify().is_sound


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_clones_get_two_versions(_round: int) -> None:
    first = leave()
    at_once(lambda: clone(first, by=None), lambda: clone(first, by=None))
    assert list(Process.objects.order_by("version").values_list("version", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_processes_make_their_common_queue_once(_round: int) -> None:
    Group.objects.create(name="managers")
    first, second = leave("One"), leave("Two")
    assert at_once(lambda: publish(first), lambda: publish(second)) == [(), ()]
    assert list(Queue.objects.values_list("groups__name", flat=True)) == ["managers"]


@pytest.mark.parametrize("_round", ROUNDS)
def test_an_edit_never_slips_into_a_published_version(_round: int) -> None:
    process = leave()
    activity = Activity.objects.get()
    activity.title = "Changed"
    edited, _published = at_once(activity.save, lambda: publish(process))
    was_in_time = not isinstance(edited, DefinitionFrozen)
    loaded = loader.read(process)
    assert fingerprints.of(loaded) == process.fingerprint
    assert (loaded.titles["approve"] == "Changed") is was_in_time
