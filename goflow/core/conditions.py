"""
The condition language of transitions: read, stored, evaluated and explained as data, never executed.

Facts are plain data; a dotted name is a path of keys::

    {"outcome": str | None, "outcomes": [...], "now": datetime, "instance": {...},
     "workitem": {"opened_at": datetime, ...}, "wfobject": {...}, "data": {...}}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from goflow.core._condition_nodes import (
    DECISION_PATHS,
    Comparison,
    Constant,
    Link,
    Listing,
    Node,
    Path,
    Scope,
    Timer,
)
from goflow.core._condition_outcomes import named_outcomes
from goflow.core._condition_outlook import answers
from goflow.core._condition_parser import TooComplex, parse_expression
from goflow.core._condition_tokens import (
    has_root_word,
    lone_string,
    mentions_root,
    quote_if_needed,
    tokenize,
    unquote,
)
from goflow.core._condition_values import UNDECIDED, shown
from goflow.core.durations import ALLOWED, normalise_duration, parse_duration
from goflow.core.errors import ConditionError, DurationError

__all__ = [
    "OUTCOME_NAMES",
    "UNDECIDED",
    "Condition",
    "Explanation",
    "Facts",
    "Strategy",
    "evaluate",
    "explain",
    "normalise",
    "outlook",
    "parse",
]

Facts: TypeAlias = Mapping[str, object]
Strategy: TypeAlias = Literal["compatible", "strict"]

OUTCOME_NAMES = frozenset(".".join(parts) for parts in DECISION_PATHS)
"""What a condition may read so that the outcome of the item alone decides it."""

LONGEST_TEXT = 2_000
LONGEST_OUTCOME = 255
KEPT_CONDITIONS = 4_096

_PREFIX = re.compile(r"((?ai:eq|ne|in|notin|timeout))\s*:\s*")
_CSV_PART = re.compile(r"""\s*(?:"((?:[^"]|"")*)"\s*|'((?:[^']|'')*)'\s*|([^,]*))(?:,|\Z)""")
_OLD_TIMER = re.compile(r"(?:workitem\s*\.\s*time_?out\s*|time_?out)\((.*)\)", re.DOTALL)
_UNIT = r"""(?:unit\s*=\s*)?(?P<mark>['"])(?P<unit>\w*)(?P=mark)"""
_OLD_ARGUMENTS = (
    re.compile(rf"\s*(?:delay\s*=\s*)?(?P<delay>[0-9]+)\s*(?:,\s*{_UNIT}\s*)?"),
    re.compile(rf"\s*(?=unit){_UNIT}\s*,\s*delay\s*=\s*(?P<delay>[0-9]+)\s*"),
)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_OPERATOR_OF_PREFIX = {"eq": "==", "ne": "!=", "in": "in", "notin": "not in"}
_OUTCOME = Path(0, ("outcome",))


