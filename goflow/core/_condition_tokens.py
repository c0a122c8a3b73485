"""
Words of the condition language: tokens with positions, quoting, and whether a text means to name data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROOTS = ("outcome", "outcomes", "instance", "workitem", "wfobject", "data")
SYMBOL_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

_STRING = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<string>{_STRING})
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<symbol>==|!=|<=|>=|[<>()\[\],.\-])
      | (?P<stray>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(_STRING, re.DOTALL)
_ESCAPE = re.compile(r"""\\(['"\\])""")

# A lone "=" is an attempt at "==": taken for an outcome, it would become a button nobody meant.
_COMPARING = SYMBOL_COMPARISONS | {"in", "is", "="}
_BEFORE_OPERAND = frozenset({"", "not", "and", "or", "("})
_AFTER_OPERAND = frozenset({"", "and", "or", ")"})


@dataclass(frozen=True, slots=True)
class Token:
    """
    One word of a condition; ``kind`` is string, number, word, symbol, stray or end.
    """

    kind: str
    text: str
    position: int


def tokenize(source: str) -> tuple[Token, ...]:
    """
    Split any text into tokens, the last of kind "end"; characters the language lacks become "stray".
    """
    tokens = [_token(match) for match in _TOKEN.finditer(source)]
    return (*tokens, Token("end", "", len(source)))


def unquote(text: str) -> str:
    """
    Remove one pair of quotes around the whole text, if there is one, and resolve escaped quotes.
    """
    return _ESCAPE.sub(r"\1", text[1:-1]) if _QUOTED.fullmatch(text) else text


def quote_if_needed(value: str) -> str:
    """
    Give the shortest text whose ``unquote`` is ``value``.
    """
    if unquote(value) == value:
        return value
    mark = "'" if '"' in value else '"'
    escaped = value.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return f"{mark}{escaped}{mark}"


def lone_string(tokens: Sequence[Token]) -> str | None:
    """
    Give the value of a text that is one quoted string, possibly in parentheses.
    """
    middle, rest = divmod(len(tokens) - 2, 2)
    if rest or tokens[middle].kind != "string":
        return None
    around = "".join(token.text for token in tokens if token is not tokens[middle])
    return unquote(tokens[middle].text) if around == "(" * middle + ")" * middle else None


def has_root_word(tokens: Sequence[Token]) -> bool:
    """
    Tell whether the name of a root stands anywhere outside quotes.
    """
    return any(_is_root_word(token) for token in tokens)


def mentions_root(tokens: Sequence[Token]) -> bool:
    """
    Tell whether a text means to read data, rather than being prose that contains a root's name.
    """
    return any(_is_mention(tokens, index) for index, token in enumerate(tokens) if _is_root_word(token))


def _token(match: re.Match[str]) -> Token:
    kind = match.lastgroup or "stray"
    return Token(kind, match[kind], match.start(kind))


def _is_root_word(token: Token) -> bool:
    return token.kind == "word" and token.text in ROOTS


def _is_mention(tokens: Sequence[Token], index: int) -> bool:
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text
    if after == "." or _compares(tokens, index + 1):
        return True
    if after not in _AFTER_OPERAND:
        return False
    return before in _BEFORE_OPERAND or _is_right_side(tokens, index)


def _compares(tokens: Sequence[Token], index: int) -> bool:
    text = tokens[index].text
    return text in _COMPARING or (text == "not" and tokens[index + 1].text == "in")


def _is_right_side(tokens: Sequence[Token], index: int) -> bool:
    """
    Tell whether a value is compared with the word: "'A' in outcomes or", but not "made in data".
    """
    left = index - (3 if tokens[index - 2].text == "not" else 2)
    return left >= 0 and tokens[index - 1].text in _COMPARING and _is_value_end(tokens[left])


def _is_value_end(token: Token) -> bool:
    return token.kind in {"string", "number"} or token.text in {")", "]"}
