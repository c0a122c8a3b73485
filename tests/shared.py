"""
Rows that many tests begin with, made once: they are the same each time, and making them takes longer than
what is tested.

They live in a transaction that stays open while the tests of a folder or a file run. What a test does is a
savepoint in it, and taken back as always. A test gets copies of the objects: none sees what another has set.

A test that commits, and empties all tables at its end, cannot run in that transaction: ``prepare`` ends it
first, and none begins for such a test. ``copy`` makes the rows anew then, within the test that asks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from types import TracebackType
from typing import Any, Generic, TypeVar

from django.db import transaction

T = TypeVar("T")

_open: list[Shared[Any]] = []
_state = {"committing": False}


class Shared(Generic[T]):
    """
    What ``make`` makes, for all tests in the scope of a fixture that says
    ``with Shared(make, blocker) as rows: yield rows``.
    """

    def __init__(self, make: Callable[[], T], blocker: Any) -> None:
        self._make = make
        self._blocker = blocker
        self._stack = ExitStack()
        self._made: list[T] = []

    def copy(self) -> T:
        """The objects as freshly read."""
        return deepcopy(self._made[0]) if self._made else self._make()

    def __enter__(self) -> Shared[T]:
        if not _state["committing"]:
            self._begin()
        return self

    def _begin(self) -> None:
        with self._blocker.unblock(), ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            stack.callback(transaction.set_rollback, True)
            self._made.append(self._make())
            self._stack = stack.pop_all()
        _open.append(self)

    def close(self) -> None:
        """Take the rows back; closing twice does no harm."""
        if self in _open:
            _open.remove(self)
            self._made.clear()
            with self._blocker.unblock():
                self._stack.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def prepare(*, committing: bool) -> None:
    """Before each test is set up, its fixtures of any scope: whether it commits."""
    _state["committing"] = committing
    while committing and _open:
        _open[-1].close()
