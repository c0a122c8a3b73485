"""
Which outcomes a condition names: what stands written beside the outcome in a comparison, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from goflow.core._condition_nodes import (
    DECISION_PATHS,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Listing,
    Negation,
    Node,
)

JOINED_PATHS = frozenset({("outcomes",)})


def named_outcomes(node: Node, *, joined: bool = False) -> tuple[str, ...]:
    """
    List the outcomes that a node compares with the outcome, each once; whether it accepts them is not asked.

    ``joined`` lists those it looks for among the outcomes of a join instead.
    """
    paths = JOINED_PATHS if joined else DECISION_PATHS
    return tuple(dict.fromkeys(text for text in _named(node, paths) if text))


def _named(node: Node, paths: frozenset[tuple[str, ...]]) -> Iterator[str]:
    if isinstance(node, Comparison):
        sides = (node.first, *(link.right for link in node.links))
        for left, right in pairwise(sides):
            yield from _texts(right) if _is_one_of(left, paths) else ()
            yield from _texts(left) if _is_one_of(right, paths) else ()
    for part in _parts(node):
        yield from _named(part, paths)


def _is_one_of(node: Node, paths: frozenset[tuple[str, ...]]) -> bool:
    return any(path.parts in paths for path in node.paths()) and not isinstance(node, Comparison)


def _texts(node: Node) -> Iterator[str]:
    content = node.content if isinstance(node, Constant) else None
    if isinstance(content, (str, int, Decimal)) and not isinstance(content, bool):
        yield str(content).strip()
    for part in _parts(node):
        yield from _texts(part)


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Listing):
        return node.items
    if isinstance(node, Negation):
        return (node.operand,)
    if isinstance(node, (Conjunction, Disjunction)):
        return node.operands
    if isinstance(node, Comparison):
        return (node.first, *(link.right for link in node.links))
    return ()
