"""
Why a completion leads nowhere: which conditions beside the outcome do not hold, and with what values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from goflow.core._condition_nodes import DECISION_PATHS, Conjunction, Node, Scope
from goflow.core._condition_values import shown
from goflow.core._condition_writing import Writer
from goflow.core.branches import NOTHING_KNOWN, completed
from goflow.core.conditions import UNDECIDED, Condition, Facts, Strategy, evaluate, outlook
from goflow.core.errors import ConditionError
from goflow.core.graph import ProcessDef, TransitionDef


@dataclass(frozen=True, slots=True)
class Unmet:
    """
    A part of a condition that does not hold, as people read it, and the values it was asked over.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def unmet(definition: ProcessDef, key: str, facts: Facts, *, strategy: Strategy) -> tuple[Unmet, ...]:
    """
    What keeps the transitions that go with the outcome of ``facts`` from being taken, each part once.
    """
    found: dict[str, Unmet] = {}
    writer = Writer(key)
    for way in _with_outcome(definition, key, facts, strategy):
        parsed = way.parsed()
        for part in () if parsed is None else _parts(parsed, facts, writer):
            found.setdefault(part.text, part)
    return tuple(found.values())


def is_vetoed(definition: ProcessDef, key: str, facts: Facts, *, strategy: Strategy) -> bool:
    """
    Whether a condition holds all the same, so that only a hook keeps its transition from being taken.
    """
    return any(evaluate(way.condition, facts, strategy=strategy) for way in definition.candidates(key))


def _with_outcome(
    definition: ProcessDef, key: str, facts: Facts, strategy: Strategy
) -> Iterator[TransitionDef]:
    unknown = completed(NOTHING_KNOWN, facts.get("outcome"), UNDECIDED)
    for way in definition.candidates(key):
        if outlook(way.condition, unknown, strategy=strategy) is not False:
            yield way


def _parts(condition: Condition, facts: Facts, writer: Writer) -> Iterator[Unmet]:
    root = condition.root
    for node in root.operands if isinstance(root, Conjunction) else (root,):
        if not _holds(node, condition, facts):
            yield Unmet(writer.text(node), _values(node, facts, writer))


def _holds(node: Node, condition: Condition, facts: Facts) -> bool:
    try:
        return Scope(condition.source, facts).truth(node)
    except ConditionError:
        return False


def _values(node: Node, facts: Facts, writer: Writer) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in node.paths():
        if path.parts not in DECISION_PATHS:
            try:
                found[writer.name(path.name)] = shown(path.value(Scope("", facts)))
            except ConditionError:
                # A name that does not exist has no value to show.
                found[writer.name(path.name)] = None
    return found
