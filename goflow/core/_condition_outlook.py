"""
What a condition can answer while some of its facts are undecided.

The facts hold ``UNDECIDED`` in place of a value, or of a whole root, that may still become anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from goflow.core._condition_nodes import (
    Comparison,
    Conjunction,
    Disjunction,
    Link,
    Negation,
    Node,
    Scope,
    link_holds,
)
from goflow.core._condition_values import DEEPEST_VALUE, UNDECIDED
from goflow.core.errors import ConditionError

# True, false, and None for an evaluation that fails.
Answers: TypeAlias = frozenset[bool | None]

EITHER: Answers = frozenset((True, False))


def answers(node: Node, scope: Scope) -> Answers:
    """
    Give every answer the node can give, as if all that is undecided were independent. Never raises.
    """
    if isinstance(node, Negation):
        return frozenset(None if answer is None else not answer for answer in answers(node.operand, scope))
    if isinstance(node, Conjunction):
        return _joined(node.operands, scope, decisive=False)
    if isinstance(node, Disjunction):
        return _joined(node.operands, scope, decisive=True)
    try:
        return _compared(node, scope) if isinstance(node, Comparison) else _valued(node, scope)
    except ConditionError:
        return frozenset((None,))


def _joined(operands: tuple[Node, ...], scope: Scope, *, decisive: bool) -> Answers:
    """
    Operands of ``and`` and ``or``: the decisive answer and a failure end it, the other one goes on.
    """
    found: set[bool | None] = set()
    for operand in operands:
        possible = answers(operand, scope)
        found.update(possible - {not decisive})
        if (not decisive) not in possible:
            return frozenset(found)
    return frozenset(found | {not decisive})


def _valued(node: Node, scope: Scope) -> Answers:
    value = _value(node, scope)
    return EITHER if value is UNDECIDED else frozenset((scope.truth_of(value, node.position),))


def _compared(node: Comparison, scope: Scope) -> Answers:
    left, found = _value(node.first, scope), set[bool | None]()
    for link in node.links:
        right = _value(link.right, scope)
        holds = _link(link, left, right, scope)
        if holds is False:
            return frozenset(found | {False})
        found.update({False} if holds is None else ())
        left = right
    return frozenset(found | {True})


def _link(link: Link, left: object, right: object, scope: Scope) -> bool | None:
    is_open = left is UNDECIDED or right is UNDECIDED
    return None if is_open else link_holds(link, left, right, scope)


def _value(node: Node, scope: Scope) -> object:
    """
    The value of a node, ``UNDECIDED`` when anything it reads is.
    """
    for path in node.paths():
        if _is_open(scope.read(path.parts, path.position), 0):
            return UNDECIDED
    return node.value(scope)


def _is_open(value: object, depth: int) -> bool:
    if value is UNDECIDED or not isinstance(value, (Mapping, list, tuple)):
        return value is UNDECIDED
    members = value.values() if isinstance(value, Mapping) else value
    return depth < DEEPEST_VALUE and any(_is_open(member, depth + 1) for member in members)
