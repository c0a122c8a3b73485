from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from django.apps import apps

from goflow import testing
from goflow.runtime import engine
from goflow.workflow import registry
from tests.shared import Shared

Guard = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def ana(db):
    """
    Requests things.
    """
    return testing.person("ana")


@pytest.fixture
def bo(db):
    """
    Member of the group ``team``.
    """
    return testing.person("bo", "team")


@pytest.fixture
def cy(db):
    """
    Member of no group.
    """
    return testing.person("cy")


@pytest.fixture
def root(db):
    """
    Administers everything.
    """
    return testing.person("root", is_superuser=True)


def drawn() -> None:
    testing.process("Line", ["A", "B"], [("A", "B")])
    testing.process("Pooled", [("A", {"roles": ["team"]}), "B"], [("A", "B")])


@pytest.fixture(scope="package", autouse=True)
def shared(django_db_setup, django_db_blocker) -> Iterator[Shared[None]]:
    """
    What all tests of this folder begin with: two published processes.
    """
    with Shared(drawn, django_db_blocker) as rows:
        yield rows


@pytest.fixture
def published(shared, db) -> None:
    """
    Line and Pooled, both A then B; the first item of Pooled is for ``team``.
    """
    shared.copy()


@pytest.fixture
def line(published, ana):
    """
    The first item, ana's own, of A then B.
    """
    return engine.start("Line", ana)


@pytest.fixture
def pooled(published, ana, bo):
    """
    The first item, in the pool of ``team``, of A then B.
    """
    return engine.start("Pooled", ana)


@pytest.fixture
def register() -> Iterator[Callable[..., None]]:
    """
    Register code for this test only: ``register(APPLICATION, "name", function)``.
    """
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(registry.registered(*args, **options))


@pytest.fixture(autouse=True)
def _noop(register) -> None:
    register(registry.APPLICATION, "noop", lambda task: None)


def rows() -> dict[str, list[object]]:
    models = apps.get_app_config("goflow").get_models(include_auto_created=True)
    return {m._meta.label: list(m._base_manager.order_by("pk").values_list()) for m in models}


@pytest.fixture
def unchanged(db) -> Guard:
    """
    A block after which every row of every goflow table is as it was.
    """

    @contextmanager
    def guard() -> Iterator[None]:
        before = rows()
        yield
        assert rows() == before

    return guard


@pytest.fixture
def no_network(monkeypatch) -> None:
    """
    Whoever opens a connection fails; the database connection is open already.
    """

    def refuse(*args: object) -> None:
        raise AssertionError(f"a unit opened a network connection: {args[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
