from __future__ import annotations

from itertools import pairwise

import pytest
from django.contrib.auth.models import Group

from goflow import testing
from goflow.journal.rows import insert
from goflow.runtime import assignment, engine, inbox
from goflow.runtime.models import WorkItem
from goflow.testing import count_statements
from goflow.workflow.models import Queue


@pytest.fixture
def first(line):
    return WorkItem.objects.get(pk=line.pk)


def fill(like: WorkItem, places: list[tuple[str, int]]) -> list[WorkItem]:
    """
    Open items in these (queue, sort key) places, beside the given one.
    """
    made = [
        WorkItem(
            instance=like.instance,
            activity=like.activity,
            activity_key=like.activity_key,
            queue=queue,
            sort_key=key,
        )
        for queue, key in places
    ]
    insert(made)
    return made


def turn(queues: list[str], limit: int) -> list[list[int]]:
    """
    The ids of every page, read one after the other.
    """
    pages, after = [], None
    while page := inbox.page(queues, after=after, limit=limit):
        pages.append([item.pk for item in page])
        after = (page[-1].sort_key, page[-1].pk)
    return pages


def test_most_urgent_first_and_the_older_first_of_equals(first):
    made = fill(first, [("x", 30), ("x", 10), ("x", 20), ("x", 10), ("x", -5)])
    expected = [made[i].pk for i in (4, 1, 3, 2, 0)]
    assert [item.pk for item in inbox.page(["x"])] == expected


def test_several_queues_are_one_list(first):
    made = fill(first, [("x", 3), ("y", 1), ("z", 2), ("other", 0)])
    assert [item.pk for item in inbox.page(["x", "y", "z"])] == [made[i].pk for i in (1, 2, 0)]


def test_pages_follow_each_other_without_gap_or_repetition(first):
    made = fill(first, [(f"q:{n % 7}", n % 13) for n in range(200)])
    expected = [i.pk for i in sorted(made, key=lambda i: (i.sort_key, i.pk))]
    pages = turn([f"q:{n}" for n in range(7)], 9)
    assert [pk for page in pages for pk in page] == expected
    assert {len(page) for page in pages[:-1]} == {9}


def test_a_page_of_equal_keys_goes_on_by_id(first):
    made = fill(first, [("x", 1)] * 10)
    assert turn(["x"], 4) == [[i.pk for i in made[a:b]] for a, b in pairwise([0, 4, 8, 10])]


def test_what_is_closed_meanwhile_does_not_shift_the_next_page(first):
    made = fill(first, [("x", n) for n in range(6)])
    page = inbox.page(["x"], limit=3)
    WorkItem.objects.filter(pk=made[0].pk).update(queue=None, status="complete")
    following = inbox.page(["x"], after=(page[-1].sort_key, page[-1].pk), limit=3)
    assert [item.pk for item in following] == [i.pk for i in made[3:]]


def test_no_queue_is_an_empty_list(first):
    assert (inbox.page([]), inbox.count([])) == ([], 0)


def test_an_empty_queue_is_an_empty_list(first):
    assert (inbox.page(["x"]), inbox.count(["x"])) == ([], 0)


def test_a_queue_named_as_a_percent_sign_is_just_text(first):
    made = fill(first, [("100%s", 1)])
    assert [item.pk for item in inbox.page(["100%s", "%"])] == [made[0].pk]


def test_the_count_is_exact_below_the_cap(first):
    fill(first, [("x", n) for n in range(40)] + [("y", 1)] * 5)
    assert inbox.count(["x", "y"]) == 45


def test_the_count_stops_one_above_the_cap(first):
    fill(first, [("x", n) for n in range(40)])
    assert inbox.count(["x"], cap=30) == 31


def test_rows_come_with_all_a_list_shows(first):
    fill(first, [("x", n) for n in range(5)])
    rows = inbox.page(["x"])
    with count_statements() as statements:
        shown = [
            (i.instance.title, i.instance.process.title, i.instance.user, i.activity.title, i.user)
            for i in rows
        ]
    assert (len(statements), len(shown)) == (0, 5), statements


@pytest.mark.parametrize("size", [10, 1_000, 20_000])
def test_memberships_page_and_count_are_three_statements_for_any_size(first, pooled, bo, size):
    fill(first, [((pooled.queue, "*", f"u:{bo.pk}")[n % 3], n) for n in range(size)])
    with count_statements() as statements:
        queues = assignment.queues_of(bo)
        page = inbox.page(queues)
        counted = inbox.count(queues)
    assert len(statements) == 3, statements
    assert (len(page), counted) == (min(25, size + 1), min(size + 1, 1_001))


def test_two_hundred_queues_are_one_list(first):
    queues = [f"q:{1_000 + n}" for n in range(200)]
    made = fill(first, [(queue, n % 17) for n, queue in enumerate(queues * 5)])
    expected = [i.pk for i in sorted(made, key=lambda i: (i.sort_key, i.pk))]
    with count_statements() as statements:
        page = inbox.page(queues, limit=50)
    assert ([item.pk for item in page], len(statements)) == (expected[:50], 1)
    assert inbox.count(queues) == 1_000


def test_a_member_of_two_hundred_roles_reads_his_list_in_three_statements(ana, cy):
    groups = [Group(name=f"role {n}") for n in range(200)]
    Group.objects.bulk_create(groups)
    made = [Queue.objects.create(fingerprint=group.name) for group in groups]
    for queue, group in zip(made, groups, strict=True):
        queue.groups.add(group)
    cy.groups.add(*groups)
    with count_statements() as statements:
        queues = assignment.queues_of(cy)
        inbox.page(queues)
        inbox.count(queues)
    assert (len(queues), len(statements)) == (202, 3), statements


def test_what_a_person_may_take_is_in_his_list_and_nowhere_else(pooled, bo, cy):
    assert [item.pk for item in inbox.page(assignment.queues_of(bo))] == [pooled.pk]
    assert inbox.page(assignment.queues_of(cy)) == []


def test_a_claimed_item_is_in_its_owners_list_only(pooled, bo):
    other = testing.person("other", "team")
    engine.activate(pooled.pk, actor=bo)
    assert [item.pk for item in inbox.page(assignment.queues_of(bo))] == [pooled.pk]
    assert inbox.page(assignment.queues_of(other)) == []


def test_a_closed_item_is_in_nobodys_list(line, ana):
    engine.complete(line.pk, actor=ana)
    assert line.pk not in [item.pk for item in inbox.page(assignment.queues_of(ana))]