@dataclass(frozen=True, slots=True)
class Condition:
    """
    A parsed condition.

    Attributes:
        source: the text as it is stored.
        root: the syntax tree all forms are reduced to.
    """

    source: str
    root: Node

    @property
    def is_blank(self) -> bool:
        """
        Tell whether nothing is asked: "always" on an ``and`` split, "otherwise" on a ``xor`` split.
        """
        return not self.source

    @property
    def is_timeout(self) -> bool:
        """
        Tell whether the transition is taken by a timer, not on completion.
        """
        return isinstance(self.root, Timer)

    @property
    def timeout(self) -> timedelta | None:
        """
        Give the time from the moment the item opened until the timer fires; None without a timer.
        """
        return self.root.duration if isinstance(self.root, Timer) else None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """
        Give the outcomes named beside the outcome, each once and in order, whether they are accepted or not.
        """
        return named_outcomes(self.root)

    @property
    def joined_outcomes(self) -> tuple[str, ...]:
        """
        Give the outcomes looked for among those of a join, each once and in order.
        """
        return named_outcomes(self.root, joined=True)

    def names(self) -> frozenset[str]:
        """
        Give the dotted names the condition reads, root included; a timer and a blank read none.
        """
        return frozenset(path.name for path in self.root.paths())

    def evaluate(self, facts: Facts) -> bool:
        """
        Tell whether the condition holds.

        Raises:
            ConditionError: the facts lack a name, or values do not go together.
        """
        return Scope(self.source, facts).truth(self.root)


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    Why a condition gave its value; all fields are JSON-serialisable.

    Attributes:
        source: the condition as stored, or as given when it cannot be parsed.
        value: what ``evaluate`` answers.
        operands: the names read, with short views of their values; unknown names are absent.
        problem: the error that made the strategy decide instead, else None.
    """

    source: str
    value: bool
    operands: dict[str, object]
    problem: str | None

    def as_dict(self) -> dict[str, object]:
        """
        Give the plain dict that is stored in audit metadata.
        """
        return asdict(self)


def normalise(text: str | None) -> str:
    """
    Give the text that is stored for a condition as typed.

    Raises:
        ConditionError: the text is no condition; position and expectation are named.
    """
    return parse(text).source


@lru_cache(maxsize=KEPT_CONDITIONS)
def parse(text: str | None) -> Condition:
    """
    Read a condition as typed or as stored.

    Raises:
        ConditionError: the text is no condition; position and expectation are named.
    """
    source = _prepared(text or "")
    condition = _condition(source)
    _check_length(condition.source)
    return condition


def evaluate(text: str | None, facts: Facts, *, strategy: Strategy = "compatible") -> bool:
    """
    Tell whether a condition holds; never raises.

    A text that cannot be parsed or fails over these facts means ``outcome == text`` with the strategy
    "compatible" and false with "strict".
    """
    return _decide(text, facts, strategy)[0]


def outlook(text: str | None, facts: Facts, *, strategy: Strategy = "compatible") -> bool | None:
    """
    Tell what ``evaluate`` will answer when some facts are ``UNDECIDED``; None when it can go either way.
    """
    try:
        found = answers(parse(text).root, Scope(text or "", facts))
    except ConditionError:
        found = frozenset((None,))
    fails = strategy != "strict" and _is_the_outcome(text or "", facts)
    possible = {fails if answer is None else answer for answer in found}
    return possible.pop() if len(possible) == 1 else None


def explain(text: str | None, facts: Facts, *, strategy: Strategy = "compatible") -> Explanation:
    """
    Give the answer of ``evaluate`` together with what it was made from; never raises.
    """
    value, problem = _decide(text, facts, strategy)
    try:
        condition = parse(text)
    except ConditionError:
        # The decision above carries this very error as its problem.
        return Explanation(str(shown(text)), value, _operands(None, facts), problem)
    return Explanation(condition.source, value, _operands(condition, facts), problem)


def _decide(text: str | None, facts: Facts, strategy: Strategy) -> tuple[bool, str | None]:
    try:
        return parse(text).evaluate(facts), None
    except ConditionError as error:
        holds = strategy != "strict" and _is_the_outcome(text or "", facts)
        return holds, error.message


def _is_the_outcome(text: str, facts: Facts) -> bool:
    outcome = Scope(text, facts).read(_OUTCOME.parts, 0)
    return isinstance(outcome, str) and _nfc(outcome) == _nfc(text).strip()


def _operands(condition: Condition | None, facts: Facts) -> dict[str, object]:
    paths = [_OUTCOME] if condition is None else list(condition.root.paths())
    if condition is not None and condition.is_timeout:
        paths = [Path(0, ("now",)), Path(0, ("workitem", "opened_at"))]
    found = {}
    for path in paths:
        try:
            found[path.name] = shown(path.value(Scope("", facts)))
        except ConditionError:
            # Unknown names have no value to show; the problem names the first one that mattered.
            continue
    return found


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _prepared(text: str) -> str:
    # Before normalising as well, so that its cost is bounded.
    _check_length(text)
    source = _nfc(text).strip()
    _check_length(source)
    if unstorable := _UNSTORABLE.search(source):
        raise ConditionError(
            source, unstorable.start(), "a character that can be stored, not NUL or half a pair"
        )
    return source


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ConditionError(text[:LONGEST_TEXT], LONGEST_TEXT, f"at most {LONGEST_TEXT:,} characters")


def _condition(source: str) -> Condition:
    lowered = source.lower()
    if lowered in {"", "true", "false"}:
        return Condition(lowered, Constant(0, lowered != "false"))
    if prefix := _PREFIX.match(source):
        return _prefixed(source, prefix[1].lower(), prefix.end())
    if old_timer := _OLD_TIMER.fullmatch(source):
        return _old_timer(source, old_timer[1], old_timer.start(1))
    return _expression_or_outcome(source)


def _prefixed(source: str, prefix: str, start: int) -> Condition:
    rest = source[start:]
    if prefix == "timeout":
        return _timer(source, rest, start)
    if prefix in {"in", "notin"}:
        return _membership(source, prefix, _csv_values(rest))
    return _equality(source, prefix, unquote(rest).strip())


def _equality(source: str, prefix: str, value: str) -> Condition:
    _check_outcome(source, value)
    comparison = _outcome_comparison(prefix, Constant(0, value))
    return Condition(f"{prefix}:{quote_if_needed(value)}", comparison)


def _membership(source: str, prefix: str, values: tuple[str, ...]) -> Condition:
    for value in values:
        _check_outcome(source, value)
    listing = Listing(0, tuple(Constant(0, value) for value in values))
    stored = ",".join(_csv_quoted(value) for value in values)
    return Condition(f"{prefix}:{stored}", _outcome_comparison(prefix, listing))


def _outcome_comparison(prefix: str, right: Node) -> Node:
    return Comparison(0, _OUTCOME, (Link(0, _OPERATOR_OF_PREFIX[prefix], right),))


def _check_outcome(source: str, value: str) -> None:
    if len(value) > LONGEST_OUTCOME:
        raise ConditionError(
            source, source.find(value), f"an outcome of at most {LONGEST_OUTCOME} characters"
        )


def _csv_values(text: str) -> tuple[str, ...]:
    values = []
    for double, single, bare in _CSV_PART.findall(text):
        values.append((double.replace('""', '"') or single.replace("''", "'") or bare).strip())
    return tuple(value for value in values if value)


def _csv_quoted(value: str) -> str:
    if "," not in value and value[0] not in "'\"":
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def _old_timer(source: str, arguments: str, start: int) -> Condition:
    for pattern in _OLD_ARGUMENTS:
        if match := pattern.fullmatch(arguments):
            duration = f"{match['delay']} {'d' if match['unit'] is None else match['unit']}"
            return _timer(source, duration, start)
    raise ConditionError(source, start, "a number and a unit, such as 3, unit='days', and nothing else")


def _timer(source: str, text: str, start: int) -> Condition:
    try:
        stored, duration = normalise_duration(text), parse_duration(text)
    except DurationError as exc:
        raise ConditionError(source, start, ALLOWED) from exc
    return Condition(f"timeout:{stored}", Timer(0, duration or timedelta(0)))


def _expression_or_outcome(source: str) -> Condition:
    tokens = tokenize(source)
    if not has_root_word(tokens):
        quoted = lone_string(tokens)
        return _equality(source, "eq", source if quoted is None else quoted.strip())
    try:
        return Condition(source, parse_expression(source, tokens))
    except ConditionError as error:
        if mentions_root(tokens) or isinstance(error, TooComplex):
            raise
    # Prose that happens to contain the name of a root: "Close instance".
    return _equality(source, "eq", source)
