from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.shared import Shared, prepare


@pytest.fixture
def rows(db: None, django_db_blocker: Any) -> Iterator[Shared[Group]]:
    with Shared(lambda: Group.objects.create(name="shared"), django_db_blocker) as rows:
        yield rows


def test_the_rows_are_there_until_the_end(rows: Shared[Group]) -> None:
    there = Group.objects.exists()
    rows.close()
    assert (there, Group.objects.exists()) == (True, False)


def test_what_one_test_sets_no_other_sees(rows: Shared[Group]) -> None:
    rows.copy().name = "changed"
    assert rows.copy().name == "shared"


def test_a_test_that_commits_makes_rows_of_its_own(rows: Shared[Group]) -> None:
    prepare(committing=True)
    before = Group.objects.exists()
    own = rows.copy()
    assert (before, list(Group.objects.all())) == (False, [own])


def test_no_transaction_begins_for_a_test_that_commits(db: None, django_db_blocker: Any) -> None:
    prepare(committing=True)
    with Shared(lambda: Group.objects.create(name="shared"), django_db_blocker) as rows:
        assert not Group.objects.exists()
        assert rows.copy().pk


def test_nothing_stays_of_what_could_not_be_made(db: None, django_db_blocker: Any) -> None:
    def make() -> None:
        Group.objects.create(name="half")
        raise ValueError("half made")

    with pytest.raises(ValueError, match="half made"), Shared(make, django_db_blocker):
        pass
    assert not Group.objects.exists()
