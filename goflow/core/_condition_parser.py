"""
Recursive-descent parser of condition expressions: tokens in, frozen syntax tree out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goflow.core._condition_nodes import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Link,
    Listing,
    Negation,
    Node,
    Path,
)
from goflow.core._condition_tokens import ROOTS, SYMBOL_COMPARISONS, Token, unquote
from goflow.core.errors import ConditionError

MOST_NODES = 200
DEEPEST_NESTING = 20
MOST_PARTS = 3
LARGEST_NUMBER = 10**15

_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_A_VALUE = f"a name ({', '.join(ROOTS)}), a quoted text, a number, a list, true, false or null"
_AN_OPERATOR = (
    "a comparison, 'and', 'or' or the end;"
    " equality is '==', and calls, subscripts and arithmetic do not exist"
)


class TooComplex(ConditionError):
    """
    An expression breaks a limit of size; what was read so far fits the grammar.
    """


def parse_expression(source: str, tokens: Sequence[Token]) -> Node:
    """
    Parse all tokens of a text as one expression.

    Raises:
        ConditionError: the text does not fit the grammar completely.
        TooComplex: it is larger than 200 nodes, deeper than 20 levels or holds a number beyond 10^15.
    """
    return _Parser(source, tokens).parse()


class _Parser:
    def __init__(self, source: str, tokens: Sequence[Token]) -> None:
        self._source = source
        self._tokens = tokens
        self._index = 0
        self._nodes = 0
        self._depth = 0
        self._last_value: Node | None = None

    def parse(self) -> Node:
        node = self._disjunction()
        if self._next.kind != "end":
            raise self._expected(_AN_OPERATOR)
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _advance(self) -> Token:
        token = self._next
        self._index += 1
        return token

    def _accept(self, text: str) -> bool:
        found = self._next.text == text
        self._index += found
        return found

    def _expected(self, expected: str) -> ConditionError:
        return ConditionError(self._source, self._next.position, expected)

    def _count(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise TooComplex(
                self._source, node.position, f"at most {MOST_NODES} names, values and operations"
            )
        return node

    def _disjunction(self) -> Node:
        start = self._next.position
        operands = [self._conjunction()]
        while self._accept("or"):
            operands.append(self._conjunction())
        return self._count(Disjunction(start, tuple(operands))) if len(operands) > 1 else operands[0]

    def _conjunction(self) -> Node:
        start = self._next.position
        operands = [self._negation()]
        while self._accept("and"):
            operands.append(self._negation())
        return self._count(Conjunction(start, tuple(operands))) if len(operands) > 1 else operands[0]

    def _negation(self) -> Node:
        start = self._next.position
        if self._accept("not"):
            return self._count(Negation(start, self._comparison()))
        return self._comparison()

    def _comparison(self) -> Node:
        start = self._next.position
        first = self._value()
        links = []
        while (link := self._link()) is not None:
            links.append(link)
        return self._count(Comparison(start, first, tuple(links))) if links else first

    def _link(self) -> Link | None:
        position = self._next.position
        operator = self._operator()
        return None if operator is None else Link(position, operator, self._value())

    def _operator(self) -> str | None:
        if self._next.text in SYMBOL_COMPARISONS:
            return self._advance().text
        if self._accept("is"):
            return "is not" if self._accept("not") else "is"
        if self._accept("in"):
            return "in"
        if self._accept("not"):
            if not self._accept("in"):
                raise self._expected("'in' after 'not'")
            return "not in"
        return None

    def _value(self) -> Node:
        token = self._next
        if token.text in {"(", "["}:
            node = self._nested()
        elif token.kind == "string":
            node = self._count(Constant(token.position, unquote(self._advance().text)))
        elif token.kind == "number" or token.text == "-":
            node = self._number()
        else:
            node = self._word()
        self._last_value = node
        return node

    def _nested(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            position = self._next.position
            raise TooComplex(
                self._source, position, f"at most {DEEPEST_NESTING} levels of parentheses and lists"
            )
        opening = self._advance()
        node = self._bracketed(opening) if opening.text == "[" else self._parenthesised(opening)
        self._depth -= 1
        return node

    def _bracketed(self, opening: Token) -> Node:
        items = [self._value()]
        while self._accept(","):
            items.append(self._value())
        self._close("]")
        return self._count(Listing(opening.position, tuple(items)))

    def _parenthesised(self, opening: Token) -> Node:
        first = self._disjunction()
        # Only values make a list: "(x == 'A', 'B')" would be true whatever x is.
        if self._next.text != "," or first is not self._last_value:
            self._close(")")
            return first
        items = [first]
        while self._accept(",") and self._next.text != ")":
            items.append(self._value())
        self._close(")")
        return self._count(Listing(opening.position, tuple(items)))

    def _close(self, mark: str) -> None:
        if not self._accept(mark):
            raise self._expected(f"'{mark}' or {_AN_OPERATOR}")

    def _number(self) -> Node:
        start = self._next.position
        sign = "-" if self._accept("-") else ""
        if self._next.kind != "number":
            raise self._expected("a number after '-'")
        if Decimal(self._next.text) > LARGEST_NUMBER:
            raise TooComplex(self._source, self._next.position, "a number of at most 10^15")
        text = sign + self._advance().text
        return self._count(Constant(start, Decimal(text) if "." in text else int(text)))

    def _word(self) -> Node:
        token = self._next
        if token.kind == "word" and token.text in _WORDS:
            return self._count(Constant(self._advance().position, _WORDS[token.text]))
        if token.kind != "word" or token.text not in ROOTS:
            raise self._expected(_A_VALUE)
        return self._path()

    def _path(self) -> Node:
        root = self._advance()
        parts = [root.text]
        while self._next.text == ".":
            parts.append(self._part(len(parts)))
        return self._count(Path(root.position, tuple(parts)))

    def _part(self, before: int) -> str:
        if before == MOST_PARTS:
            raise self._expected(f"the end of the name, which has at most {MOST_PARTS} parts")
        self._advance()
        if self._next.kind != "word" or self._next.text.startswith("_"):
            raise self._expected("a name that starts with a letter")
        return self._advance().text
