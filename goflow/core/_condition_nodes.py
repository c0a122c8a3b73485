"""
The frozen syntax tree of a condition: every node can give its value over facts and the paths it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from goflow.core._condition_values import OPERATORS, UNDECIDED, ValueProblem, moment, truth
from goflow.core.durations import add
from goflow.core.errors import ConditionError, DurationError

_MISSING = object()
OUTCOME_PATHS = frozenset({("outcome",), ("instance", "condition")})
DECISION_PATHS = OUTCOME_PATHS | {("workitem", "condition")}
"""What a condition may read so that the outcome of the item alone decides it."""

Node: TypeAlias = "Constant | Path | Listing | Negation | Conjunction | Disjunction | Comparison | Timer"


@dataclass(frozen=True, slots=True)
class Scope:
    """
    The facts one evaluation reads, and the text its errors point into.
    """

    source: str
    facts: Mapping[str, object]

    def read(self, parts: tuple[str, ...], position: int) -> object:
        """
        Follow keys through plain dicts; anything else on the way is an unknown name, below ``data`` null.
        """
        if parts in OUTCOME_PATHS:
            return self._member(self.facts, "outcome", None)
        value: object = self.facts
        for part in parts:
            value = self._member(value, part, _MISSING)
            if value is UNDECIDED:
                return self.facts.get("outcome") if parts in DECISION_PATHS else UNDECIDED
        if value is _MISSING and _is_answer(parts):
            return None
        if value is _MISSING:
            raise self.problem(position, f"a readable name; {'.'.join(parts)!r} is an unknown name")
        return value

    def truth(self, node: Node) -> bool:
        """
        Give the truth of a node's value.
        """
        return self.truth_of(node.value(self), node.position)

    def truth_of(self, value: object, position: int) -> bool:
        """
        Give the truth of a value read at ``position``.
        """
        try:
            return truth(value)
        except ValueProblem as exc:
            raise self.problem(position, str(exc)) from exc

    def problem(self, position: int, expected: str) -> ConditionError:
        """
        Make the error that says what was expected at a position.
        """
        return ConditionError(self.source, position, expected)

    @staticmethod
    def _member(container: object, key: str, default: object) -> object:
        # dict.get itself, so that no override of a subclass runs.
        return dict.get(container, key, default) if isinstance(container, dict) else default


def _is_answer(parts: tuple[str, ...]) -> bool:
    """
    Whether somebody may still give the value: nothing below ``data`` has to be there.
    """
    return parts[0] == "data" and len(parts) > 1


@dataclass(frozen=True, slots=True)
class Constant:
    """
    A text, a number, true, false or null.
    """

    position: int
    content: str | int | Decimal | bool | None

    def value(self, scope: Scope) -> object:
        """
        Give the constant itself.
        """
        return self.content

    def paths(self) -> Iterator[Path]:
        """
        Yield nothing: a constant reads no facts.
        """
        yield from ()


@dataclass(frozen=True, slots=True)
class Path:
    """
    A dotted name, read from the facts key by key.
    """

    position: int
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """
        Give the dotted name, root included.
        """
        return ".".join(self.parts)

    def value(self, scope: Scope) -> object:
        """
        Read the name from the facts.
        """
        return scope.read(self.parts, self.position)

    def paths(self) -> Iterator[Path]:
        """
        Yield this path.
        """
        yield self


@dataclass(frozen=True, slots=True)
class Listing:
    """
    A list written in the condition.
    """

    position: int
    items: tuple[Node, ...]

    def value(self, scope: Scope) -> object:
        """
        Give the list of the items' values.
        """
        return [item.value(scope) for item in self.items]

    def paths(self) -> Iterator[Path]:
        """
        Yield the paths of the items.
        """
        for item in self.items:
            yield from item.paths()


@dataclass(frozen=True, slots=True)
class Negation:
    """
    ``not`` of something.
    """

    position: int
    operand: Node

    def value(self, scope: Scope) -> object:
        """
        Give the opposite of the operand's truth.
        """
        return not scope.truth(self.operand)

    def paths(self) -> Iterator[Path]:
        """
        Yield the paths of the operand.
        """
        yield from self.operand.paths()


@dataclass(frozen=True, slots=True)
class Conjunction:
    """
    Operands joined by ``and``.
    """

    position: int
    operands: tuple[Node, ...]

    def value(self, scope: Scope) -> object:
        """
        Give the first false operand, else the last one; later operands are not read.
        """
        return _first(self.operands, scope, wanted=False)

    def paths(self) -> Iterator[Path]:
        """
        Yield the paths of all operands.
        """
        for operand in self.operands:
            yield from operand.paths()


@dataclass(frozen=True, slots=True)
class Disjunction:
    """
    Operands joined by ``or``.
    """

    position: int
    operands: tuple[Node, ...]

    def value(self, scope: Scope) -> object:
        """
        Give the first true operand, else the last one; later operands are not read.
        """
        return _first(self.operands, scope, wanted=True)

    def paths(self) -> Iterator[Path]:
        """
        Yield the paths of all operands.
        """
        for operand in self.operands:
            yield from operand.paths()


@dataclass(frozen=True, slots=True)
class Link:
    """
    One operator of a comparison with the value on its right.
    """

    position: int
    operator: str
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    A value compared with one or, in a chain (``3 < x < 10``), several others.
    """

    position: int
    first: Node
    links: tuple[Link, ...]

    def value(self, scope: Scope) -> object:
        """
        Give true when every link of the chain holds; links after a false one are not read.
        """
        left = self.first.value(scope)
        for link in self.links:
            right = link.right.value(scope)
            if not link_holds(link, left, right, scope):
                return False
            left = right
        return True

    def paths(self) -> Iterator[Path]:
        """
        Yield the paths on all sides.
        """
        yield from self.first.paths()
        for link in self.links:
            yield from link.right.paths()


@dataclass(frozen=True, slots=True)
class Timer:
    """
    True once a duration has passed since the work item opened.
    """

    position: int
    duration: timedelta

    def value(self, scope: Scope) -> object:
        """
        Compare ``now`` with the moment the item opened plus the duration.
        """
        now = scope.read(("now",), self.position)
        opened_at = scope.read(("workitem", "opened_at"), self.position)
        try:
            return moment(now) >= add(moment(opened_at), self.duration)
        except (ValueProblem, DurationError) as exc:
            raise scope.problem(self.position, str(exc)) from exc

    def paths(self) -> Iterator[Path]:
        """
        Yield nothing: the clock and the opening moment are no readable names.
        """
        yield from ()


def _first(operands: tuple[Node, ...], scope: Scope, *, wanted: bool) -> object:
    value: object = None
    for operand in operands:
        value = operand.value(scope)
        if scope.truth_of(value, operand.position) is wanted:
            break
    return value


def link_holds(link: Link, left: object, right: object, scope: Scope) -> bool:
    """
    Compare two values by the operator of a link. Raises ConditionError when they do not go together.
    """
    try:
        return OPERATORS[link.operator](left, right)
    except ValueProblem as exc:
        raise scope.problem(link.position, str(exc)) from exc
