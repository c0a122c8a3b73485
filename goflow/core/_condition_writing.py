"""
Parts of a condition written out again, for people who are told why they do not hold.
"""

from __future__ import annotations

from goflow.core._condition_nodes import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Listing,
    Negation,
    Node,
    Path,
    Timer,
)

PLAIN_ROOTS = frozenset({"data", "wfobject"})
_WORDS = {True: "true", False: "false", None: "null"}


def written(node: Node) -> str:
    """
    Write a node as a condition; names below ``data`` and ``wfobject`` go without their root.
    """
    if isinstance(node, Constant):
        return _constant(node)
    if isinstance(node, Path):
        return shown_name(node.name)
    if isinstance(node, Listing):
        return f"({', '.join(map(_inner, node.items))})"
    if isinstance(node, Comparison):
        links = (f" {link.operator} {_inner(link.right)}" for link in node.links)
        return _inner(node.first) + "".join(links)
    return _logical(node)


def shown_name(name: str) -> str:
    """
    A name as people know it: that of the field, without the root it is read from.
    """
    root, _, rest = name.partition(".")
    return rest if rest and root in PLAIN_ROOTS else name


def _logical(node: Negation | Conjunction | Disjunction | Timer) -> str:
    if isinstance(node, Negation):
        return f"not {_inner(node.operand) if isinstance(node.operand, Negation) else written(node.operand)}"
    if isinstance(node, Timer):
        return f"timeout:{node.duration}"
    word = " and " if isinstance(node, Conjunction) else " or "
    return word.join(map(_operand, node.operands))


def _operand(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, (Conjunction, Disjunction)) else written(node)


def _inner(node: Node) -> str:
    is_plain = isinstance(node, (Constant, Path, Listing))
    return written(node) if is_plain else f"({written(node)})"


def _constant(node: Constant) -> str:
    if isinstance(node.content, str):
        return f"'{node.content}'"
    return _WORDS[node.content] if isinstance(node.content, (bool, type(None))) else str(node.content)
