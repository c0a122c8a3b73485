"""
Parts of a condition written out again, for people who are told why they do not hold.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Writer:
    """
    Writes nodes for people at one activity: names go without their root, its own answers without its key.
    """

    activity: str

    def name(self, name: str) -> str:
        """
        A name as people know it: that of the field.
        """
        root, _, rest = name.partition(".")
        if not rest or root not in PLAIN_ROOTS:
            return name
        return rest.removeprefix(f"{self.activity}.") if root == "data" else rest

    def text(self, node: Node) -> str:
        """
        The node as a condition.
        """
        if isinstance(node, Constant):
            return _constant(node)
        if isinstance(node, Path):
            return self.name(node.name)
        if isinstance(node, Listing):
            return f"({', '.join(map(self._inner, node.items))})"
        if isinstance(node, Comparison):
            links = (f" {link.operator} {self._inner(link.right)}" for link in node.links)
            return self._inner(node.first) + "".join(links)
        return self._logical(node)

    def _logical(self, node: Negation | Conjunction | Disjunction | Timer) -> str:
        if isinstance(node, Negation):
            is_simple = isinstance(node.operand, Comparison)
            return f"not {self.text(node.operand) if is_simple else self._inner(node.operand)}"
        if isinstance(node, Timer):
            return f"timeout:{node.duration}"
        word = " and " if isinstance(node, Conjunction) else " or "
        return word.join(map(self._operand, node.operands))

    def _operand(self, node: Node) -> str:
        is_group = isinstance(node, (Conjunction, Disjunction))
        return f"({self.text(node)})" if is_group else self.text(node)

    def _inner(self, node: Node) -> str:
        is_plain = isinstance(node, (Constant, Path, Listing))
        return self.text(node) if is_plain else f"({self.text(node)})"


def _constant(node: Constant) -> str:
    if isinstance(node.content, str):
        return f"'{node.content}'"
    return _WORDS[node.content] if isinstance(node.content, (bool, type(None))) else str(node.content)
