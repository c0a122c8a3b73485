"""
What changes the versions of a code holds all of them first. SQLite, with one writer at a time, would hide it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goflow.core import exchange as files
from goflow.workflow import exchange, loader, publishing
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process

FRAME = ("SAVEPOINT", "RELEASE", "BEGIN")
LOCK = "UPDATE goflow_process SET revision = goflow_process.revision WHERE goflow_process.code ="
QUOTES = str.maketrans("", "", '"`()')

Verb = Callable[[Process, User], object]
VERBS: dict[str, Verb] = {
    "publish": lambda draft, ada: publishing.publish(draft, by=ada),
    "clone": lambda draft, ada: publishing.clone(draft, by=ada),
    "discard": lambda draft, ada: publishing.discard(draft, by=ada),
    "roll back": lambda draft, ada: publishing.roll_back(draft, by=ada),
    "save": lambda draft, ada: save_graph(draft, loader.read(draft).graph, revision=None, by=ada),
    "import": lambda draft, ada: exchange.import_draft(loader.read(draft).graph, by=ada),
    "load": lambda draft, ada: exchange.load(files.to_dict(loader.read(draft).graph), by=ada),
}


def first_statement(work: Callable[[], object]) -> str:
    """Of a transaction, behind what frames it; without the quotes that differ between databases."""
    with CaptureQueriesContext(connection) as seen:
        work()
    sent = [row["sql"].translate(QUOTES) for row in seen.captured_queries]
    begun = next(place for place, sql in enumerate(sent) if sql.startswith(FRAME))
    return next(sql for sql in sent[begun:] if not sql.startswith(FRAME))


@pytest.mark.parametrize("verb", VERBS)
def test_versions_are_held_before_anything_is_read(draft: Process, ada: User, verb: str) -> None:
    assert first_statement(lambda: VERBS[verb](draft, ada)).startswith(LOCK)


def test_the_published_version_is_held_before_it_is_retired(draft: Process, ada: User) -> None:
    publishing.publish(draft, by=ada)
    assert first_statement(lambda: publishing.retire(draft, by=ada)).startswith(LOCK)
